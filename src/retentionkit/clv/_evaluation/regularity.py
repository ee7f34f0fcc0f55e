r"""Regularity: do customers buy at random moments, or by the clock?

Every model of this room takes the times between a customer's purchases as exponential. The usual
alternative is the Erlang distribution with shape :math:`k` [1]_: 1 is random, more is regular, less
is in bursts. Given the number of gaps :math:`x` and their sum :math:`t_x`, the gaps of a customer
are then shares of :math:`t_x` that follow :math:`\mathrm{Dirichlet}(k, \dots, k)`, whatever her
rate and whenever she leaves:

.. math::

    \ell(k) = \sum_i \ln \Gamma(k x_i) - x_i \ln \Gamma(k) + (k - 1) S_i, \qquad
    S_i = \sum_j \ln \frac{g_{ij}}{t_{x,i}}

A log that knows days, not moments, has no gap below one day: what was random looks regular. Under
random timing every choice of days is equally likely, so the mean of :math:`S_i` is known exactly;
its distance from that of moments is taken off.

References
----------
.. [1] Wheat, R. D. and Morrison, D. G. (1990). Estimating Purchase Regularity with Two
   Interpurchase Times. Journal of Marketing Research 27(1), 87-93.
.. [2] Platzer, M. and Reutterer, T. (2016). Ticking Away the Moments: Timing Regularity Helps to
   Better Predict Customer Activity. Marketing Science 35(5), 779-799.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.clv._models.reading import read_histories
from retentionkit.durations import grain_in
from retentionkit.errors import DataError
from retentionkit.intervals import normal_quantile
from retentionkit.results import Columns, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.histories import PurchaseHistories

    Floats = NDArray[np.float64]

__all__ = ["Regularity", "regularity"]

#: Gaps below which nothing can be said of how they divide their sum.
_TWO: Final = 2
#: Shapes between which the estimate is looked for; beyond, gaps are equal or nothing but bursts.
_LEAST, _MOST = 1e-12, 1e4
#: Factor by which rounding fades with each unit of the shape, beside that of the density at 0.
_FADES: Final = 0.18
#: How far from a whole number of grains a time may be.
_WHOLE: Final = 1e-6
#: Logarithm of the widest interval told.
_FARTHEST: Final = 100.0
#: Share of the probability of long gaps that may be left out of a mean.
_REST: Final = 1e-12
#: Shapes from which purchases count as more regular, and below which as less, than random.
_REGULAR: Final = 1.5
_BURSTS: Final = 0.8
_CLEAR: Final = 0.05


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Regularity(Result):
    """How regular the purchases of customers are.

    Attributes
    ----------
    shape
        The Erlang shape k: 1 is random, 2 regular, infinity is the clock; less than 1 is bursts.
    interval
        Of the shape; it allows for customers who differ in theirs.
    p_value
        Two-sided, that of random timing.
    n_customers
        Customers with two repeat purchases or more, who alone tell.
    verdict
        What it means for the models.
    definition
        What was asked of what.
    """

    shape: float
    interval: Interval
    p_value: float
    n_customers: int
    verdict: str
    definition: str

    _heading: ClassVar[str] = "Regularity"

    def _table(self) -> Columns:
        return {
            "shape": [self.shape],
            "low": [self.interval.low],
            "high": [self.interval.high],
            "p_value": [self.p_value],
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.n_customers:,}",
            "verdict": self.verdict,
            "definition": self.definition,
        }


def regularity(histories: PurchaseHistories, *, confidence: float = 0.95) -> Regularity:
    """Whether the gaps between purchases are random, as the models of this room have it.

    Parameters
    ----------
    histories
        The customers, from `purchase_histories(transactions, ..., log_gaps=True)`.
    confidence
        Of the interval.

    Returns
    -------
    Regularity
        The shape of the gaps, with its interval, a p-value and a verdict.

    Raises
    ------
    DataError
        If the histories know no gaps, or nobody came back twice.
    KindError
        If these are no purchase histories.
    OptionError
        If `confidence` is no share.

    Notes
    -----
    Purchases of one day are one event, which hides part of any bursts: a shape below 1 is nearer to
    1 than the truth. Regular timing is hardly touched where gaps are of a week and more.

    The interval is that of the logarithm of the shape, from the spread of the customers' own
    slopes. A shop whose customers pause and come back looks like bursts, and bursts may hide
    regularity: the shape is that of all customers together.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", log_gaps=True)
    >>> round(rk.clv.regularity(histories).shape, 2)
    0.93
    """
    check_confidence(confidence)
    gaps = _Gaps(read_histories(histories, getattr(histories, "unit", "week")))
    shape = gaps.estimate()
    interval = _interval(gaps, shape, confidence)
    z = gaps.slope(1.0) / math.sqrt(gaps.spread(1.0))
    return Regularity(
        shape=shape,
        interval=interval,
        p_value=math.erfc(abs(z) / math.sqrt(2)),
        n_customers=gaps.n_customers,
        verdict=_verdict(shape, interval),
        definition="Erlang shape of the gaps between purchases, of customers with two or more, "
        f"given each one's number and last purchase. {histories.definition}",
    )


def _interval(gaps: _Gaps, shape: float, confidence: float) -> Interval:
    """Symmetric on the log scale; undefined where all gaps are equal."""
    if shape == math.inf:
        return Interval(math.nan, math.nan, confidence)
    known = gaps.curvature(shape)
    error = math.sqrt(max(gaps.spread(shape), known)) / (known * shape)
    ratio = math.exp(min(normal_quantile(confidence) * error, _FARTHEST))
    return Interval(shape / ratio, shape * ratio, confidence)


def _verdict(shape: float, interval: Interval) -> str:
    if shape == math.inf:
        return (
            "All gaps of a customer are equal: a silence says more than these models read into it."
        )
    k = f"(k ≈ {shape:.2g})"
    if 1 in interval:
        return f"Purchases are as random as the models have it {k}."
    if shape > _REGULAR:
        return (
            f"Purchases are more regular than random {k}: a silence says more than these models "
            "read into it, and forecasts tend to run high."
        )
    if shape < _BURSTS:
        return f"Purchases come in bursts {k}: a silence says less than these models read into it."
    word = "more regular" if shape > 1 else "more in bursts"
    return f"Purchases are slightly {word} than random {k}; the models bear that."


def regularity_note(histories: PurchaseHistories) -> list[str]:
    """A warning where purchases are clearly more regular than random; nothing without gaps."""
    if histories.log_gaps is None or not (histories.frequency >= _TWO).any():
        return []
    found = regularity(histories)
    return [found.verdict] if found.shape > _REGULAR and found.p_value < _CLEAR else []


class _Gaps:
    """What the gaps of customers with two or more say of their shape.

    What rounding adds to S_i is exact under random timing, k = 1. For other k it follows its
    leading term, the density of short gaps times the derivative of zeta at 1 - k, of which 0.18 to
    the power of k - 1 is a close fit from 1 to 3; beyond, nothing is left.
    """

    def __init__(self, histories: PurchaseHistories) -> None:
        some = histories.frequency >= _TWO
        if histories.log_gaps is None or not some.any():
            raise DataError(
                "Regularity cannot be told from these histories.",
                received="histories without log_gaps"
                if histories.log_gaps is None
                else "no customer with two repeat purchases",
                allowed="the logarithms of gaps of customers with two repeat purchases or more",
                do="Make them with purchase_histories(transactions, log_gaps=True), of a longer "
                "time if need be.",
            )
        self.x = histories.frequency[some].astype(np.float64)
        self.weight = histories.weight[some]
        t_x = histories.recency[some]
        self.S = histories.log_gaps[some] - self.x * np.log(t_x)
        self.n_customers = round(float(self.weight.sum()))
        self.span = np.ones(len(t_x))
        self.rounding = np.zeros(len(t_x))
        if histories.grain is not None:
            length, unit = grain_in(histories.grain, histories.unit)
            whole = np.rint(t_x * unit / length)
            if np.abs(t_x * unit / length - whole).max() < _WHOLE and (whole >= self.x).all():
                self.span = whole
                self.rounding = _rounding(self.x, whole)

    def slopes(self, k: float) -> Floats:
        """Derivative of each customer's log-likelihood."""
        from scipy.special import betaln, digamma  # noqa: PLC0415

        x = self.x
        fades = (
            (k - 1) * (math.log(_FADES) - np.log(self.span))
            + betaln(1.0, x - 1)
            - betaln(k, (x - 1) * k)
        )
        rounded = self.rounding * np.exp(np.minimum(fades, 0.0) if k > 1 else 0.0)
        return np.asarray(x * (digamma(k * x) - digamma(k)) + self.S - rounded)

    def slope(self, k: float) -> float:
        """Derivative of the log-likelihood of all."""
        return float(self.weight @ self.slopes(k))

    def curvature(self, k: float) -> float:
        """Fisher information of the shape."""
        from scipy.special import polygamma  # noqa: PLC0415

        x = self.x
        return float(self.weight @ (x * polygamma(1, k) - x**2 * polygamma(1, k * x)))

    def spread(self, k: float) -> float:
        """Variance of the slope of all, from the slopes of customers, who may differ."""
        return float(self.weight @ self.slopes(k) ** 2)

    def estimate(self) -> float:
        """The shape of highest likelihood; infinite where all gaps are equal."""
        from scipy.optimize import brentq  # noqa: PLC0415

        if self.slope(_MOST) >= 0:
            return math.inf
        low, high = math.log(_LEAST), math.log(_MOST)
        return math.exp(float(brentq(lambda u: self.slope(math.exp(u)), low, high, xtol=1e-10)))


def _rounding(x: Floats, D: Floats) -> Floats:
    r"""By how much whole grains raise the mean of S_i under random timing, shape (n,).

    Among D grains, a gap of g has probability :math:`\binom{D-g-1}{x-2} / \binom{D-1}{x-1}`.
    """
    from scipy.special import digamma  # noqa: PLC0415

    pairs, inverse = np.unique(np.stack([x, D]), axis=1, return_inverse=True)
    many, days = pairs
    mean, p, g = np.zeros(len(many)), (many - 1) / (days - 1), 1.0
    left = 1 - p
    rows = np.arange(len(many))
    while len(rows):
        mean[rows] += p[rows] * math.log(g)
        rows = rows[(left[rows] > _REST) & (days[rows] - many[rows] >= g)]
        p[rows] *= (days - g - many + 1)[rows] / (days - g - 1)[rows]
        left[rows] -= p[rows]
        g += 1
    random = np.asarray(digamma(1.0) - digamma(many), dtype=np.float64)
    each: Floats = many * (mean - np.log(days) - random)
    return each[inverse.ravel()]
