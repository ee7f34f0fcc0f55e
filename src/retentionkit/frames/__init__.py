"""The only door to dataframes: reading a caller's frame, relational verbs, building a frame.

Plans of the rooms are written in the verbs of `Table`, so that one implementation serves every
kind of frame. Only operations that every engine has are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door
from retentionkit.frames._kinds import FIRST_DAY, KINDS, LAST_DAY, Frame, FrameKind, build, kind_of

if TYPE_CHECKING:
    from retentionkit.frames._places import places
    from retentionkit.frames._reading import INDEX, Wanted, check_name, has_index, read
    from retentionkit.frames._series import (
        read_days,
        read_flags,
        read_ids,
        read_labels,
        read_numbers,
        read_objects,
        series_kind,
    )
    from retentionkit.frames._table import (
        Aggregate,
        Column,
        Table,
        column,
        count,
        distinct_count,
        highest,
        instant,
        lookup,
        lowest,
        null_count,
        total,
        whole,
    )

__all__ = [
    "FIRST_DAY",
    "INDEX",
    "KINDS",
    "LAST_DAY",
    "Aggregate",
    "Column",
    "Frame",
    "FrameKind",
    "Table",
    "Wanted",
    "build",
    "check_name",
    "column",
    "count",
    "distinct_count",
    "has_index",
    "highest",
    "instant",
    "kind_of",
    "lookup",
    "lowest",
    "null_count",
    "places",
    "read",
    "read_days",
    "read_flags",
    "read_ids",
    "read_labels",
    "read_numbers",
    "read_objects",
    "series_kind",
    "total",
    "whole",
]

# narwhals is loaded when a frame is read, not when a result is printed.
_HOMES = {
    "places": "_places",
    "INDEX": "_reading",
    "Wanted": "_reading",
    "check_name": "_reading",
    "has_index": "_reading",
    "read": "_reading",
    "read_days": "_series",
    "read_flags": "_series",
    "read_ids": "_series",
    "read_labels": "_series",
    "read_numbers": "_series",
    "read_objects": "_series",
    "series_kind": "_series",
    "Aggregate": "_table",
    "Column": "_table",
    "Table": "_table",
    "column": "_table",
    "count": "_table",
    "distinct_count": "_table",
    "highest": "_table",
    "instant": "_table",
    "lookup": "_table",
    "lowest": "_table",
    "null_count": "_table",
    "total": "_table",
    "whole": "_table",
}
__getattr__, __dir__ = open_door(__name__, _HOMES)
