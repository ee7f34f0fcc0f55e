"""What models of contracts read: renewals in their period, whole periods, horizons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._models.reading import read_counts, read_times
from retentionkit.durations import duration_in
from retentionkit.errors import KindError, OptionError
from retentionkit.histories import RenewalHistories

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from retentionkit.durations import Duration, Unit

__all__ = ["read_ahead", "read_periods", "read_renewals", "read_running"]

#: "12 months" are a year but for the last digit.
_ROUNDING: Final = 1e-9


def read_renewals(histories: object, unit: Unit) -> RenewalHistories:
    """Renewal histories of the model's period; anything else is refused."""
    if not isinstance(histories, RenewalHistories):
        raise KindError(
            "This model reads renewal histories: customers who are seen to leave.",
            received=type(histories).__name__,
            allowed="RenewalHistories",
            do="Make them with RenewalHistories.from_survivors, from_arrays or from_frame. Without "
            "contracts nobody sees a customer leave: use a model such as BGNBD.",
        )
    if histories.unit != unit:
        raise KindError(
            "These contracts are renewed at another pace than those of the model.",
            received=f"contracts of a {histories.unit}, a model of contracts of a {unit}",
            allowed=f"contracts of a {unit}",
            do="Fit a model to contracts of that period: churn by the year says nothing of how it "
            "falls on the months.",
        )
    return histories


def read_running(given: object, unit: Unit) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Renewals, and which contracts still run; numbers are renewals of running contracts."""
    if isinstance(given, RenewalHistories):
        h = read_renewals(given, unit)
        return h.renewals.astype(np.float64), ~h.ended
    numbers: Any = given
    found = np.asarray(numbers)
    if found.dtype.kind not in "iuf":
        raise KindError(
            "Renewals are needed: histories of contracts, or numbers for contracts that run.",
            received=type(given).__name__,
            allowed="RenewalHistories, a number, or an array of numbers",
            do="Pass the histories, or how often each running contract was renewed.",
        )
    x = np.atleast_1d(read_counts("renewals", numbers))
    return x, np.ones(x.shape, dtype=np.bool_)


def read_periods(
    name: str, t: Duration | ArrayLike, unit: Unit, *, low: int = 0
) -> NDArray[np.float64]:
    """Whole numbers of periods of a contract."""
    times = read_times(name, t, unit)
    whole = np.rint(times)
    if (np.abs(times - whole) <= _ROUNDING * (1 + whole)).all() and (whole >= low).all():
        return np.asarray(whole)
    raise OptionError(
        f"`{name}` must be whole periods of the contract.",
        received=repr(t),
        allowed=f"{low}, {low + 1}, {low + 2}, ... {unit}s, or text that comes to such a number",
        do=f"A contract of a {unit} is renewed or not once a {unit}; ask for the last renewal "
        "before the time you mean.",
    )


def read_ahead(horizon: Duration | None, until: Duration, unit: Unit) -> tuple[float, float]:
    """The number of renewals within a horizon, and the time to the first of them."""
    wait = duration_in("until_renewal", until, unit)
    if wait > 1 + _ROUNDING:
        raise OptionError(
            "The next renewal cannot be further away than one period.",
            received=f"until_renewal={until!r}",
            allowed=f"0 to 1 {unit}",
            do="Pass the time from today to the next renewal.",
        )
    if horizon is None:
        return math.inf, wait
    end = duration_in("horizon", horizon, unit) - wait
    return float(max(0, math.ceil(end - _ROUNDING * (1 + abs(end))))), wait
