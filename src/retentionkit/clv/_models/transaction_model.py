"""What every model of repeat purchases answers, stated once.

A model gives its likelihood and a few kernels over arrays. This class reads what the caller brings,
evaluates the kernels where they differ, and combines them.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from retentionkit.clv._fitting.counted import check_enough, check_some, count_histories
from retentionkit.clv._fitting.fittable import Fittable
from retentionkit.clv._fitting.maximum import Problem
from retentionkit.clv._models.kernels import Kernels
from retentionkit.clv._models.reading import read_counts, read_histories, read_times
from retentionkit.clv._numerics.distinct import on_distinct, on_smooth
from retentionkit.durations import Duration, Unit, continuous_rate, unit_ratio
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._models.simulation import SimulatedPurchases
    from retentionkit.clv._numerics.beta_geometric import Floats

__all__ = ["TransactionModel"]

#: The kind of histories that a model reads.
H_contra = TypeVar("H_contra", contravariant=True)


class TransactionModel(Fittable[H_contra], Kernels):
    """A model of repeat purchases, which *is* its parameters; the base of `BGNBD` and its kin."""

    __slots__ = ()

    unit: Unit

    def in_unit(self, unit: Unit) -> Self:
        """The same model with time measured in another unit."""
        ratio = unit_ratio(self.unit, unit)
        scaled: dict[str, Any] = {name: getattr(self, name) * ratio for name in self.times}
        return dataclasses.replace(self, **scaled, unit=unit)  # type: ignore[type-var]

    def log_likelihood(self, histories: H_contra) -> Floats:
        """Log-likelihood of each history, shape (n,); weights are not applied."""
        return self._log_likelihood(*self._read(histories))

    def probability_alive(self, histories: H_contra, after: Duration = 0) -> Floats:
        """Probability that each customer is still one, now or some time ahead, shape (n,).

        Parameters
        ----------
        histories
            Purchase histories, shape (n,).
        after
            How long after the end of observation.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> h = rk.PurchaseHistories.from_arrays([2, 0], [30.43, 0.0], [38.86, 38.86], unit="week")
        >>> model.probability_alive(h, after="39 weeks").round(4)
        array([0.5671, 0.9556])
        """
        x, t_x, T = self._read(histories)
        t = self._time("after", after)
        now = self._alive(x, t_x, T)
        if t == 0:
            return now
        return now * on_distinct(lambda x, T: self._stays(x, T, t), x, T, self.unit)

    def probability_active(self, histories: H_contra, t: Duration) -> Floats:
        """Probability of at least one purchase in the next `t`, shape (n,)."""
        x, t_x, T = self._read(histories)
        time = self._time("t", t)
        return self._alive(x, t_x, T) * self._buys(x, T, time)

    def expected_purchases(self, t: Duration | ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer in (0, t], of the shape of `t`.

        Parameters
        ----------
        t
            A time or an array of times in the model's unit, or text such as `"12 months"`. The
            first purchase is not counted.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> model.expected_purchases([1, 39]).round(4)
        array([0.0533, 1.1967])
        """
        times = self._times("t", t)
        none = np.zeros(times.size)
        made = self._alive(none, none, none) * self._purchases(none, none, times.ravel())
        return np.asarray(made.reshape(times.shape)[()])

    def conditional_expected_purchases(self, histories: H_contra, t: Duration) -> Floats:
        """Expected purchases of each customer in the next `t`, shape (n,).

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
        >>> model.conditional_expected_purchases(customer, "39 weeks").round(4)
        array([1.226])
        """
        x, t_x, T = self._read(histories)
        time = np.asarray(self._time("t", t))
        ahead = on_distinct(lambda x, T: self._purchases(x, T, time), x, T, self.unit)
        return self._alive(x, t_x, T) * ahead

    def discounted_expected_purchases(
        self,
        histories: H_contra | None,
        *,
        discount_rate: float,
        horizon: Duration | None = None,
    ) -> Floats:
        r"""Expected future purchases, each discounted to today, shape (n,).

        .. math::

            P(\text{alive})\; E\Bigl[\int_0^h e^{-\delta u}\, dN(u)\Bigr],
            \qquad \delta = \ln(1 + d)\ \text{per year}

        Parameters
        ----------
        histories
            Purchase histories, or None for one new customer.
        discount_rate
            Effective rate per year, such as 0.10.
        horizon
            How far ahead; None for ever.

        Raises
        ------
        OptionError
            If a value is infinite: no horizon, no discounting, and dropout too rare.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
        >>> model.discounted_expected_purchases(customer, discount_rate=0.15).round(3)
        array([5.179])
        """
        delta = continuous_rate(discount_rate, self.unit)
        end = math.inf if horizon is None else self._time("horizon", horizon)
        if delta == 0 and end == math.inf and not self._is_finite():
            raise OptionError(
                "Undiscounted purchases over an infinite horizon have no finite value here.",
                received=f"discount_rate=0, horizon=None, {self}",
                allowed="a horizon, a positive discount rate, or a model of certain dropout",
                do="Pass horizon='5 years' or discount_rate=0.10.",
            )
        if histories is None:
            none = np.zeros(1)
            return self._alive(none, none, none) * self._discounted(none, none, delta, end)
        x, t_x, T = self._read(histories)

        def ahead(x: Floats, T: Floats) -> Floats:
            return self._discounted(x, T, delta, end)

        return self._alive(x, t_x, T) * self._spread(ahead, x, T)

    def count_pmf(self, n: ArrayLike, t: Duration) -> Floats:
        """Probability that a new customer makes `n` repeat purchases in (0, t].

        Returns an array of the shape of `n`.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> round(float(model.count_pmf(0, "39 weeks")), 4)
        0.5738
        """
        none, counts = np.zeros(1), read_counts("n", n)
        return self._counts(counts, none, none, none, t).reshape(counts.shape)

    def conditional_count_pmf(self, histories: H_contra, n: ArrayLike, t: Duration) -> Floats:
        """Probability that each customer makes `n` purchases in the next `t`.

        Returns an array of shape (customers,) for one `n`, (customers, k) for `k` of them.
        """
        return self._counts(read_counts("n", n), *self._read(histories), t)

    def rate_exceeds(self, histories: H_contra, norm: float) -> Floats:
        r"""Probability that a customer's purchase rate exceeds a norm, shape (n,).

        The rate :math:`\lambda` is the one while alive, whether or not the customer still is.

        Parameters
        ----------
        histories
            Purchase histories.
        norm
            Purchases per unit of the model.
        """
        return self._rate_exceeds(
            float(read_times("norm", norm, self.unit)), *self._read(histories)
        )

    def simulate(
        self, age: ArrayLike, *, rng: np.random.Generator | int | None = None
    ) -> SimulatedPurchases:
        """Draw the repeat purchases of new customers.

        Parameters
        ----------
        age
            How long each customer is observed, in the model's unit, shape (n,).
        rng
            Seed or generator; None draws a new one.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> bool((model.simulate([39.0, 78.0], rng=1).time <= 78).all())
        True
        """
        ages = np.atleast_1d(self._times("age", age))
        return self._draw_new(ages, np.random.default_rng(rng))

    def simulate_ahead(
        self, histories: H_contra, t: Duration, *, rng: np.random.Generator | int | None = None
    ) -> SimulatedPurchases:
        """Draw what known customers will buy in the next `t`; times count from today.

        Each customer's rate and dropout are drawn given the history. Those who have left already
        have no purchases, a rate and a dropout of NaN.

        Parameters
        ----------
        histories
            The customers, shape (n,).
        t
            How far ahead.
        rng
            Seed or generator; None draws a new one.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> h = rk.PurchaseHistories.from_arrays([2] * 9, [30] * 9, [39] * 9, unit="week")
        >>> bool((model.simulate_ahead(h, "1 year", rng=1).time <= 365.25 / 7).all())
        True
        """
        x, t_x, T = self._read(histories)
        generator = np.random.default_rng(rng)
        ahead = np.full(len(x), self._time("t", t))
        alive = np.flatnonzero(generator.random(len(x)) < self._alive(x, t_x, T))
        drawn = self._draw_alive(x[alive], T[alive], ahead[alive], generator)
        return drawn.placed(alive, ahead)

    @classmethod
    def _problem(cls, histories: H_contra) -> Problem:
        """The likelihood of these histories."""
        checked = cls._checked(histories, getattr(histories, "unit", "week"))
        check_some(checked)
        data = cls._count(checked)
        check_enough(data, len(cls.names))
        return Problem(
            cls._likelihood(data),
            data.fingerprint(),
            model=cls.__name__,
            data=f"time in {data.unit}s. {checked.definition}",
            extra={"unit": data.unit},
        )

    def _redrawn(self, histories: H_contra, rng: np.random.Generator) -> Any:  # noqa: ANN401 - same kind
        """As many customers, observed for as long, drawn from the model."""
        h = self._checked(histories, self.unit)
        ages = np.repeat(h.age, np.rint(h.weight).astype(np.int64))
        return self._draw_new(ages, rng).to_histories()

    @classmethod
    def _checked(cls, histories: object, unit: Unit) -> Any:  # noqa: ANN401 - of the model's kind
        """Histories of the kind that the model reads, in a unit; others are refused."""
        return read_histories(histories, unit)

    @classmethod
    def _count(cls, histories: Any) -> Counted:  # noqa: ANN401 - same
        """The distinct histories."""
        return count_histories(histories)

    def _read(self, histories: object) -> tuple[Floats, Floats, Floats]:
        """x, t_x and T in the unit of the model."""
        h = self._checked(histories, self.unit)
        return h.frequency.astype(np.float64), h.recency, h.age

    def _times(self, name: str, t: Duration | ArrayLike) -> Floats:
        return read_times(name, t, self.unit)

    def _time(self, name: str, t: Duration) -> float:
        return float(self._times(name, t))

    def _spread(self, function: Callable[..., Floats], x: Floats, T: Floats) -> Floats:
        """A costly function of x and T, evaluated as rarely as its smoothness allows."""
        offset = min(getattr(self, name) for name in self.times)
        return on_smooth(function, x, T, self.unit, offset=offset)

    def _counts(self, n: Floats, x: Floats, t_x: Floats, T: Floats, t: Duration) -> Floats:
        alive, time = self._alive(x, t_x, T), self._time("t", t)
        rows = (slice(None), *(None for _ in n.shape))
        gone = np.where(n == 0, self._gone(x, t_x, T)[rows], 0.0)
        if n.ndim:
            made = self._count_pmf(n, x[rows], T[rows], time)
        else:
            made = on_distinct(lambda x, T: self._count_pmf(n, x, T, time), x, T, self.unit)
        return np.minimum(gone + alive[rows] * made, 1.0)  # two shares of one may round above it
