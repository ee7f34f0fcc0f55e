"""From where a backtest forecasts: origins, and the day on which each horizon ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retentionkit.durations import duration_in, grain_in
from retentionkit.errors import OptionError
from retentionkit.histories._periods import end_of, last_day, last_period
from retentionkit.transactions._moments import local_moment
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retentionkit.durations import Duration, Grain, Moment, Unit
    from retentionkit.transactions import Transactions

__all__ = ["Origin", "rolling_origins"]


class Origin(NamedTuple):
    """One forecast.

    Attributes
    ----------
    as_of
        The last day known to the forecast.
    until
        The last day of its horizon.
    before
        The day before the window of the same length that ends with `as_of`, or the day before the
        log began, if that is later.
    """

    as_of: dt.date
    until: dt.date
    before: dt.date


def rolling_origins(
    transactions: Transactions,
    origins: int | Sequence[Moment],
    *,
    horizon: Duration,
    unit: Unit,
    grain: Grain,
) -> list[Origin]:
    """The origins in the order of time; every horizon must have been observed in full."""
    check_transactions(transactions)
    step = "day" if grain in {None, "hour"} else grain
    periods = _periods(duration_in("horizon", horizon, unit), unit, step)
    end = last_period(transactions.observed_until, step)
    if end_of(end, step) > transactions.part.days.end:
        end -= 1  # a period that was not observed to its end
    first = last_period(transactions.observed_from, step)
    if isinstance(origins, bool) or not isinstance(origins, int | np.integer):
        at = _dated(origins, step)
        given = ", ".join(str(last_day(period, step)) for period in at)
    else:
        at = [end - periods * back for back in range(int(origins), 0, -1)]
        given = f"{origins} origins, one horizon apart"
    if not at or at[-1] + periods > end or at[0] < first:
        raise OptionError(
            "An origin needs purchases before it and a horizon that was observed in full.",
            received=f"{given}; horizon of {periods} {step}s",
            allowed=f"origins from {transactions.observed_from} to "
            f"{last_day(end - periods, step)}; the log ends on {transactions.observed_until}",
            do="Pass fewer or other origins, a shorter horizon, or a longer log.",
        )
    return [
        Origin(
            last_day(period, step),
            last_day(period + periods, step),
            last_day(max(period - periods, first - 1), step),
        )
        for period in at
    ]


def _periods(horizon: float, unit: Unit, grain: Any) -> int:  # noqa: ANN401 - a calendar grain
    """The horizon as a whole number of grains, at least one."""
    length, per = grain_in(grain, unit)
    return max(round(horizon * per / length), 1)


def _dated(origins: Any, grain: Any) -> list[int]:  # noqa: ANN401 - dates as a caller writes them
    given = [origins] if isinstance(origins, str) else origins
    try:
        moments = [local_moment("origins", one) for one in given]
    except TypeError:
        raise OptionError(
            "`origins` is neither a number nor dates.",
            received=repr(origins),
            allowed="a whole number from 1 on, or a list of dates",
            do="Pass origins=3, or origins=['1997-09-30', '1997-12-30'].",
        ) from None
    return sorted({last_period(one, grain) for one in moments})
