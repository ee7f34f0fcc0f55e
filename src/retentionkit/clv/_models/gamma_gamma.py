r"""Gamma-Gamma: what an order of a customer is worth, from how few or many were seen.

The story in three assumptions [1]_: a customer's orders vary around the customer's own mean,
:math:`z \sim \mathrm{Gamma}(p, \nu)`; means differ between customers,
:math:`\nu \sim \mathrm{Gamma}(q, v)`; and spend is independent of how often and how long a
customer buys.

Given :math:`x` orders of mean :math:`\bar z`, the share :math:`y = x\bar z / (v + x\bar z)` is
:math:`\mathrm{Beta}(px, q)`, which gives the likelihood, equation (1a) of [2]_,

.. math::

    \ln L = -\ln B(px, q) + px \ln y + q \ln(1 - y) - \ln \bar z,

and the expected mean spend is a weighted average of the population's and the customer's own,

.. math::

    E[Z \mid x, \bar z] = \frac{p\,(v + x \bar z)}{px + q - 1}.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: Using Iso-Value Curves for
   Customer Base Analysis. Journal of Marketing Research 42(4), 415-430.
.. [2] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value. Note 025.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.clv._fitting.fit import Fit, fit_model
from retentionkit.clv._fitting.gamma_gamma_likelihood import GammaGammaLikelihood
from retentionkit.clv._fitting.maximum import Penalty, Problem
from retentionkit.clv._models.paid import paid, spending
from retentionkit.clv._models.reading import check_parameters, read_counts
from retentionkit.clv._numerics.rising import log_beta
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.histories import OpportunityHistories, PurchaseHistories

__all__ = ["GammaGamma", "posterior"]


@dataclasses.dataclass(frozen=True, slots=True)
class GammaGamma:
    r"""The Gamma-Gamma model of spend per order.

    Parameters
    ----------
    p
        Shape of a customer's orders: their coefficient of variation is :math:`1/\sqrt p`.
    q
        Shape of the variation between customers; the population mean exists for q > 1 only.
    v
        Scale, in money.

    References
    ----------
    .. [1] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value.

    Examples
    --------
    >>> import retentionkit as rk
    >>> round(rk.clv.GammaGamma(6.25, 3.74, 15.44).mean_spend, 2)
    35.22
    """

    p: float
    q: float
    v: float

    names: ClassVar[tuple[str, ...]] = ("p", "q", "v")
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean spend p v/(q-1)": lambda at: at.p * at.v / (at.q - 1),
    }

    def __post_init__(self) -> None:
        check_parameters(None, p=self.p, q=self.q, v=self.v)

    def parameters(self) -> NDArray[np.float64]:
        """The parameters p, q, v."""
        return np.array([self.p, self.q, self.v])

    @property
    def mean_spend(self) -> float:
        """Mean spend per order over all customers, p v / (q - 1); infinite for q of 1 or less."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else np.inf

    @property
    def median_spend(self) -> float:
        r"""Mean spend per order of the customer in the middle of the population.

        Half of all customers have a mean spend :math:`p/\nu` below it: the median of
        :math:`p v / \mathrm{Gamma}(q, 1)`. It exists for every q, also where the mean does not.

        Examples
        --------
        >>> import retentionkit as rk
        >>> heavy = rk.clv.GammaGamma(6.25, 0.9, 4.0)
        >>> heavy.mean_spend, round(heavy.median_spend, 2)
        (inf, 41.89)
        """
        return float(self.p * self.v / _median_rate(self.q))

    @classmethod
    def fit(
        cls,
        histories: PurchaseHistories | OpportunityHistories,
        *,
        penalty: float = 0.0,
        start: GammaGamma | None = None,
    ) -> Fit[GammaGamma]:
        r"""Fit by maximum likelihood to the mean repeat spend of customers with repeats.

        Parameters
        ----------
        histories
            Histories with `monetary_value`. Customers without repeats have none and do not count;
            those whose refunds leave no positive mean are set aside, and `definition` says so.
        penalty
            Weight of a normal prior with variance 1/penalty on :math:`\ln p` and on
            :math:`\ln q - \ln 2`; 0 is maximum likelihood. Independent of the currency.
        start
            Where to start the search.

        Raises
        ------
        DataError
            No monetary value, a missing one, all alike, or fewer than three customers.
        ConvergenceError
            No maximum was found.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> fit = rk.clv.GammaGamma.fit(rk.purchase_histories(log, as_of="1997-09-30"))
        >>> [round(value, 3) for value in fit.model.parameters().tolist()]
        [6.25, 3.744, 15.444]
        """
        prior = Penalty(penalty, np.eye(2, 3), np.array([0.0, np.log(2.0)]))
        fit = fit_model(cls, cls._problem(histories), prior, start=start)
        return dataclasses.replace(fit, verdict=fit.verdict + _tail(fit))

    @classmethod
    def _problem(cls, histories: PurchaseHistories | OpportunityHistories) -> Problem:
        """The likelihood of these customers' spend."""
        x, money = paid(histories)
        likelihood = GammaGammaLikelihood(*spending(x, money, histories.weight))
        left = np.count_nonzero((x > 0) & (money <= 0))
        aside = f" {left:,} whose refunds leave no positive mean were set aside." if left else ""
        return Problem(
            likelihood,
            likelihood.fingerprint(),
            model="Gamma-Gamma",
            data="on the mean repeat spend of customers with repeat purchases." + aside,
            extra={},
        )

    def _redrawn(
        self, histories: PurchaseHistories | OpportunityHistories, rng: np.random.Generator
    ) -> PurchaseHistories | OpportunityHistories:
        """The same customers with spend drawn from the model."""
        orders, some = histories.frequency, histories.frequency > 0
        scale = 1 / rng.gamma(self.q, 1 / self.v, len(orders))
        money = np.full(len(orders), np.nan)
        money[some] = (rng.gamma(self.p * orders[some]) * scale[some]) / orders[some]
        return dataclasses.replace(histories, monetary_value=frozen_array(money, np.float64))

    def log_likelihood(
        self, histories: PurchaseHistories | OpportunityHistories
    ) -> NDArray[np.float64]:
        """Log-likelihood of each customer's mean spend, shape (n,).

        It is 0 without repeat purchases, NaN where refunds leave no positive mean spend.
        """
        x, money = paid(histories)
        some = (x > 0) & (money > 0)
        k, total = self.p * x[some], x[some] * money[some]
        result = np.where(x > 0, np.nan, 0.0)
        result[some] = (
            -log_beta(k, self.q)
            - k * np.log1p(self.v / total)
            - self.q * np.log1p(total / self.v)
            - np.log(money[some])
        )
        return result

    def expected_spend(
        self,
        histories: PurchaseHistories | OpportunityHistories,
        *,
        statistic: Literal["mean", "median"] = "mean",
    ) -> NDArray[np.float64]:
        r"""Expected mean spend per order of each customer. Shape (n,).

        Equation (5) of [1]_; without repeats it is the population mean. Infinite where it does not
        exist, which is where :math:`px + q \le 1`; NaN where refunds leave a customer no positive
        mean spend, which the model does not know.

        Parameters
        ----------
        histories
            The customers, with `monetary_value`.
        statistic
            `"mean"`, or `"median"` of what a customer's mean spend may be,
            :math:`p\,(v + x\bar z) / \mathrm{Gamma}(px + q, 1)`, which always exists: the way out
            where the mean does not. A total of medians is below the expected total.

        References
        ----------
        .. [1] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value.

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, monetary_value=40.0, unit="week")
        >>> model = rk.clv.GammaGamma(6.25, 3.74, 15.44)
        >>> model.expected_spend(h).round(2), model.expected_spend(h, statistic="median").round(2)
        (array([39.14]), array([37.5]))
        """
        check_choice("statistic", statistic, ("mean", "median"))
        x, scale = posterior(self, histories)
        if statistic == "median":
            return np.asarray(self.p * scale / _median_rate(self.q + self.p * x))
        weight = self.p * x + (self.q - 1)  # in this order q close to 1 loses nothing
        with np.errstate(divide="ignore"):
            mean = np.where(weight > 0, self.p * scale / np.maximum(weight, 0.0), np.inf)
        return np.where(np.isnan(scale), np.nan, mean)

    def simulate(
        self, orders: ArrayLike, *, rng: np.random.Generator | int | None = None
    ) -> NDArray[np.float64]:
        """Amounts of each customer's orders, customer by customer, with one mean per customer.

        Parameters
        ----------
        orders
            Number of orders of each customer, shape (n,).
        rng
            Seed or generator.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.clv.GammaGamma(6.25, 3.74, 15.44).simulate([2, 1], rng=1).shape
        (3,)
        """
        counts = read_counts("orders", orders).astype(np.int64)
        generator = np.random.default_rng(rng)
        scale = 1 / generator.gamma(self.q, 1 / self.v, len(counts))
        amounts: NDArray[np.float64] = generator.gamma(self.p, 1.0, int(counts.sum()))
        return amounts * np.repeat(scale, counts)


def posterior(
    model: GammaGamma, histories: PurchaseHistories | OpportunityHistories
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Orders x and the rate :math:`v + x\bar z` of :math:`\nu \mid x, \bar z`, (n,) each.

    The shape of that Gamma distribution is :math:`q + px`. The rate is NaN where refunds leave a
    customer no positive mean spend.
    """
    x, money = paid(histories)
    total = np.where(x > 0, x * money, 0.0)
    known = (x == 0) | (money > 0)
    return x, np.where(known, model.v + total, np.nan)


def _median_rate(shape: float | NDArray[np.float64]) -> Any:  # noqa: ANN401 - as it came
    """The median of Gamma(shape, 1)."""
    from scipy.special import gammaincinv  # noqa: PLC0415

    return gammaincinv(shape, 0.5)


def _tail(fit: Fit[GammaGamma]) -> str:
    """What to say of a tail so heavy that the population mean may not exist; mostly nothing."""
    q, interval = fit.model.q, fit.parameters["q"].interval
    if q <= 1:
        return (
            f" The population mean does not exist (q = {q:.3g} is not above 1): the expected spend "
            "of customers without repeat purchases is infinite. Use median_spend, "
            "expected_spend(histories, statistic='median') or a penalty, and look for a few very "
            "large buyers."
        )
    if interval.low <= 1:
        return (
            f" The population mean hardly exists: q = {q:.3g} with a 95 % interval down to "
            f"{interval.low:.3g}, and it is infinite from 1 downwards. Values of customers without "
            "repeat purchases hang on the largest buyers; compare them with median_spend."
        )
    return ""
