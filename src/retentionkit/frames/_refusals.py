"""What is said of a column that cannot be what it is said to be: one wording for every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit.errors import ColumnError, DataError, KindError, OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "fractional_ids",
    "impossible_years",
    "missing_column",
    "mixed_ids",
    "naive_clock",
    "no_ids",
    "no_moments",
    "no_name",
    "no_numbers",
    "repeated_column",
    "several_zones",
]


def no_name(given: object, argument: str) -> KindError:
    """Something else stands where the name of a column belongs."""
    called = getattr(given, "name", None)  # a series knows its own
    name = called if isinstance(called, str) and called else "column"
    return KindError(
        f"`{argument}` must be the name of a column.",
        received=f"a {type(given).__module__.partition('.')[0]}.{type(given).__name__}",
        allowed="the name of one column of the frame",
        do=f"Pass the name itself, such as {argument}={name!r}.",
    )


def missing_column(name: object, argument: str, available: Sequence[object]) -> ColumnError:
    """There is no such column."""
    return ColumnError(
        f"The frame has no column {name!r}.",
        received=f"{argument}={name!r}",
        allowed=", ".join(map(repr, available)) or "nothing: the frame has no columns",
        do=f"Name the right column with {argument}="
        + ("; for a log without money pass amount=None." if argument == "amount" else "."),
    )


def repeated_column(name: object, argument: str) -> ColumnError:
    """Several columns have that name."""
    return ColumnError(
        f"The frame has several columns {name!r}.",
        received=f"{argument}={name!r}",
        allowed="a name that one column has",
        do="Rename the columns so that the name is unique.",
    )


def no_ids(name: object, dtype: object) -> DataError:
    """The type of a column cannot hold ids."""
    return DataError(
        f"Column {name!r} cannot hold ids.",
        received=f"values of type {dtype}",
        allowed="whole numbers or text",
        do="Convert the column to text or to integers first.",
    )


def mixed_ids(name: object, found: str) -> DataError:
    """Ids of several types would split one customer into two."""
    return DataError(
        f"Column {name!r} mixes ids of several types.",
        received=f"{found} values",
        allowed="all whole numbers or all text",
        do="Convert the column to one type first, for instance with .astype(str).",
    )


def fractional_ids(name: object, example: object) -> DataError:
    """Decimal numbers are no ids."""
    return DataError(
        f"Column {name!r} holds ids that are no exact whole numbers.",
        received=f"{example!r}",
        allowed="whole numbers below 2**53 if stored as floats, or text",
        do="Read the column as text or as integers.",
    )


def no_moments(name: object, dtype: object) -> DataError:
    """The type of a column cannot hold points in time."""
    return DataError(
        f"Column {name!r} does not hold dates.",
        received=f"values of type {dtype}",
        allowed="dates or datetimes, naive or all in one time zone",
        do="Parse it first with an explicit format, for instance pandas.to_datetime(column, "
        "format='%Y-%m-%d') or polars' str.to_date; text and numbers are never guessed.",
    )


def several_zones(name: object, found: Sequence[str]) -> DataError:
    """Days would mean different things in different rows."""
    return DataError(
        f"Column {name!r} mixes time zones, or naive and zoned datetimes.",
        received=", ".join(sorted(found)),
        allowed="all naive, or all in one time zone",
        do="Convert all rows to one time zone first; days are calendar days in that zone.",
    )


def naive_clock(name: object, time_zone: str) -> OptionError:
    """A naive clock cannot be converted."""
    return OptionError(
        f"Column {name!r} has no time zone to convert from.",
        received=f"time_zone={time_zone!r}",
        allowed="time_zone=None for naive dates and datetimes",
        do="Leave time_zone out, or give the column its own zone first (tz_localize).",
    )


def impossible_years(name: object) -> DataError:
    """A calendar has the years 1 to 9999."""
    return DataError(
        f"Column {name!r} holds dates outside the calendar.",
        received="a year before 1 or after 9999",
        allowed="years 1 to 9999",
        do="Correct these rows, or make them missing and pass missing='drop'.",
    )


def no_numbers(name: object, dtype: object, texts: Sequence[object] = ()) -> DataError:
    """The type of a column cannot hold amounts or counts."""
    seen = f" such as {', '.join(map(repr, texts))}" if texts else ""
    return DataError(
        f"Column {name!r} does not hold numbers.",
        received=f"values of type {dtype}{seen}",
        allowed="integers, floats or decimals",
        do="Make numbers of it first, but not with errors='coerce' or strict=False: that makes "
        "values missing. Text is never guessed.",
    )
