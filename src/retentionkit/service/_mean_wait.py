r"""How long do people wait, on average and at worst, also while some still do?

With all waits over the mean has limits of Student's t. While some go on, a mean is known only up to
a horizon: that of :math:`\min(w, \tau)`, the area of the curve of those who still wait up to
:math:`\tau`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.intervals import share
from retentionkit.service._attainment import check_levels
from retentionkit.service._cases import (
    groups_of,
    invalid_rows,
    read_groups,
    read_waits,
    refuse_unused,
    set_apart,
)
from retentionkit.service._limits import (
    check_unit,
    limit_in_microseconds,
    microseconds_of,
    said,
    spans_in_microseconds,
)
from retentionkit.service._mean_wait_result import COLUMNS, MeanWait, WaitOf
from retentionkit.service._promises import check_by
from retentionkit.service._waits import State, Waits, mean_up_to, quantile, states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.durations import Duration, Moment
    from retentionkit.service._cases import Groups, Treatment
    from retentionkit.service._limits import TimeUnit

__all__ = ["mean_wait"]


def mean_wait(
    waits: object,
    *,
    start: str | None = None,
    end: str | None = None,
    waiting: object = None,
    unit: TimeUnit = "minute",
    limit: Duration | None = None,
    up_to: Duration | None = None,
    quantiles: Sequence[float] = (0.5, 0.9),
    as_of: Moment | None = None,
    by: object = None,
    time_zone: str | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> MeanWait:
    """Mean wait, the share that waits longer than a limit, and quantiles.

    Parameters
    ----------
    waits
        Waits as numbers or timedeltas, shape (n,); or a frame with a row for each wait.
    start, end
        In a frame, the columns of the points in time at which waits begin and end. A wait without
        an end is not over.
    waiting
        Beside waits, whether each is not over, so that it is how long somebody has waited.
    unit
        What numbers are in, and what times are told in.
    limit
        `"15 minutes"`, or a number in the unit, to tell the share that waits longer.
    up_to
        The horizon of the mean: longer waits count as this long. Needed while some still wait.
    quantiles
        Shares of waits for which the times are told.
    as_of
        The moment up to which all is known; a date counts to its end. Default: the last moment in
        the data, of dates the end of the last.
    by
        Groups: the name of a column of a frame, or labels beside numbers.
    time_zone
        The zone that `as_of` is said in, where the columns have a zone.
    missing
        Missing numbers or beginnings: `"error"`, or `"drop"` to set them aside and count them.
    invalid
        Waits below 0: `"error"` or `"drop"`.
    confidence
        Level of the intervals.

    Returns
    -------
    MeanWait

    Raises
    ------
    OptionError
        Some people still wait and there is no horizon, or it lies beyond what was seen.
    DataError
        A wait is missing or negative.

    Notes
    -----
    Those who still wait tend to be those who wait long: a mean without them is too low. Up to a
    horizon the mean takes them in (product limit, Greenwood's variance). That rests on the end of
    the data having nothing to do with how long somebody would have waited. In the share above the
    limit those count who have waited longer already; who is within it is unknown.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.service.mean_wait([3, 8, 11, 14, 22, 9, 31, 6], limit="15 minutes")
    >>> found.mean
    Estimate(13, 95 % 5.26 to 20.74, n = 8)
    >>> found.above
    Estimate(0.25, 95 % 0.07148 to 0.5907, n = 8)
    """
    level, shown = check_confidence(confidence), check_unit(unit)
    levels = check_levels(quantiles)
    check_by(by if isinstance(by, str) else None, COLUMNS, levels)
    most = None if limit is None else limit_in_microseconds("limit", limit, shown)
    horizon = None if up_to is None else limit_in_microseconds("up_to", up_to, shown)
    check_choice("missing", missing, ("error", "drop"))
    check_choice("invalid", invalid, ("error", "drop"))
    if _is_frame(waits):
        _check_columns(start, end, waiting)
        cases = read_waits(
            waits, start=start, ends={"end": str(end)}, unit=None, as_of=as_of,
            time_zone=time_zone, missing=missing, invalid=invalid, names=("start", "wait"),
        )  # fmt: skip
        found, aside = cases.waits["end"], cases.reasons
        groups = read_groups(waits, by, cases.used)
    else:
        clock = {"start": start, "end": end, "as_of": as_of, "time_zone": time_zone}
        refuse_unused("beside waits that are not points in time", clock)
        found, used, aside = _lasting(waits, waiting, shown, missing, invalid)
        groups = groups_of(by, used, argument="by")
    definition = _definition(
        None if limit is None else said(limit, shown), None if up_to is None else said(up_to, shown)
    )
    _check_horizon(found, groups, horizon, shown)
    return MeanWait(
        groups=tuple(
            _wait_of(label, found[some], most, horizon, levels, level, shown, definition)
            for label, some in groups.masks()
        ),
        by=None if by is None else by if isinstance(by, str) else "group",
        unit=shown,
        levels=levels,
        reasons=aside,
        definition=definition,
        kind=frames.kind_of(waits) if _is_frame(waits) else frames.series_kind(waits),
    )


def _wait_of(
    label: object,
    waits: Waits,
    most: float | None,
    horizon: float | None,
    levels: tuple[float, ...],
    confidence: float,
    unit: TimeUnit,
    definition: str,
) -> WaitOf:
    """The waits of one group."""
    scale = microseconds_of(unit)
    stood = np.zeros(0, dtype=np.int64) if most is None else states(waits, most)
    in_time, late, overdue, pending, _ = np.bincount(stood, minlength=len(State)).tolist()
    return WaitOf(
        group=label,
        waits=len(waits),
        waiting=int((~waits.done).sum()),
        mean=mean_up_to(
            waits, float(waits.time.max()) if horizon is None else horizon,
            confidence=confidence, scale=scale, definition=definition,
            most=math.inf if horizon is None else horizon,
        ),
        above=share(
            late + overdue, in_time + late + overdue, definition=definition, confidence=confidence
        ),
        unknown=pending,
        quantiles=tuple(
            quantile(
                waits, level, confidence=confidence, scale=scale,
                definition=f"Time within which {100 * level:g} % of waits are over.",
            )
            for level in levels
        ),
    )  # fmt: skip


def _is_frame(values: object) -> bool:
    try:
        frames.kind_of(values)
    except KindError:
        return False
    return True


def _check_columns(start: object, end: object, waiting: object) -> None:
    if start is None or end is None or waiting is not None:
        raise OptionError(
            "A frame needs a column of beginnings and one of ends.",
            received=f"start={start!r}, end={end!r}"
            + (", waiting=..." if waiting is not None else ""),
            allowed="start= and end= with a frame; waiting= with numbers only",
            do="Name both columns, or pass one column of numbers: frame['minutes'].",
        )


def _lasting(
    values: object, waiting: object, unit: TimeUnit, missing: Treatment, invalid: Treatment
) -> tuple[Waits, NDArray[np.bool_], Mapping[str, int]]:
    """Waits that come as numbers or as timedeltas."""
    numbers = spans_in_microseconds(values)
    if numbers is None:
        numbers = np.rint(frames.read_numbers(values, argument="waits") * microseconds_of(unit))
    done = ~_flags(waiting, len(numbers))
    absent, wrong = np.isnan(numbers), (numbers < 0) | np.isinf(numbers)
    if absent.any() and missing == "error":
        raise DataError(
            "Some waits are missing.",
            received=f"{absent.sum():,} of {len(numbers):,}",
            allowed="a number in every place",
            do="Pass missing='drop' to count them apart; for those who still wait pass how long "
            "they have waited, and waiting=.",
        )
    invalid_rows(wrong, "waits below 0 or infinite", invalid)
    if len(numbers) == 0:
        raise DataError(
            "There are no waits.",
            received="0 values",
            allowed="at least one",
            do="Check the filter or the file that they came from.",
        )
    used, aside = set_apart({"without a wait": absent, "below 0 or infinite": wrong})
    return Waits(numbers, done, numbers)[used], used, aside


def _flags(waiting: object, size: int) -> NDArray[np.bool_]:
    """Who still waits."""
    if waiting is None:
        return np.zeros(size, dtype=np.bool_)
    flags = frames.read_flags(waiting, argument="waiting")
    if len(flags) != size or np.isnan(flags).any():
        raise DataError(
            "`waiting` must have a truth value for each wait.",
            received=f"{len(flags):,} values for {size:,} waits, {np.isnan(flags).sum():,} missing",
            allowed="True where somebody still waits, else False",
            do="Take the waits and `waiting` from the same rows.",
        )
    return np.asarray(flags == 1, dtype=np.bool_)


def _check_horizon(waits: Waits, groups: Groups, horizon: float | None, unit: TimeUnit) -> None:
    """While some still wait, a mean needs a horizon up to which somebody was seen."""
    for label, some in groups.masks():
        mine = waits[some]
        longest = float(mine.time.max())
        last_open = not mine.done[mine.time == longest].all()
        if mine.done.all() or (horizon is not None and not (last_open and horizon > longest)):
            continue
        whose = "" if label is None else f" of {label!r}"
        still = counted(int((~mine.done).sum()), "wait")
        raise OptionError(
            "The mean is not known while some still wait, except up to a horizon that was seen.",
            received=f"{still} not over{whose}, up_to={None if horizon is None else 'beyond them'}",
            allowed=f"a horizon of at most {longest / microseconds_of(unit):.6g} {unit}s",
            do="Pass up_to=, such as up_to='2 hours': longer waits then count as this long.",
        )


def _definition(limit: str | None, horizon: str | None) -> str:
    mean = "Mean of all waits, with a t interval"
    if horizon is not None:
        mean = (
            f"Mean of all waits, each counted up to {horizon} (area under the curve of those who "
            "still wait), with a t interval"
        )
    if limit is None:
        return f"{mean}."
    return f"{mean}; above: longer than {limit}, of all waits of which that is known."
