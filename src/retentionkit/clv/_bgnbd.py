r"""BG/NBD: repeat purchases of customers who may leave, unseen, after any of them.

The story in four assumptions [1]_: while alive, a customer buys at random at rate
:math:`\lambda`; rates differ as :math:`\mathrm{Gamma}(r, \alpha)`; after each repeat purchase the
customer leaves for good with probability :math:`p`; these differ as :math:`\mathrm{Beta}(a, b)`,
independently of the rates. A customer who has made no repeat purchase has had no chance to leave.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit.clv._beta_geometric import (
    discounted_purchases,
    purchases_while_alive,
    still_alive,
)
from retentionkit.clv._bgnbd_likelihood import BGNBDLikelihood
from retentionkit.clv._counted import count_histories
from retentionkit.clv._distinct import on_distinct, on_smooth
from retentionkit.clv._fit import Fit, fit_model
from retentionkit.clv._maximum import Penalty
from retentionkit.clv._reading import check_parameters, read_counts, read_histories, read_times
from retentionkit.clv._simulation import SimulatedPurchases, purchases_until_dropout
from retentionkit.durations import Duration, Unit, continuous_rate, unit_ratio
from retentionkit.errors import DataError, OptionError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from retentionkit.histories import PurchaseHistories

__all__ = ["BGNBD"]

_FEWEST: Final = 4
#: ln r, the logit of the mean dropout, and half of ln(a b), as rows over the log-parameters.
_SHAPES: Final = np.array([[1.0, 0, 0, 0], [0, 0, 1, -1], [0, 0, 0.5, 0.5]])


@dataclasses.dataclass(frozen=True, slots=True)
class BGNBD:
    r"""The BG/NBD model of repeat purchases and dropout.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    a, b
        Parameters of the Beta distribution of dropout probabilities: the mean is
        :math:`a/(a+b)` after each repeat purchase.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    >>> model.probability_alive(customer).round(4)
    array([0.7266])
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: Unit = "week"

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def __post_init__(self) -> None:
        check_parameters(self.unit, r=self.r, alpha=self.alpha, a=self.a, b=self.b)

    def parameters(self) -> NDArray[np.float64]:
        """The parameters r, alpha, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def in_unit(self, unit: Unit) -> BGNBD:
        """The same model with time measured in another unit."""
        return BGNBD(self.r, self.alpha * unit_ratio(self.unit, unit), self.a, self.b, unit)

    @classmethod
    def fit(
        cls, histories: PurchaseHistories, *, penalty: float = 0.0, start: BGNBD | None = None
    ) -> Fit[BGNBD]:
        r"""Fit by maximum likelihood.

        Parameters
        ----------
        histories
            Purchase histories; the model takes their unit. Weights count customers.
        penalty
            Weight of a normal prior with variance 1/penalty on each of :math:`\ln r`, the logit of
            the mean dropout :math:`a/(a+b)`, and :math:`\tfrac12\ln(ab)`, all around 0: towards
            exponential rates and uniform dropout. 0 is maximum likelihood.
        start
            Where to start the search.

        Raises
        ------
        DataError
            Without repeat purchases, or with fewer than four distinct histories.
        ConvergenceError
            No maximum and no limit was found; it says which parameter ran where.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> fit = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30", unit="week"))
        >>> [round(value, 3) for value in fit.model.parameters().tolist()]
        [0.243, 4.414, 0.793, 2.426]
        """
        unit = read_histories(histories, histories.unit).unit
        _check_enough(histories)
        data = count_histories(histories)
        return fit_model(
            cls,
            BGNBDLikelihood(data),
            Penalty(penalty, _SHAPES, np.zeros(3)),
            start=start,
            fingerprint=data.fingerprint(),
            definition=f"BG/NBD by {'penalised ' if penalty else ''}maximum likelihood; "
            f"time in {unit}s. {histories.definition}",
            extra={"unit": unit},
        )

    def log_likelihood(self, histories: PurchaseHistories) -> NDArray[np.float64]:
        """Log-likelihood of each history, equation (6) of [1]_. Shape (n,); weights not applied.

        References
        ----------
        .. [1] Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284.
        """
        from scipy.special import betaln, gammaln  # noqa: PLC0415

        h = read_histories(histories, self.unit)
        x = h.frequency.astype(np.float64)
        seen = gammaln(self.r + x) - gammaln(self.r)
        stays = betaln(self.a, self.b + x) - betaln(self.a, self.b)
        exposed = self.r * np.log1p(h.age / self.alpha) + x * np.log(self.alpha + h.age)
        return np.asarray(seen + stays - exposed + np.logaddexp(0.0, self._odds_left(h)))

    def probability_alive(
        self, histories: PurchaseHistories, after: Duration = 0
    ) -> NDArray[np.float64]:
        """Probability that each customer is still a customer, now or some time ahead.

        Parameters
        ----------
        histories
            Purchase histories, shape (n,).
        after
            How long after the end of observation.

        Returns
        -------
        ndarray
            Shape (n,). It is 1 now for everyone without repeat purchases: the model lets nobody
            leave before the first of them.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> h = rk.PurchaseHistories.from_arrays([2, 0], [30.43, 0.0], [38.86, 38.86], unit="week")
        >>> model.probability_alive(h, after="39 weeks").round(4)
        array([0.595 , 0.9585])
        """
        from scipy.special import expit  # noqa: PLC0415

        h = read_histories(histories, self.unit)
        now: NDArray[np.float64] = expit(-self._odds_left(h))
        t = float(read_times("after", after, self.unit))
        if t == 0:
            return now

        def later(x: NDArray[np.float64], T: NDArray[np.float64]) -> NDArray[np.float64]:
            return still_alive(self.r + x, t / (self.alpha + T), self.a, self.b + x)

        return now * on_distinct(later, h.frequency, h.age, self.unit)

    def probability_active(self, histories: PurchaseHistories, t: Duration) -> NDArray[np.float64]:
        r"""Probability of at least one purchase in the next `t`. Shape (n,).

        :math:`P(\text{alive})\,[1 - (1 + t/(\alpha+T))^{-(r+x)}]`: who is alive leaves only after
        buying.
        """
        h = read_histories(histories, self.unit)
        tau = float(read_times("t", t, self.unit)) / (self.alpha + h.age)
        buys = -np.expm1(-(self.r + h.frequency) * np.log1p(tau))
        return self.probability_alive(h) * buys

    def expected_purchases(self, t: Duration | ArrayLike) -> NDArray[np.float64]:
        """Expected repeat purchases of a new customer in (0, t], equation (9) of [1]_.

        Parameters
        ----------
        t
            A time or an array of times in the model's unit, or text such as `"12 months"`.

        Returns
        -------
        ndarray
            Of the shape of `t`. The first purchase is not counted.

        References
        ----------
        .. [1] Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> model.expected_purchases([1, 39]).round(4)
        array([0.0533, 1.1964])
        """
        tau = read_times("t", t, self.unit) / self.alpha
        s, b = np.full(tau.size, self.r), np.full(tau.size, self.b)
        return purchases_while_alive(s, tau.ravel(), self.a, b).reshape(tau.shape)[()]

    def conditional_expected_purchases(
        self, histories: PurchaseHistories, t: Duration
    ) -> NDArray[np.float64]:
        """Expected purchases of each customer in the next `t`, equation (10) of [1]_. Shape (n,).

        References
        ----------
        .. [1] Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
        >>> model.conditional_expected_purchases(customer, "39 weeks").round(4)
        array([1.226])
        """
        h = read_histories(histories, self.unit)
        time = float(read_times("t", t, self.unit))

        def ahead(x: NDArray[np.float64], T: NDArray[np.float64]) -> NDArray[np.float64]:
            return purchases_while_alive(
                self.r + x, time / (self.alpha + T), self.a, self.b + x
            )

        return self.probability_alive(h) * on_distinct(ahead, h.frequency, h.age, self.unit)

    def discounted_expected_purchases(
        self,
        histories: PurchaseHistories | None,
        *,
        discount_rate: float,
        horizon: Duration | None = None,
    ) -> NDArray[np.float64]:
        r"""Expected future purchases, each discounted to today. Shape (n,).

        .. math::

            P(\text{alive})\; E\Bigl[\int_0^h \lambda e^{-(\delta + p\lambda)u}\, du\Bigr],
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
            If the value is infinite: no horizon, no discounting and `a` of 1 or less.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
        >>> model.discounted_expected_purchases(customer, discount_rate=0.15).round(3)
        array([5.183])
        """
        delta = continuous_rate(discount_rate, self.unit)
        end = math.inf if horizon is None else float(read_times("horizon", horizon, self.unit))
        if delta == 0 and end == math.inf and self.a <= 1:
            raise OptionError(
                "Undiscounted purchases over an infinite horizon have no finite value.",
                received=f"discount_rate=0, horizon=None, a={self.a:.4g}",
                allowed="a horizon, a positive discount rate, or a model with a > 1",
                do="Pass horizon='5 years' or discount_rate=0.10.",
            )

        def ahead(x: NDArray[np.float64], T: NDArray[np.float64]) -> NDArray[np.float64]:
            s, beta, b = self.r + x, self.alpha + T, self.b + x
            if delta == 0 and end == math.inf:
                return (self.a + b - 1) / (self.a - 1)
            return discounted_purchases(s, beta, self.a, b, delta=delta, horizon=end)

        if histories is None:
            return ahead(np.zeros(1), np.zeros(1))
        h = read_histories(histories, self.unit)
        return self.probability_alive(h) * on_smooth(
            ahead, h.frequency, h.age, self.unit, offset=self.alpha
        )

    def count_pmf(self, n: ArrayLike, t: Duration) -> NDArray[np.float64]:
        """Probability that a new customer makes `n` repeat purchases in (0, t], equation (8) of [1]_.

        Returns an array of the shape of `n`.

        References
        ----------
        .. [1] Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> round(float(model.count_pmf(0, "39 weeks")), 4)
        0.5738
        """
        tau = float(read_times("t", t, self.unit)) / self.alpha
        return _count_pmf(read_counts("n", n), self.r, tau, self.a, self.b)[()]

    def conditional_count_pmf(
        self, histories: PurchaseHistories, n: ArrayLike, t: Duration
    ) -> NDArray[np.float64]:
        """Probability that each customer makes `n` purchases in the next `t`.

        Returns an array of shape (customers,) for one `n`, (customers, k) for `k` of them.
        """
        h = read_histories(histories, self.unit)
        counts = read_counts("n", n)
        alive = self.probability_alive(h)
        x, T = h.frequency.astype(np.float64), h.age
        if counts.ndim:
            alive, x, T = alive[:, None], x[:, None], T[:, None]
        tau = float(read_times("t", t, self.unit)) / (self.alpha + T)
        lively = alive * _count_pmf(counts, self.r + x, tau, self.a, self.b + x)
        return np.where(counts == 0, 1 - alive, 0.0) + lively

    def rate_exceeds(self, histories: PurchaseHistories, norm: float) -> NDArray[np.float64]:
        r"""Probability that a customer's purchase rate :math:`\lambda` exceeds a norm. Shape (n,).

        The rate is the one while alive, whether or not the customer still is. Given the history it
        is Gamma distributed with shape :math:`r + x` and rate :math:`\alpha + T` if alive,
        :math:`\alpha + t_x` if not.

        Parameters
        ----------
        histories
            Purchase histories.
        norm
            Purchases per unit of the model.
        """
        from scipy.special import gammaincc  # noqa: PLC0415

        h = read_histories(histories, self.unit)
        rate = float(read_times("norm", norm, self.unit))
        shape, alive = self.r + h.frequency, self.probability_alive(h)
        stayed = gammaincc(shape, rate * (self.alpha + h.age))
        left = gammaincc(shape, rate * (self.alpha + h.recency))
        return np.asarray(alive * stayed + (1 - alive) * left)

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
        >>> import numpy as np
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> bool(np.all(model.simulate([39.0, 78.0], rng=1).time <= 78))
        True
        """
        ages = np.atleast_1d(read_times("age", age, self.unit))
        generator = np.random.default_rng(rng)
        rate = generator.gamma(self.r, 1 / self.alpha, len(ages))
        dropout = generator.beta(self.a, self.b, len(ages))
        return purchases_until_dropout(ages, rate, dropout, unit=self.unit, rng=generator)

    def _odds_left(self, h: PurchaseHistories) -> NDArray[np.float64]:
        """Log-odds of having left: minus infinity without repeat purchases."""
        x = h.frequency.astype(np.float64)
        waited = np.log1p((h.age - h.recency) / (self.alpha + h.recency))
        odds = math.log(self.a) - np.log(self.b + np.maximum(x, 1.0) - 1) + (self.r + x) * waited
        return np.where(x > 0, odds, -np.inf)


def _count_pmf(
    n: NDArray[np.float64],
    s: NDArray[np.float64] | float,
    tau: NDArray[np.float64] | float,
    a: float,
    b: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Counts of a customer alive at 0: still alive after n, or gone with the n-th purchase."""
    from scipy.special import betainc, betaln, gammaln  # noqa: PLC0415

    share = tau / (1 + np.asarray(tau))
    chosen = gammaln(s + n) - gammaln(s) - gammaln(n + 1)
    with np.errstate(divide="ignore"):
        poisson = chosen - s * np.log1p(tau) + np.where(n > 0, n * np.log(share), 0.0)
    stays = np.exp(betaln(a, b + n) - betaln(a, b) + poisson)
    many = np.maximum(n, 1.0)
    leaves = np.exp(betaln(a + 1, b + many - 1) - betaln(a, b)) * betainc(many, s, share)
    return np.asarray(stays + np.where(n > 0, leaves, 0.0))


def _check_enough(histories: PurchaseHistories) -> None:
    x = histories.frequency
    distinct = len(set(zip(x[:1000].tolist(), histories.age[:1000].tolist(), strict=True)))
    distinct = max(distinct, len({*histories.recency[:1000].tolist()}))
    if len(x) and x.max() > 0 and distinct >= _FEWEST:
        return
    raise DataError(
        "These histories are too few or too alike to learn four parameters from.",
        received=f"{len(x):,} histories, {int(np.count_nonzero(x > 0)):,} with repeat purchases",
        allowed=f"repeat purchases, and at least {_FEWEST} distinct histories",
        do="Observe longer or use more customers; or build a model by hand, BGNBD(r, alpha, a, b).",
    )
