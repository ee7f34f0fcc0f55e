r"""Differences of scores: of groups and their rest, of waves; and whether groups differ at all.

With the variances :math:`V_1, V_2` of two scores and their correlation :math:`\rho` through
respondents who are in both,

.. math:: \operatorname{se}^2(s_1 - s_2) = V_1 + V_2 - 2 \rho \sqrt{V_1 V_2} .

Adjusted Wald takes scores and variances of the adjusted counts, as it does for one score. The
correlation comes from the linearised residuals :math:`z_{jr}` that respondent r adds to the score
of side j, :math:`\rho = \sum_r z_{1r} z_{2r} / \sqrt{\sum_r z_{1r}^2 \sum_r z_{2r}^2}`.

That groups are of one distribution is tested by the scatter of their scores,

.. math:: Q = \sum_g n_g (s_g - s)^2 / V ,

with V the variance of an answer of all, against :math:`\chi^2` with one degree of freedom less
than there are groups.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit import net_scores
from retentionkit.surveys._nps.tallies import added, over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._nps.sample import Method
    from retentionkit.surveys._nps.tallies import Tallies

    Floats = NDArray[np.float64]

__all__ = [
    "Differences",
    "Homogeneity",
    "Side",
    "correlation",
    "differences",
    "homogeneity",
    "rest_of",
    "shared_respondents",
    "side_of",
]

_FEW: Final = 10  # respondents of a group


class Side(NamedTuple):
    """One side of each of several differences, on the scale -1 to 1.

    `value` is the score as it is told, `centre` and `variance` what the method tests with, `number`
    that of respondents, or of infinitely many where answers are independent.
    """

    value: Floats
    centre: Floats
    variance: Floats
    number: Floats


class Differences(NamedTuple):
    """First side less second, on the scale -1 to 1."""

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Homogeneity:
    """Whether groups differ at all; part of what `nps_by` finds.

    Attributes
    ----------
    statistic
        Scatter of the scores of the groups over what chance alone makes; NaN where it is not known.
    degrees
        Its degrees of freedom.
    p_value
        The chance of at least as much scatter if all groups are alike.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> frame = pd.DataFrame({"shop": ["a", "b"] * 20, "answer": [10, 3, 9, 8] * 10})
    >>> found = rk.surveys.nps_by(frame, score="answer", by="shop").homogeneity
    >>> round(found.statistic, 1), found.degrees, found.p_value < 0.001
    (32.7, 1, True)
    """

    statistic: float
    degrees: int
    p_value: float


def side_of(shares: Floats, worth: Floats, clusters: Any, method: Method) -> Side:  # noqa: ANN401
    """Scores and what they are worth as a side of differences; NaN where one is undefined."""
    value = shares[..., 0] - shares[..., 2]
    counts = shares * worth[..., None]
    counts = counts if method == "wald" else net_scores.adjusted(counts)
    with np.errstate(invalid="ignore", divide="ignore"):  # where the worth is infinite
        centre, variance = net_scores.moments(counts)
        error = variance / counts.sum(axis=-1)
    certain = np.isinf(worth)
    number = np.full(len(value), np.inf) if clusters is None else np.asarray(clusters, dtype=float)
    return Side(value, np.where(certain, value, centre), np.where(certain, 0.0, error), number)


def differences(
    first: Side, second: Side, confidence: float, *, correlated: Floats | float = 0.0
) -> Differences:
    """First less second with limits and p-values, normal or Student's.

    Where few answers are all alike the limits are moved out to hold the difference itself, as those
    of one score are.
    """
    from scipy.special import ndtr, ndtri, stdtr, stdtrit  # noqa: PLC0415 - loaded when needed

    one, two = first.variance, second.variance
    variance = np.maximum(one + two - 2 * correlated * np.sqrt(one * two), 0.0)
    error = np.sqrt(variance)
    middle = first.centre - second.centre
    with np.errstate(invalid="ignore", divide="ignore"):  # respondents without end, or one alone
        degrees = (one + two) ** 2 / (one**2 / (first.number - 1) + two**2 / (second.number - 1))
        ratio = np.where(error > 0, np.abs(middle) / error, np.nan)
    free = np.isinf(degrees) | np.isnan(degrees)
    level = 0.5 + confidence / 2
    z = np.where(free, ndtri(level), stdtrit(np.where(free, 1.0, degrees), level))
    tail = np.where(free, ndtr(-ratio), stdtr(np.where(free, 1.0, degrees), -ratio))
    value = first.value - second.value
    low, high = np.minimum(middle - z * error, value), np.maximum(middle + z * error, value)
    return Differences(value, low, high, 2 * tail)


def rest_of(tallies: Tallies) -> tuple[Floats, Floats, Floats | None, Floats | float]:
    """All other groups, for each group: shares, worth, respondents, correlation with the group."""
    sums = np.maximum(tallies.sums.sum(axis=0) - tallies.sums, 0.0)
    squares = np.maximum(tallies.squares.sum(axis=0) - tallies.squares, 0.0)
    others = (tallies.n.sum() - tallies.n)[:, None] > 0
    sums, squares = np.where(others, sums, 0.0), np.where(others, squares, 0.0)
    total = sums.sum(axis=1, keepdims=True)
    shares = over(sums, total, empty=np.nan)
    independent = net_scores.effective_n(sums, squares)
    if tallies.pairs is None:
        return shares, net_scores.cautious_n(independent, sums, squares), None, 0.0
    shares, worth, number, shared = _rest_of_respondents(tallies, sums, shares, independent)
    return shares, net_scores.cautious_n(worth, sums, squares), number, shared


def _rest_of_respondents(
    tallies: Tallies, sums: Floats, shares: Floats, independent: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The same where respondents answered several times, in one group or in several.

    A respondent who is not in the group adds what all residuals of theirs come to; sums over those
    are sums over all less those over who is in it.
    """
    size, pairs = len(tallies), tallies.pairs
    assert pairs is not None  # noqa: S101 - for the type checker
    value = shares[:, 0] - shares[:, 2]
    all_points = added(pairs.respondent, pairs.points)
    all_weight = added(pairs.respondent, pairs.weight)
    lines = np.bincount(pairs.respondent)
    there = np.flatnonzero(lines)
    x, w = all_points[there], all_weight[there]

    def squared(x: Floats, w: Floats, at: Any = slice(None)) -> Floats:  # noqa: ANN401
        return np.asarray((x - value[at] * w) ** 2, dtype=np.float64)

    def summed(values: Floats) -> Floats:
        return added(pairs.group, values, size)

    everybody = float(x @ x) - 2 * value * float(x @ w) + value**2 * float(w @ w)
    own_x, own_w = all_points[pairs.respondent], all_weight[pairs.respondent]
    other_x, other_w = own_x - pairs.points, own_w - pairs.weight
    alone = lines[pairs.respondent] == 1
    other_x, other_w = np.where(alone, 0.0, other_x), np.where(alone, 0.0, other_w)
    outside = everybody - summed(squared(own_x, own_w, pairs.group))
    scatter = np.maximum(outside, 0.0) + summed(squared(other_x, other_w, pairs.group))
    number = len(there) - summed(alone.astype(np.float64))
    sizes = float(w @ w) - summed(own_w**2) + summed(other_w**2)
    worth = net_scores.clustered_n(
        independent, sums=sums, scatter=scatter, sizes=sizes, number=number
    )
    own = pairs.points - tallies.values[pairs.group] * pairs.weight
    other = other_x - value[pairs.group] * other_w
    return shares, worth, number, _correlated(summed(own * other), summed(own**2) * scatter)


def correlation(tallies: Tallies, first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    """Of the scores of pairs of groups, through respondents who are in both; 0 without."""
    if tallies.pairs is None:
        return np.zeros(len(first))
    pairs = tallies.pairs
    residual = pairs.points - tallies.values[pairs.group] * pairs.weight
    square = added(pairs.group, residual**2, len(tallies))
    found = np.zeros(len(first))
    for at, (one, two) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        mine, theirs = pairs.group == one, pairs.group == two
        both = np.intersect1d(
            pairs.respondent[mine], pairs.respondent[theirs], return_indices=True
        )  # a respondent is in a group once
        found[at] = residual[mine][both[1]] @ residual[theirs][both[2]]
    return _correlated(found, square[first] * square[second])


def _correlated(products: Floats, squares: Floats) -> Floats:
    return over(products, np.sqrt(squares), empty=0.0)


def shared_respondents(tallies: Tallies | None, among: Any = slice(None)) -> bool:  # noqa: ANN401
    """Whether somebody is in several of these groups."""
    if tallies is None or tallies.pairs is None:
        return False
    inside = np.zeros(len(tallies), dtype=np.bool_)
    inside[among] = True
    there = tallies.pairs.respondent[inside[tallies.pairs.group]]
    return len(np.unique(there)) < len(there)


def homogeneity(tallies: Tallies, shown: NDArray[np.bool_]) -> Homogeneity:
    """Whether the groups that are shown differ at all.

    Not known for fewer than two groups; where respondents are in several, which are alike because
    they are of the same people; and where a group has fewer than ten of them who answered again and
    again, whose scatter is hardly known.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - loaded when needed

    worth = tallies.worth[shown]
    degrees = max(len(worth) - 1, 0)
    together = tallies.merged(np.where(shown, 0, -1), 1)
    variance = float(net_scores.moments(together.sums)[1][0]) if degrees else 0.0
    few = tallies.clusters is not None and bool((tallies.clusters[shown] < _FEW).any())
    if variance == 0 or few or shared_respondents(tallies, shown) or np.isnan(worth).any():
        return Homogeneity(float("nan"), degrees, float("nan"))
    values = tallies.values[shown]
    middle = float(worth @ values) / float(worth.sum())
    statistic = float(worth @ (values - middle) ** 2) / variance
    return Homogeneity(statistic, degrees, float(chdtrc(degrees, statistic)))
