"""Fitted objects of lifetimes to models of this library, and back.

What comes in is read without importing lifetimes. What goes out needs it
(`pip install "retentionkit[lifetimes]"`); the warning filters and the pandas option that its import
changes are put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.interop.lifetimes._incoming import from_lifetimes, histories_from_lifetimes
    from retentionkit.interop.lifetimes._outgoing import to_lifetimes

__all__ = ["from_lifetimes", "histories_from_lifetimes", "to_lifetimes"]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "from_lifetimes": "_incoming",
        "histories_from_lifetimes": "_incoming",
        "to_lifetimes": "_outgoing",
    },
)
