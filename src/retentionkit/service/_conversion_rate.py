"""Which share of those who were contacted, or who enquired, bought?

With a time within which they must, only those count who were observed that long: of the latest,
only the quick ones have bought yet, and the others are neither yes nor no.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_confidence, check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted
from retentionkit.intervals import share
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_mapping
from retentionkit.service._cases import (
    check_names,
    group_of,
    is_number,
    read_groups,
    read_waits,
    refuse_unused,
    said_aside,
    set_apart,
)
from retentionkit.service._limits import limit_in_microseconds, said
from retentionkit.service._waits import State, states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Duration, Moment
    from retentionkit.frames import Frame, FrameKind
    from retentionkit.service._cases import Groups, Treatment

__all__ = ["Conversion", "ConversionRate", "conversion_rate"]

_NOT_OBSERVED = State.PENDING
_COLUMNS: Final = ("converted", "not_converted", "not_observed", "rate", "low", "high")


@dataclasses.dataclass(frozen=True, slots=True)
class Conversion:
    """The conversion of one group.

    Attributes
    ----------
    group
        The label of the group; None for all, or for those without a label.
    converted, not_converted
        Yes and no.
    not_observed
        Not observed long enough: neither, and not in the rate.
    rate
        Converted over both, with a Wilson interval.
    """

    group: object
    converted: int
    not_converted: int
    not_observed: int
    rate: Estimate


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConversionRate(Result):
    """The share of contacts or enquiries that led to a purchase, made by `conversion_rate`.

    Attributes
    ----------
    groups
        One for each group.
    by
        What the groups are of; None for one group of all.
    of
        What the rate is a share of.
    reasons
        Rows that were not used, by reason.
    definition
        What was divided by what.
    kind
        The kind of frame that the caller brought.
    """

    groups: tuple[Conversion, ...]
    by: str | None
    of: str
    reasons: Mapping[str, int]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Conversion rate"

    def group(self, label: object = ...) -> Conversion:
        """The conversion of one group, None for those without a label; without `by` that of all."""
        return group_of(self.groups, label, self.by)

    @property
    def rate(self) -> Estimate:
        """The rate with its interval; without `by`."""
        return self.group().rate

    @property
    def value(self) -> float:
        """The rate alone; without `by`."""
        return self.rate.value

    @property
    def interval(self) -> Interval:
        """The interval of the rate; without `by`."""
        return self.rate.interval

    @property
    def n(self) -> int:
        """How many the rates are of, together."""
        return sum(found.rate.n for found in self.groups)

    @property
    def set_aside(self) -> int:
        """How many rows were not used."""
        return sum(self.reasons.values())

    def _table(self) -> Columns:
        rows = self.groups
        return {
            **({} if self.by is None else {self.by: [row.group for row in rows]}),
            self.of: [row.rate.n for row in rows],
            "converted": [row.converted for row in rows],
            "not_converted": [row.not_converted for row in rows],
            "not_observed": [row.not_observed for row in rows],
            "rate": [row.rate.value for row in rows],
            "low": [row.rate.interval.low for row in rows],
            "high": [row.rate.interval.high for row in rows],
        }

    def _facts(self) -> Mapping[str, str]:
        level = self.groups[0].rate.interval.confidence
        facts = {"confidence": f"{100 * level:g} %"}
        if self.reasons:
            facts["set aside"] = said_aside(self.reasons)
        return {**facts, "definition": self.definition}


def conversion_rate(
    contacts: Frame | int,
    *,
    n: int | None = None,
    contacted: str | None = None,
    converted: str = "converted",
    of: str = "contacts",
    within: Duration | None = None,
    as_of: Moment | None = None,
    by: str | None = None,
    time_zone: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> ConversionRate:
    """Share of contacts or enquiries that led to a purchase.

    Parameters
    ----------
    contacts
        A frame with one row for each contact, or the number that converted.
    n
        Beside a number: of how many.
    contacted
        Column of the points in time of the contacts. Without it `converted` says yes or no.
    converted
        Column of the points in time of the purchases, missing where there is none; or of truth
        values.
    of
        What the rate is a share of, in the plural: `"enquiries"`, `"contacts"`, `"visits"`.
    within
        The time in which a purchase counts, such as `"30 days"`. Only contacts at least that long
        ago are in the rate.
    as_of
        The moment up to which all is known; a date counts to its end. Default: the last moment in
        the data, of dates the end of the last.
    by
        Column of groups, such as the channel.
    time_zone
        The zone that `as_of` is said in, where the columns have a zone.
    missing
        Rows without a contact, or without a truth value: `"error"`, or `"drop"` to set them aside
        and count them.
    invalid
        Purchases before the contact: `"error"` or `"drop"`.
    confidence
        Level of the interval.

    Returns
    -------
    ConversionRate

    Raises
    ------
    DataError
        A contact is missing, or a purchase lies before its contact.
    OptionError
        More converted than there are, or times are asked for where there are none.

    Notes
    -----
    Without `within` each contact has had another time to convert: rates of periods of different age
    cannot be compared.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.service.conversion_rate(28, n=140, of="enquiries").rate
    Estimate(0.2, 95 % 0.1422 to 0.2739, n = 140)
    """
    level = check_confidence(confidence)
    check_choice("missing", missing, ("error", "drop"))
    check_choice("invalid", invalid, ("error", "drop"))
    _check_noun(of)
    check_names({"of": of, "by": by}, _COLUMNS)
    times = {"within": within, "as_of": as_of, "time_zone": time_zone, "invalid": invalid}
    if is_number(contacts):
        columns = {"contacted": contacted, "converted": converted, "by": by, "missing": missing}
        refuse_unused(
            "beside a number", {**columns, **times},
            converted="converted", missing="error", invalid="error",
        )  # fmt: skip
        return _of_counts(contacts, n, of, level)
    refuse_unused("beside a frame", {"n": n})
    if contacted is None:
        refuse_unused("without contacted=", times, invalid="error")
        stood, used, aside = _of_flags(contacts, converted, missing)
        definition = f"Converted over all {of}."
    else:
        limit = None if within is None else limit_in_microseconds("within", within)
        cases = read_waits(
            contacts, start=contacted, ends={"converted": converted}, unit=None, as_of=as_of,
            time_zone=time_zone, missing=missing, invalid=invalid, names=("contacted", "contact"),
        )  # fmt: skip
        used, aside, waits = cases.used, cases.reasons, cases.waits["converted"]
        stood = np.where(waits.done, State.IN_TIME, State.OVERDUE).astype(np.int64)
        definition = f"Converted by {cases.as_of} over all {of}, however recent."
        if limit is not None and within is not None:
            stood = states(waits, limit, due=True)
            definition = (
                f"Converted within {said(within)} over {of} that were observed as long, up to "
                f"{cases.as_of}."
            )
    return ConversionRate(
        groups=_groups(stood, read_groups(contacts, by, used), definition, level),
        by=by,
        of=of,
        reasons=aside,
        definition=f"{definition[:-1]}, with a Wilson interval.",
        kind=frames.kind_of(contacts),
    )


def _check_noun(of: object) -> None:
    if not (isinstance(of, str) and of.strip()):
        raise OptionError(
            "Nothing says what the rate is a share of.",
            received=f"of={of!r}",
            allowed="a noun in the plural",
            do="Pass of='enquiries', 'contacts' or 'visits'.",
        )


def _groups(
    stood: NDArray[np.int64], groups: Groups, definition: str, confidence: float
) -> tuple[Conversion, ...]:
    found: list[Conversion] = []
    for label, some in groups.masks():
        counts = np.bincount(stood[some], minlength=len(State))
        yes, no = int(counts[State.IN_TIME]), int(counts[State.LATE] + counts[State.OVERDUE])
        rate = share(yes, yes + no, definition=definition, confidence=confidence)
        found.append(Conversion(label, yes, no, int(counts[_NOT_OBSERVED]), rate))
    return tuple(found)


def _of_counts(number: object, n: object, of: str, confidence: float) -> ConversionRate:
    size = check_whole("n", n, low=1, do=f"Pass n=, the number of {of} that the rate is of.")
    yes = check_whole("contacts", number, low=0, high=size)
    definition = f"Converted over all {of}, with a Wilson interval."
    rate = share(yes, size, definition=definition, confidence=confidence)
    return ConversionRate(
        groups=(Conversion(None, yes, size - yes, 0, rate),),
        by=None,
        of=of,
        reasons=frozen_mapping({}),
        definition=definition,
    )


def _of_flags(
    frame: Any,  # noqa: ANN401 - a frame
    column: str,
    missing: Treatment,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Mapping[str, int]]:
    """Truth values, or 0 and 1."""
    table = frames.read(frame, {"converted": Wanted(column, "converted", "any")})
    try:
        flags = frames.read_flags(table.native["converted"], argument="converted")
    except DataError as error:
        error.do += " For points in time name the column of contacts as well, with contacted=."
        raise
    absent = np.isnan(flags)
    if absent.any() and missing == "error":
        raise DataError(
            f"Column {column!r} has missing values.",
            received=f"{absent.sum():,} of {len(absent):,} rows",
            allowed="True or False in every row",
            do="Pass missing='drop' to set these rows aside and count them.",
        )
    used, aside = set_apart({f"without `{column}`": absent})
    stood = np.where(flags == 1, State.IN_TIME, State.OVERDUE).astype(np.int64)
    return stood[used], used, aside
