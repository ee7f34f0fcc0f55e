r"""Which share of cases was answered in time, and which solved?

A case is in time if :math:`w \le \ell` for its wait w and the limit :math:`\ell`. One that is still
open is missed once its limit has passed; before that nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retentionkit import frames
from retentionkit.arguments import check_choice, check_confidence, check_number
from retentionkit.errors import OptionError
from retentionkit.service._cases import read_groups, read_waits, refuse_unused
from retentionkit.service._limits import (
    DAY,
    check_unit,
    limit_in_microseconds,
    microseconds_of,
    said,
)
from retentionkit.service._promises import COLUMNS, Attainment, check_by, promise_of
from retentionkit.service._waits import Waits, combined, quantile, states

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.durations import Duration, Moment
    from retentionkit.frames import Frame
    from retentionkit.results import Estimate
    from retentionkit.service._cases import Cases, Treatment
    from retentionkit.service._limits import TimeUnit
    from retentionkit.service._promises import Denominator, Promise

__all__ = ["attainment", "check_levels", "leaning"]

_DENOMINATORS: Final = ("known", "due")


def attainment(
    frame: Frame,
    *,
    opened: str | None = "opened",
    responded: str | None = "responded",
    solved: str | None = "solved",
    response: Duration = "1 hour",
    solution: Duration = "24 hours",
    as_of: Moment | None = None,
    by: str | None = None,
    denominator: Denominator = "known",
    unit: TimeUnit | None = None,
    elapsed: str | None = None,
    quantiles: Sequence[float] = (0.5, 0.9),
    time_zone: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> Attainment:
    """Share of cases that were answered and solved within the promised times.

    Parameters
    ----------
    frame
        One row for each case.
    opened
        Column of the points in time at which cases began; None if the others are numbers.
    responded, solved
        Columns of the first answer and of the solution; missing where there is none yet. None for
        a promise that was not made. With `unit` these are times since the beginning as numbers.
    response, solution
        The limits: `"1 hour"`, `"15 minutes"`, `"3 days"`. Time on the clock: nights and weekends
        count.
    as_of
        The moment up to which all is known; a date counts to its end. Later cases are set aside,
        and later answers have not happened. Default: the last moment in the data, of dates the end
        of the last.
    by
        Column of groups, such as the team or the channel.
    denominator
        `"known"`: the share of all cases whose outcome is known; of the latest cases those are the
        quick ones. `"due"`: only of the cases that began at least the limit ago, quick or not.
    unit
        The unit of columns of numbers: `"minute"`, `"hour"`, `"day"`.
    elapsed
        With `unit`, the column that says how long ago each case began. Without it an open case is
        not known to be missed.
    quantiles
        Shares of cases for which the times are told.
    time_zone
        The zone that `as_of` is said in, where the columns have a zone.
    missing
        Cases without a beginning: `"error"`, or `"drop"` to set them aside and count them.
    invalid
        Cases that were answered or solved before they began: `"error"` or `"drop"`.
    confidence
        Level of the intervals.

    Returns
    -------
    Attainment
        Measures `"response"`, `"solution"` and `"both"`, shares with Wilson intervals. Quantiles
        are in hours, or in `unit`, by the product limit [1]_ with log-log limits.

    Raises
    ------
    DataError
        A case has no beginning or ended before it, or only some columns have a time zone.
    OptionError
        A limit is not one, or `as_of` cannot be told on the clock of the columns.

    Notes
    -----
    A case that is open and past its limit is missed. One that is open within its limit is pending:
    shown, and in no share. A case that was solved without an answer was answered by its solution.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
       observations. Journal of the American Statistical Association 53(282), 457-481.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> at = pd.to_datetime
    >>> cases = pd.DataFrame(
    ...     {
    ...         "opened": at(["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 08:00"]),
    ...         "responded": at(["2026-03-02 09:20", "2026-03-02 12:00", None]),
    ...         "solved": at(["2026-03-02 15:00", None, None]),
    ...     }
    ... )
    >>> found = rk.service.attainment(cases, as_of="2026-03-03")
    >>> found.response
    Estimate(0.3333, 95 % 0.06149 to 0.7923, n = 3)
    >>> found.promise("solution").overdue, found.promise("solution").pending
    (1, 1)
    """
    level = check_confidence(confidence)
    check_choice("denominator", denominator, _DENOMINATORS)
    levels = check_levels(quantiles)
    check_by(by, COLUMNS, levels)
    ends = {
        name: column
        for name, column in (("responded", responded), ("solved", solved))
        if column is not None
    }
    limits = {"responded": response, "solved": solution}
    numbers = {name: limit_in_microseconds(_PROMISES[name], limits[name], unit) for name in ends}
    _check_ends(ends, unit, elapsed, denominator)
    _check_unused(
        ends,
        unit,
        {"responded": {"response": response}, "solved": {"solution": solution}},
        {"opened": opened, "as_of": as_of, "time_zone": time_zone, "missing": missing},
        elapsed,
    )
    cases = read_waits(
        frame, start=opened if unit is None else None, ends=ends, unit=unit, elapsed=elapsed,
        as_of=as_of, time_zone=time_zone, missing=missing, invalid=invalid,
    )  # fmt: skip
    shown: TimeUnit = "hour" if unit is None else check_unit(unit)
    stages = {
        _PROMISES[name]: (waits, numbers[name]) for name, waits in _answered(cases.waits).items()
    }
    definition = _definition(
        {_PROMISES[name]: said(limits[name], unit) for name in ends}, cases, denominator
    )
    groups = read_groups(frame, by, cases.used)
    promises = [
        promise
        for label, some in groups.masks()
        for promise in _promises(
            label, some, stages, levels, definition, level, shown, due=denominator == "due"
        )
    ]
    return Attainment(
        promises=tuple(promises),
        by=by,
        unit=shown,
        levels=levels,
        reasons=cases.reasons,
        notes=(
            *_without_hours(cases, numbers),
            *leaning(promises, denominator, aged=unit is None or elapsed is not None),
        ),
        definition=definition,
        kind=frames.kind_of(frame),
    )


_PROMISES: Final[Mapping[str, str]] = {"responded": "response", "solved": "solution"}


def _promises(
    label: object,
    some: NDArray[np.bool_],
    stages: Mapping[str, tuple[Waits, float]],
    levels: tuple[float, ...],
    definition: str,
    confidence: float,
    unit: TimeUnit,
    *,
    due: bool,
) -> list[Promise]:
    """The promises to one group, and all of them together."""
    found: list[Promise] = []
    stood: list[NDArray[np.int64]] = []
    for name, (waits, limit) in stages.items():
        mine = waits[some]
        stood.append(states(mine, limit, due=due))
        times: tuple[Estimate, ...] = tuple(
            quantile(
                mine, level, confidence=confidence, scale=microseconds_of(unit),
                definition=f"Time of {name} within which {100 * level:g} % of cases have it.",
            )
            for level in levels
        )  # fmt: skip
        found.append(
            promise_of(
                label, name, stood[-1], definition=definition, confidence=confidence,
                quantiles=times,
            )
        )  # fmt: skip
    if len(stages) > 1:
        both = combined(*stood)
        found.append(promise_of(label, "both", both, definition=definition, confidence=confidence))
    return found


def _answered(waits: Mapping[str, Waits]) -> Mapping[str, Waits]:
    """Waits in which a solution is also an answer."""
    if len(waits) == 1:
        return waits
    first, last = waits["responded"], waits["solved"]
    by_solution = last.done & (~first.done | (last.time < first.time))
    time = first.time.copy()
    time[by_solution] = last.time[by_solution]
    return {"responded": Waits(time, first.done | last.done, first.elapsed), "solved": last}


def _without_hours(cases: Cases, limits: Mapping[str, float]) -> Iterator[str]:
    """That dates do not tell hours, where a limit is of hours."""
    if cases.dates_only and any(limit % DAY for limit in limits.values()):
        yield "All points in time are at midnight: of dates no hours can be told."


def leaning(
    promises: Sequence[Promise], denominator: Denominator, *, aged: bool = True
) -> Iterator[str]:
    """That the share of known outcomes leans to the quick cases, where some are pending.

    `aged` says whether it is known how long ago each began.
    """
    if denominator == "known" and any(promise.pending for promise in promises):
        ages = "" if aged else "with elapsed=, the column of ages, "
        yield (
            "Some are pending. Of the latest only the quick ones are known, so that shares lean "
            f"upward: {ages}denominator='due' counts only those whose limit has passed."
        )


def check_levels(quantiles: Sequence[float]) -> tuple[float, ...]:
    """Shares strictly between 0 and 1."""
    try:
        levels = tuple(quantiles)
    except TypeError:
        raise OptionError(
            "`quantiles` is not a list.",
            received=repr(quantiles),
            allowed="a list of shares between 0 and 1; () for none",
            do="Write quantiles=[0.5] for the median alone.",
        ) from None
    return tuple(
        check_number("quantiles", level, low=0, high=1 - 1e-9, open_low=True) for level in levels
    )


def _check_ends(
    ends: Mapping[str, str], unit: TimeUnit | None, elapsed: str | None, denominator: Denominator
) -> None:
    if not ends:
        raise OptionError(
            "There is nothing that was promised.",
            received="responded=None, solved=None",
            allowed="the name of a column for one of them at least",
            do="Name the column of first answers or of solutions.",
        )
    if denominator == "due" and unit is not None and elapsed is None:
        raise OptionError(
            "Nothing says how long ago the cases began.",
            received="denominator='due' with numbers and no elapsed=",
            allowed="denominator='due' with opened=, or with elapsed=",
            do="Name the column of ages with elapsed=, or pass denominator='known'.",
        )


def _check_unused(
    ends: Mapping[str, str],
    unit: TimeUnit | None,
    limits: Mapping[str, Mapping[str, object]],
    clock: Mapping[str, object],
    elapsed: str | None,
) -> None:
    """Refuse what says nothing beside what was passed."""
    for name, limit in limits.items():
        if name not in ends:
            refuse_unused(f"without {name}=", limit, response="1 hour", solution="24 hours")
    if unit is None:
        refuse_unused("beside points in time", {"elapsed": elapsed})
    else:
        refuse_unused("beside numbers of a unit", clock, opened="opened", missing="error")


def _definition(limits: Mapping[str, str], cases: Cases, denominator: Denominator) -> str:
    """What counts as in time, as missed and as not known."""
    promised = " and ".join(f"{name} within {limit}" for name, limit in limits.items())
    those = {
        "known": "cases whose outcome is known",
        "due": "cases that began at least the limit ago",
    }[denominator]
    until = "" if cases.as_of is None else f", as of {cases.as_of}"
    return (
        f"{promised[0].upper()}{promised[1:]} of opening (time on the clock) over {those}{until}; "
        "open cases past the limit are missed, others pending."
    )
