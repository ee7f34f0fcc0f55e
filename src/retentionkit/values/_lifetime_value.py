"""Lifetime value as a type: what the models make, and acquisition and loyalty take."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from retentionkit.arguments import check_confidence, check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import Total, Uncertainty, log_wald, total_interval
from retentionkit.results import Columns, Interval, Result
from retentionkit.values._rows import row_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.durations import Unit
    from retentionkit.frames import FrameKind
    from retentionkit.values._simulation import Simulation

__all__ = ["LifetimeValue"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class LifetimeValue(Result):
    """Discounted margin that customers are expected to bring, with its uncertainty.

    Attributes
    ----------
    value
        Expected value of each customer, shape (n,), in money.
    discounted_purchases
        Expected purchases behind it, each discounted to today, shape (n,): fewer than are
        expected to be counted.
    expected_spend
        Expected spend per purchase, shape (n,); NaN where it is undefined, and the value with it.
    loadings
        Response of each value to one standard error of each independent direction in which the
        estimated parameters may be wrong, shape (n, k): a value's standard error is the length of
        its row, that of a sum of values the length of the sum of rows. None without fits.
    customer
        Customer ids, shape (n,), or None.
    weight
        Customers that each row stands for, shape (n,).
    kind
        `"residual"`: from today on, of customers already won. `"new"`: from the first order on,
        of a customer about to be won; this is what an acquisition cost is compared with.
    horizon
        How far ahead, in `unit`; None for ever.
    unit
        The unit of time of the purchase model.
    discount_rate
        Effective rate per year.
    margin
        Share of spend that is kept.
    definition
        What the value is, in one sentence.
    covers
        What the interval covers, and what it does not.
    frame_kind
        The kind of frame that the caller brought.
    simulation
        What the predictive methods draw from; None where purchases or spend are numbers without a
        model. It is no part of comparisons and exports.
    not_simulated
        Why there is nothing to draw from, if so.
    row
        Position of each row among those valued first, shape (n,); None where they are all here.
    """

    value: NDArray[np.float64]
    discounted_purchases: NDArray[np.float64]
    expected_spend: NDArray[np.float64]
    loadings: NDArray[np.float64] | None
    customer: NDArray[Any] | None
    weight: NDArray[np.float64]
    kind: Literal["residual", "new"]
    horizon: float | None
    unit: Unit
    discount_rate: float
    margin: float
    definition: str
    covers: str
    frame_kind: FrameKind | None = None
    simulation: Simulation | None = dataclasses.field(default=None, compare=False)
    not_simulated: str = dataclasses.field(default="no model of purchases", compare=False)
    row: NDArray[np.int64] | None = None

    _heading: ClassVar[str] = "Lifetime value"

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.value)

    def __getitem__(self, rows: NDArray[Any] | slice) -> LifetimeValue:
        """The values of some customers: a mask, positions or a slice."""
        arrays = (
            "value",
            "discounted_purchases",
            "expected_spend",
            "loadings",
            "customer",
            "weight",
        )
        found = {name: getattr(self, name) for name in arrays}
        chosen = {name: array[rows] for name, array in found.items() if array is not None}
        chosen["row"] = (np.arange(len(self)) if self.row is None else self.row)[rows]
        for array in chosen.values():
            array.flags.writeable = False
        simulation = None if self.simulation is None else self.simulation[rows]
        return dataclasses.replace(self, **chosen, simulation=simulation)

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Standard error of each value, shape (n,); NaN without fits."""
        if self.loadings is None:
            return np.full(len(self), np.nan)
        return np.asarray(np.linalg.norm(self.loadings, axis=1))

    @property
    def n_undefined(self) -> int:
        """Customers whose value is undefined, NaN; a total leaves them out."""
        return round(float(self.weight[np.isnan(self.value)].sum()))

    @property
    def total(self) -> float:
        """Value of all customers together whose value is defined."""
        known = ~np.isnan(self.value)
        return float(self.weight[known] @ self.value[known])

    @property
    def total_standard_error(self) -> float:
        """Standard error of the total, in which the customers' errors go together."""
        if self.loadings is None:
            return float("nan")
        known = ~np.isnan(self.value)
        return float(np.linalg.norm(self.weight[known] @ self.loadings[known]))

    def interval(
        self, *, confidence: float = 0.95
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Limits of each value, shape (n,) each; see `covers` for what they cover.

        Log-scale delta method; NaN without fits.
        """
        return log_wald(self.value, self.standard_error, confidence=confidence)

    def total_interval(self, *, confidence: float = 0.95) -> Interval:
        """Interval of the total, for the same uncertainty."""
        low, high = log_wald(self.total, self.total_standard_error, confidence=confidence)
        return Interval(float(low), float(high), confidence)

    def predictive_interval(
        self, *, confidence: float = 0.95, draws: int = 1000, rng: np.random.Generator | int = 0
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Limits of what each customer will really bring, shape (n,) each, by simulation.

        They cover the randomness of purchases and amounts at the estimated parameters; what the
        parameters leave open is `interval` and apart from it.

        Parameters
        ----------
        confidence
            Probability that what a customer brings lies between the limits.
        draws
            Simulated futures of somebody alive, for each distinct pair of frequency and age.
        rng
            Seed or generator. With the same seed a customer's limits do not depend on the others.

        Raises
        ------
        OptionError
            Where there is no model to draw from, or no end to draw to.

        Notes
        -----
        Without a horizon, futures end where discounting has left a ten-thousandth of a purchase.

        Examples
        --------
        >>> import retentionkit as rk
        >>> customer = rk.PurchaseHistories.from_arrays(
        ...     7, 37.0, 38.86, monetary_value=25.0, unit="week"
        ... )
        >>> value = rk.clv.lifetime_value(
        ...     rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
        ...     rk.clv.GammaGamma(6.25, 3.74, 15.44),
        ...     customer,
        ...     horizon="12 months",
        ...     discount_rate=0.10,
        ... )
        >>> low, high = value.predictive_interval(draws=10_000)
        >>> bool((low < value.value) & (value.value < high))
        True
        """
        tail = 0.5 - check_confidence(confidence) / 2
        levels = (tail, 1 - tail)
        found = _simulation(self).quantiles(levels, draws=_draws(draws), rng=rng)
        return found[:, 0], found[:, 1]

    def predictive_total_interval(
        self,
        *,
        confidence: float = 0.95,
        draws: int = 1000,
        rng: np.random.Generator | int = 0,
        uncertainty: Uncertainty = "both",
    ) -> Interval:
        """Interval of what all customers together will really bring, never below 0.

        Parameters
        ----------
        confidence
            The confidence level.
        draws, rng
            As in `predictive_interval`; ten totals for each draw where totals are simulated.
        uncertainty
            `"randomness"`: of independent customers at the estimated parameters. `"parameters"`:
            `total_interval`. `"both"`: the two together. The last two are NaN without fits.

        Notes
        -----
        The expected total is exact; its variance and third moment are averages over simulated
        times of purchases. Up to a skewness of 0.25 the limits are those of a gamma distribution
        with these three. Above it, or where a moment is infinite (Gamma-Gamma with q of 2 or less,
        or 3), totals are simulated, up to some 30,000 customers; uncertain parameters scale them by
        a lognormal factor. One customer takes the quantiles of `predictive_interval`.
        """
        known = self[~np.isnan(self.value)]
        simulation = _simulation(known)

        def quantiles(levels: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.ravel(simulation.quantiles(levels.tolist(), draws=draws, rng=rng))

        variance, third = simulation.moments(draws=_draws(draws), rng=rng)
        weight = known.weight
        customers = float(weight.sum())
        moments = (self.total, float(weight @ variance), float(weight @ third))
        return total_interval(
            Total(customers, *moments, self.total_standard_error),
            confidence=confidence,
            uncertainty=uncertainty,
            quantiles=quantiles if customers == 1 else None,
            draws=lambda generator: simulation.totals(weight, 10 * draws, generator),
            rng=rng,
        )

    def exceeds(
        self, amount: ArrayLike, *, draws: int = 10_000, rng: np.random.Generator | int = 0
    ) -> NDArray[np.float64]:
        """Probability that what each customer really brings exceeds an amount, shape (n,).

        The amount, one or one for each, may be what acquiring or keeping a customer costs. `draws`
        and `rng` are as in `predictive_interval`.

        Examples
        --------
        >>> import retentionkit as rk
        >>> value = rk.clv.new_customer_value(
        ...     rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
        ...     rk.clv.GammaGamma(6.25, 3.74, 15.44),
        ...     horizon="3 years",
        ...     discount_rate=0.10,
        ...     margin=0.30,
        ... )
        >>> value.exceeds(25.0).round(2)
        array([0.35])
        """
        amounts = np.asarray(amount)
        fits = amounts.dtype.kind in "iuf" and amounts.shape in {(), (len(self),)}
        if fits and not np.isnan(amounts).any():
            wanted = np.broadcast_to(amounts.astype(np.float64), len(self))
            return _simulation(self).exceeds(wanted, draws=_draws(draws), rng=rng)
        raise DataError(
            "`amount` must be numbers, one or as many as customers.",
            received=f"shape {amounts.shape}: {amounts.ravel()[:3].tolist()}",
            allowed=f"one number, or shape ({len(self)},)",
            do="Pass exceeds(25.0).",
        )

    def top(self, n: int) -> LifetimeValue:
        """The `n` most valuable rows, the most valuable first; ties in their given order.

        A row is a customer, or all the customers that its `weight` counts.
        """
        if not _is_count(n):
            raise OptionError(
                "`n` must be a positive number of rows.",
                received=repr(n),
                allowed="1, 2, 3, ...",
                do="Pass how many rows to list, such as top(10).",
            )
        return self[np.argsort(-self.value, kind="stable")[:n]]

    def _frame_kind(self) -> FrameKind:
        return self.frame_kind or "pandas"

    def _table(self) -> Columns:
        low, high = self.interval()
        limits = {} if self.loadings is None else {"low": low, "high": high}
        rest = {
            "discounted_purchases": self.discounted_purchases,
            "expected_spend": self.expected_spend,
        }
        named = row_keys(self.customer, self.weight, self.row)
        return {**named, "value": self.value, **limits, **rest}

    def _facts(self) -> Mapping[str, str]:
        total = f"{self.total:,.2f}"
        if self.loadings is not None:
            limits = self.total_interval()
            total += f" (95 %: {limits.low:,.2f} to {limits.high:,.2f})"
        undefined = (
            {"undefined": f"{self.n_undefined:,}: refunds leave them no positive mean spend"}
            if self.n_undefined
            else {}
        )
        return {
            **({} if round(self.weight.sum()) == len(self) else {"rows": f"{len(self):,}"}),
            "customers": f"{self.weight.sum():,.0f}",
            **undefined,
            "total": total,
            "definition": self.definition,
            "interval": self.covers,
        }


def _simulation(value: LifetimeValue) -> Simulation:
    if value.simulation is not None:
        return value.simulation
    raise OptionError(
        "What these customers will really bring cannot be simulated.",
        received=value.not_simulated,
        allowed="a model of purchases, spend as a model or as numbers, and a horizon or a discount "
        "rate",
        do="Pass a model such as BGNBD to lifetime_value, and a horizon.",
    )


def _draws(draws: int) -> int:
    return check_whole("draws", draws, low=100, do="Draw at least 100; 1,000 is usual.")


def _is_count(n: object) -> bool:
    return isinstance(n, int | np.integer) and bool(n >= 1)
