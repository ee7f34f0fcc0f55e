"""Cases of a frame: since when each runs, what has happened to it, and which group it is of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted
from retentionkit.results import frozen_mapping
from retentionkit.service._clocks import read_clocks
from retentionkit.service._limits import check_unit, microseconds_of
from retentionkit.service._waits import Waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.frames import Frame
    from retentionkit.service._clocks import Clock
    from retentionkit.service._limits import TimeUnit

__all__ = [
    "Cases",
    "Groups",
    "Treatment",
    "check_names",
    "group_of",
    "groups_of",
    "invalid_rows",
    "is_number",
    "read_groups",
    "read_waits",
    "refuse_unused",
    "said_aside",
    "set_apart",
]

#: What is done with rows that cannot be used.
Treatment: TypeAlias = Literal["error", "drop"]

_TREATMENTS = ("error", "drop")


class _Grouped(Protocol):
    @property
    def group(self) -> object: ...


_Group = TypeVar("_Group", bound=_Grouped)


@dataclasses.dataclass(frozen=True, slots=True)
class Cases:
    """Cases that count.

    Attributes
    ----------
    waits
        For each end, how long it took or has been waited for.
    used
        Which rows of the frame these are.
    reasons
        How many were set aside, by reason.
    as_of
        Up to when all is known, in words; None for numbers.
    dates_only
        Whether all points in time are at midnight, so that no hours can be told.
    """

    waits: Mapping[str, Waits]
    used: NDArray[np.bool_]
    reasons: Mapping[str, int]
    as_of: str | None
    dates_only: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Groups:
    """The groups of some rows: labels, and the place of each row among them."""

    labels: tuple[object, ...]
    place: NDArray[np.int64]

    def masks(self) -> Iterator[tuple[object, NDArray[np.bool_]]]:
        """Each label with the rows that have it."""
        for at, label in enumerate(self.labels):
            yield label, self.place == at


def read_waits(
    frame: Frame,
    *,
    start: str | None,
    ends: Mapping[str, str],
    unit: TimeUnit | None,
    elapsed: str | None = None,
    as_of: Moment | None = None,
    time_zone: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    names: tuple[str, str] = ("opened", "case"),
) -> Cases:
    """Waits from one column of beginnings to several of ends, or from columns of numbers."""
    check_choice("missing", missing, _TREATMENTS)
    check_choice("invalid", invalid, _TREATMENTS)
    if (start is None) == (unit is None):
        raise OptionError(
            "Waits need a beginning or a unit.",
            received=f"{names[0]}={start!r}, unit={unit!r}",
            allowed=f"{names[0]}= for columns of points in time, or unit= for columns of numbers",
            do=f"Name the column of beginnings with {names[0]}=, or pass unit='minute'.",
        )
    if start is None:
        return _from_numbers(frame, ends, unit or "minute", elapsed, invalid)
    clocks = read_clocks(frame, {names[0]: start, **ends}, as_of=as_of, time_zone=time_zone)
    begun = clocks[names[0]]
    aside = {f"missing {names[0]}": begun.missing}
    if begun.missing.any() and missing == "error":
        raise DataError(
            f"Some rows have no beginning ({names[0]}).",
            received=f"{begun.missing.sum():,} of {len(begun.missing):,} rows of {start!r}",
            allowed=f"a point in time in every row of {start!r}",
            do="Pass missing='drop' to set these rows aside and count them.",
        )
    aside[f"{names[0]} after {clocks.said}"] = ~begun.missing & (begun.instants > clocks.now)
    early = {name: _before(clocks[name], begun) for name in ends}
    for name, wrong in early.items():
        invalid_rows(wrong, f"{name} before {names[0]}", invalid)
        aside[f"{name} before {names[0]}"] = wrong
    used, reasons = set_apart(aside)
    waits: dict[str, Waits] = {}
    for name in ends:
        end = clocks[name]
        done = ~end.missing & (end.instants <= clocks.now)
        lasted = np.where(done, end.instants, clocks.now) - begun.instants
        age = (clocks.now - begun.instants).astype(np.float64)
        waits[name] = Waits(lasted.astype(np.float64), done, age)[used]
    return Cases(waits, used, reasons, clocks.said, clocks.dates_only)


def _before(end: Clock, begun: Clock) -> NDArray[np.bool_]:
    return ~(end.missing | begun.missing) & (end.instants < begun.instants)


def _from_numbers(
    frame: Frame, ends: Mapping[str, str], unit: TimeUnit, elapsed: str | None, invalid: Treatment
) -> Cases:
    """Waits that come as numbers; where one is missing it is not over."""
    scale = microseconds_of(check_unit(unit))
    wanted = {name: Wanted(column, name, "number") for name, column in ends.items()}
    if elapsed is not None:
        wanted["elapsed"] = Wanted(elapsed, "elapsed", "number")
    table = frames.read(frame, wanted)
    numbers = {
        name: np.rint(np.asarray(table.arrays(name)[0], dtype=np.float64) * scale)
        for name in wanted
    }
    aside: dict[str, NDArray[np.bool_]] = {}
    for name, values in numbers.items():
        wrong = (values < 0) | np.isinf(values)
        invalid_rows(wrong, f"{name} below 0 or infinite", invalid)
        aside[f"{name} below 0 or infinite"] = wrong
    used, reasons = set_apart(aside)
    age = numbers.pop("elapsed", np.full(len(table), np.nan))
    waits: dict[str, Waits] = {}
    for name, values in numbers.items():
        done = ~np.isnan(values)
        # A wait of which nothing is known but that it goes on has lasted for no known time.
        lasted = np.where(done, values, np.where(np.isnan(age), 0.0, age))
        waits[name] = Waits(lasted, done, age)[used]
    return Cases(waits, used, reasons, None)


def is_number(value: object) -> bool:
    """Whether a single number was passed, rather than a column or a frame."""
    return isinstance(value, int | float | np.integer | np.floating)


def set_apart(
    aside: Mapping[str, NDArray[np.bool_]],
) -> tuple[NDArray[np.bool_], Mapping[str, int]]:
    """Which rows are left, and how many were set aside for the first reason that holds."""
    if len(next(iter(aside.values()))) == 0:
        raise DataError(
            "The frame has no rows.",
            received="0 rows",
            allowed="at least one",
            do="Check the filter or the file that the frame came from.",
        )
    left: NDArray[np.bool_] = ~np.zeros(len(next(iter(aside.values()))), dtype=np.bool_)
    found: dict[str, int] = {}
    for reason, rows in aside.items():
        number = int((left & rows).sum())
        if number:
            found[reason] = number
        left &= ~rows
    if not left.any():
        raise DataError(
            "No row is left.",
            received=f"{len(left):,} rows: " + said_aside(found),
            allowed="at least one row that can be used",
            do="Check the columns and as_of.",
        )
    return left, frozen_mapping(found)


def invalid_rows(wrong: NDArray[np.bool_], what: str, invalid: Treatment) -> None:
    """Refuse rows that cannot be, unless they are to be set aside."""
    if wrong.any() and invalid == "error":
        rows = ", ".join(map(str, np.flatnonzero(wrong)[:5]))
        raise DataError(
            f"Some rows cannot be: {what}.",
            received=f"{wrong.sum():,} of {len(wrong):,} rows, such as {rows} (counted from 0)",
            allowed="rows in which time runs forward",
            do="Correct them, or pass invalid='drop' to set them aside and count them.",
        )


def read_groups(frame: Frame, by: object, used: NDArray[np.bool_]) -> Groups:
    """The groups of the rows that are used, by a column of the frame."""
    if by is None:
        return groups_of(None, used, argument="by")
    table = frames.read(frame, {"by": Wanted(by, "by", "any")})
    return groups_of(table.native["by"], used, argument="by")


def groups_of(labels: object, used: NDArray[np.bool_], *, argument: str) -> Groups:
    """The groups of the rows that are used; those without a label are a group of their own."""
    if labels is None:
        return Groups((None,), np.zeros(int(used.sum()), dtype=np.int64))
    place, found = frames.read_labels(labels, argument=argument)
    if len(place) != len(used):
        raise DataError(
            f"`{argument}` must have one label for each row.",
            received=f"{len(place):,} labels, {len(used):,} rows",
            allowed="as many labels as rows; None where there is none",
            do="Take both from the same rows.",
        )
    place = np.where(place < 0, len(found), place)[used]
    present = np.unique(place)
    named = (*found, None)
    return Groups(tuple(named[at] for at in present), np.searchsorted(present, place))


def group_of(groups: Sequence[_Group], label: object, by: str | None) -> _Group:
    """The group of a label, None for those without one; with `...` that of everybody."""
    listed = ", ".join(repr(found.group) for found in groups[:12])
    if label is ... and by is not None:
        raise OptionError(
            "The figure is of each group, and none of them is everybody.",
            received=f"by={by!r} and no group",
            allowed=f"one of the groups: {listed}",
            do="Name the group, or ask for the figure of everybody without by=.",
        )
    wanted = None if label is ... else label
    for found in groups:
        if found.group == wanted:
            return found
    raise OptionError(
        "There is no such group.",
        received=repr(wanted),
        allowed=listed if by is not None else "no label, since there are no groups",
        do="Name one of them." if by is not None else "Pass by= to make groups.",
    )


def check_names(named: Mapping[str, object], columns: Iterable[str]) -> None:
    """Refuse a column of the result that the caller names like another one."""
    taken = set(columns)
    for argument, name in named.items():
        if name in taken:
            raise OptionError(
                f"The result has another column of the name that `{argument}` gives.",
                received=f"{argument}={name!r}",
                allowed="a name other than " + ", ".join(sorted(taken)),
                do="Rename the column, or call it otherwise.",
            )
        if isinstance(name, str):
            taken.add(name)


def refuse_unused(where: str, options: Mapping[str, object], **defaults: object) -> None:
    """Refuse options that are neither None nor their default where they say nothing."""
    given = [
        name
        for name, value in options.items()
        if not (value is None or (isinstance(value, str) and value == defaults.get(name)))
    ]
    if given:
        raise OptionError(
            f"Some options mean nothing {where}.",
            received=", ".join(f"{name}=" for name in given),
            allowed=f"none of {', '.join(f'{name}=' for name in options)} {where}",
            do="Leave them out, or pass what they are about.",
        )


def said_aside(reasons: Mapping[str, int]) -> str:
    """How many rows were set aside and why, in words."""
    return "; ".join(f"{counted(number, 'row')} {reason}" for reason, number in reasons.items())
