"""An outcome by answer: one figure for each, a straight line, and how far they are from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.intervals import newcombe, t_quantile, wilson
from retentionkit.surveys._regression import least_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Line", "Points", "means", "rates", "rises", "straight_mean", "straight_rate"]

_EDGE: Final = 1e-9  # how near a rate of a line may come to 0 or 1
_LEVELS: Final = 3  # answers from which on a line can be departed from


class Points(NamedTuple):
    """One figure for each answer of the scale, all of shape (k,); NaN where nobody answered so."""

    n: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Line(NamedTuple):
    """A straight line, and a test of the figures against it."""

    intercept: float
    slope: float
    #: Standard error of the slope, and the quantile that makes an interval of it.
    error: float
    quantile: float
    #: Chi-squared or F, and its p-value; NaN with fewer than three answers.
    statistic: float
    p_value: float


def rates(x: NDArray[np.int64], y: NDArray[np.float64], size: int, confidence: float) -> Points:
    """Share of ones by place of the answer, with Wilson intervals."""
    n = np.bincount(x, minlength=size)
    k = np.bincount(x, weights=y, minlength=size)
    value = np.full(size, np.nan)
    np.divide(k, n, out=value, where=n > 0)
    return Points(n, value, *wilson(k, n, confidence=confidence))


def means(x: NDArray[np.int64], y: NDArray[np.float64], size: int, confidence: float) -> Points:
    """Mean by place of the answer, with t intervals, cut off at 0 where nothing lies below."""
    n = np.bincount(x, minlength=size)
    value = np.full(size, np.nan)
    np.divide(np.bincount(x, weights=y, minlength=size), n, out=value, where=n > 0)
    squares = np.bincount(x, weights=(y - value[x]) ** 2, minlength=size)
    variance = np.full(size, np.nan)
    np.divide(squares, n * (n - 1.0), out=variance, where=n > 1)
    half = t_quantile(n, confidence=confidence) * np.sqrt(variance)
    lowest = 0.0 if (y >= 0).all() else -math.inf
    return Points(n, value, np.maximum(value - half, lowest), value + half)


def straight_rate(
    answers: NDArray[np.int64], n: NDArray[np.int64], k: NDArray[np.float64], normal: float
) -> Line:
    """The most likely straight line through rates, and a likelihood-ratio test of it.

    The line is told by its rates at the lowest and the highest answer given: between them it is a
    rate everywhere if they are.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - scipy is loaded when needed

    x = answers.astype(np.float64)
    reach = (x - x[0]) / (x[-1] - x[0])
    share = np.column_stack([1 - reach, reach])

    def surprise(ends: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        p = share @ ends
        slope = n / n.sum() * (k / n - p) / (p * (1 - p))
        return -_log_likelihood(n, k, p) / float(n.sum()), -(slope @ share)

    root = np.sqrt(n)
    near: Any = np.linalg.lstsq(root[:, None] * share, k / root)[0]
    start = np.clip(near, 0.01, 0.99)  # least squares, from where it is not far
    options = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1_000}
    search: Any = minimize  # its overloads do not know a start of two numbers
    found = search(
        surprise, start, jac=True, method="L-BFGS-B", bounds=[(_EDGE, 1 - _EDGE)] * 2,
        options=options,
    )  # fmt: skip
    ends = found.x
    p = share @ ends
    slope = float(ends[1] - ends[0]) / float(x[-1] - x[0])
    statistic, p_value = math.nan, math.nan
    if len(x) >= _LEVELS:
        from scipy.stats import chi2  # noqa: PLC0415 - scipy is loaded when needed

        best = _log_likelihood(n, k, k / n)
        statistic = max(2 * (best - _log_likelihood(n, k, p)), 0.0)
        p_value = float(chi2.sf(statistic, len(x) - 2))
    error = _rate_error(x, n, p)
    return Line(float(ends[0]) - slope * float(x[0]), slope, error, normal, statistic, p_value)


def _log_likelihood(n: NDArray[np.int64], k: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    from scipy.special import xlog1py, xlogy  # noqa: PLC0415 - scipy is loaded when needed

    return float((xlogy(k, p) + xlog1py(n - k, -p)).sum())


def _rate_error(x: NDArray[np.float64], n: NDArray[np.int64], p: NDArray[np.float64]) -> float:
    """Standard error of the slope by Fisher's information; NaN where the line ends at 0 or 1."""
    if min(p[0], p[-1]) <= 2 * _EDGE or max(p[0], p[-1]) >= 1 - 2 * _EDGE:
        return math.nan
    weight = n / (p * (1 - p))
    centre = float(weight @ x) / float(weight.sum())
    return 1 / math.sqrt(float(weight @ (x - centre) ** 2))


def straight_mean(
    x: NDArray[np.float64], y: NDArray[np.float64], points: Points, confidence: float
) -> Line:
    """The line of least squares through values with its HC3 error, and a test of the means."""
    fit = least_squares(y, x[:, None])
    intercept, slope = fit.coefficients.tolist()
    error = fit.combined(np.array([0.0, 1.0]), confidence)[1]
    quantile = float(t_quantile(fit.df + 1, confidence=confidence))
    return Line(intercept, slope, error, quantile, *_departure(x, y, points))


def _departure(
    x: NDArray[np.float64], y: NDArray[np.float64], points: Points
) -> tuple[float, float]:
    """F of Welch and James, each mean with the variance of its own answers, and its p-value.

    Answers whose variance is not known, those of one customer or all alike, are left out.
    """
    from scipy.special import fdtrc  # noqa: PLC0415 - scipy is loaded when needed

    known = points.high > points.low
    df = int(known.sum()) - 2
    if df < _LEVELS - 2:
        return math.nan, math.nan
    n, mean = points.n[known], points.value[known]
    step = np.unique(x)[known[points.n > 0]]
    weight = n / np.array([float(y[x == at].var(ddof=1)) for at in step])
    parts = np.linalg.qr(np.sqrt(weight)[:, None] * np.column_stack([np.ones(len(step)), step]))
    q = np.asarray(parts[0], dtype=np.float64)
    scaled = np.sqrt(weight) * mean
    apart = float(((scaled - q @ (q.T @ scaled)) ** 2).sum())
    free = 1 - (q**2).sum(axis=1)
    unsure = float((free**2 / (n - 1)).sum())
    statistic = apart / (df + 2 * (df - 1) * unsure / (df + 2))
    return statistic, float(fdtrc(df, df * (df + 2) / (3 * unsure), statistic))


def rises(
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    pairs: list[tuple[int, int]],
    *,
    confidence: float,
    is_rate: bool,
) -> NDArray[np.float64]:
    """Rise for each step of the scale between pairs of places, and limits, shape (pairs, 3).

    The limits hold for all pairs at once (Bonferroni), so that the steepest may be chosen.
    """
    level = 1 - (1 - confidence) / max(len(pairs), 1)
    rows = np.full((len(pairs), 3), np.nan)
    for at, (first, second) in enumerate(pairs):
        one, two = y[x == first], y[x == second]
        limits: Any = (math.nan, math.nan)
        if is_rate:
            limits = newcombe(one.sum(), len(one), two.sum(), len(two), confidence=level)
        elif min(len(one), len(two)) > 1 and float(np.ptp(one) + np.ptp(two)) > 0:
            from scipy.stats import ttest_ind  # noqa: PLC0415 - scipy is loaded when needed

            found: Any = ttest_ind(two, one, equal_var=False)
            limits = found.confidence_interval(level)
        rows[at] = np.array([two.mean() - one.mean(), *map(float, limits)]) / (second - first)
    return rows
