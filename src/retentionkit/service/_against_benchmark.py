r"""Is a rate really above or below that of the industry?

A benchmark that is known exactly moves the Wilson limits of the rate and divides them. One that is
itself a share of n has, for the difference, Newcombe's limits made of the Wilson limits of both
[1]_, and for the ratio the log-normal limits of Katz and others [2]_.

References
----------
.. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
   proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890.
.. [2] Katz, D., Baptista, J., Azen, S. P. and Pike, M. C. (1978). Obtaining confidence intervals
   for the risk ratio in cohort studies. Biometrics 34(3), 469-474.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from retentionkit._texts import per_cent
from retentionkit.arguments import check_confidence, check_number, check_whole
from retentionkit.errors import OptionError
from retentionkit.intervals import log_wald, normal_quantile, share
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AgainstBenchmark", "against_benchmark"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class AgainstBenchmark(Result):
    """A rate beside a benchmark, made by `against_benchmark`.

    Attributes
    ----------
    rate
        The rate with its Wilson interval; without n, only the figure.
    benchmark
        The benchmark; with an interval if its n is known.
    points
        Rate less benchmark: -0.06 is 6 points below.
    relative
        Rate over benchmark less 1: -0.6 is 60 % below.
    p_value
        That a difference as large arises by chance, two-sided and exact; NaN without n.
    required_n
        Without n, of how many the rate must be for its interval to exclude the benchmark; NaN where
        n is known, infinity where none is enough.
    definition
        What was held against what, and how the intervals were made.
    """

    rate: Estimate
    benchmark: Estimate
    points: Estimate
    relative: Estimate
    p_value: float
    required_n: float
    definition: str

    _heading: ClassVar[str] = "Against a benchmark"

    @property
    def value(self) -> float:
        """The relative difference alone."""
        return self.relative.value

    @property
    def interval(self) -> Interval:
        """The interval of the relative difference."""
        return self.relative.interval

    @property
    def n(self) -> int:
        """Of how many the rate is; 0 where that is not known."""
        return self.rate.n

    def _table(self) -> Columns:
        parts = {
            "rate": self.rate,
            "benchmark": self.benchmark,
            "points": self.points,
            "relative": self.relative,
        }
        return {
            "measure": list(parts),
            "n": [part.n or math.nan for part in parts.values()],
            "value": [part.value for part in parts.values()],
            "low": [part.interval.low for part in parts.values()],
            "high": [part.interval.high for part in parts.values()],
        }

    def _facts(self) -> Mapping[str, str]:
        limits = self.relative.interval
        side = "above" if self.relative.value > 0 else "below"
        sign = 1 if self.relative.value > 0 else -1
        low, high = sorted((sign * limits.low, sign * limits.high))
        found = per_cent(sign * self.relative.value, low, high, unit=" %")
        said = f"{found} {side} the benchmark" if self.relative.value else "equal to the benchmark"
        facts = {"relative": said, "confidence": f"{100 * limits.confidence:g} %"}
        if math.isnan(self.p_value):
            facts["needed"] = (
                "no number of ours would show a difference from this benchmark"
                if math.isinf(self.required_n)
                else f"without n there is no interval; this holds if the rate is of about "
                f"{self.required_n:,.0f} or more"
            )
        else:
            facts["p-value"] = f"{self.p_value:.3g}"
        return {**facts, "definition": self.definition}


def against_benchmark(
    figure: float | tuple[int, int],
    *,
    benchmark: float,
    benchmark_n: int | None = None,
    confidence: float = 0.95,
) -> AgainstBenchmark:
    """A rate against a benchmark: in points and in per cent of it, each with its interval.

    Parameters
    ----------
    figure
        The rate as `(k, n)`: k of n; or only the share, such as 0.04, where n is not known.
    benchmark
        The share to hold it against, such as 0.10 for 10 %.
    benchmark_n
        Of how many the benchmark is a share. Default: it is taken as known exactly.
    confidence
        Level of the intervals.

    Returns
    -------
    AgainstBenchmark
        Without n no interval and no p-value, but the n that would be needed.

    Raises
    ------
    OptionError
        The figure is no share or k is above n, the benchmark is not above 0 and at most 1.

    Notes
    -----
    "60 % below" is relative: of 10 % it is 4 %, six points less. With a known benchmark the p-value
    is that of the exact binomial test, with an n of its own that of Fisher's exact test. These are
    stricter than the intervals, and may disagree with them at the edge.

    An industry counts in its own way. A benchmark of another definition is none.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.service.against_benchmark((8, 200), benchmark=0.10)
    >>> found.relative
    Estimate(-0.6, 95 % -0.7959 to -0.2307, n = 200)
    >>> rk.service.against_benchmark(0.04, benchmark=0.10).required_n
    97.0
    """
    level = check_confidence(confidence)
    known = check_number(
        "benchmark", benchmark, low=0, high=1, open_low=True, do="Write 10 % as benchmark=0.10."
    )
    rate = _rate(figure, level)
    size = None if benchmark_n is None else check_whole("benchmark_n", benchmark_n, low=1)
    other = Estimate(known, 0.0, Interval(known, known, level), size or 0, "The benchmark.")
    if size is not None:
        other = share(known * size, size, definition="The benchmark.", confidence=level)
    definition = _definition(rate, size)
    points, relative = _differences(rate, other, definition)
    return AgainstBenchmark(
        rate=rate,
        benchmark=other,
        points=points,
        relative=relative,
        p_value=_p_value(rate, known, size),
        required_n=math.nan if rate.n else _required(rate.value, known, size, level),
        definition=definition,
    )


def _rate(figure: object, confidence: float) -> Estimate:
    """The rate, with an interval where its n is known."""
    if isinstance(figure, tuple | list):
        pair = cast("tuple[object, ...]", tuple(cast("Any", figure)))
        if len(pair) != 2:  # noqa: PLR2004 - k of n
            raise OptionError(
                "`figure` is not k of n.",
                received=repr(pair),
                allowed="(k, n), or a share from 0 to 1",
                do="Pass (8, 200) for 8 of 200.",
            )
        n = check_whole("figure", pair[1], low=1, do="Pass (8, 200) for 8 of 200.")
        k = check_whole("figure", pair[0], low=0, high=n, do="Pass (8, 200) for 8 of 200.")
        return share(k, n, definition="The rate.", confidence=confidence)
    do = "Write 4 % as 0.04, or better pass (k, n)."
    value = check_number("figure", figure, low=0, high=1, do=do)
    return Estimate(value, math.nan, Interval(math.nan, math.nan, confidence), 0, "The rate.")


def _differences(rate: Estimate, other: Estimate, definition: str) -> tuple[Estimate, Estimate]:
    """Rate less benchmark, and rate over benchmark less one."""
    p, q, level = rate.value, other.value, rate.interval.confidence
    error = math.hypot(rate.standard_error, other.standard_error)
    spread = math.hypot(rate.standard_error, p / q * other.standard_error) / q
    mine, theirs = rate.interval, other.interval
    if other.n == 0:  # known exactly
        points = (mine.low - q, mine.high - q)
        relative = (mine.low / q - 1, mine.high / q - 1)
    else:
        points = (
            p - q - math.hypot(p - mine.low, theirs.high - q),
            p - q + math.hypot(mine.high - p, q - theirs.low),
        )
        relative = _katz(rate, other)
    return (
        Estimate(p - q, error, Interval(*points, level), rate.n, definition),
        Estimate(p / q - 1, spread, Interval(*relative, level), rate.n, definition),
    )


def _katz(rate: Estimate, other: Estimate) -> tuple[float, float]:
    """Log-normal limits of the ratio less one; without a case those of the Wilson limits."""
    p, q = rate.value, other.value
    if rate.n == 0:
        return math.nan, math.nan
    if p == 0:
        return -1.0, rate.interval.high / other.interval.low - 1
    error = p / q * math.hypot(rate.standard_error / p, other.standard_error / q)
    low, high = log_wald(p / q, error, confidence=rate.interval.confidence)
    return float(low) - 1, float(high) - 1


def _p_value(rate: Estimate, benchmark: float, size: int | None) -> float:
    """Exact, two-sided; NaN without n."""
    from scipy import stats  # noqa: PLC0415 - scipy is loaded when needed

    if rate.n == 0:
        return math.nan
    k = round(rate.value * rate.n)
    if size is None:
        return float(stats.binomtest(k, rate.n, benchmark).pvalue)
    theirs = round(benchmark * size)
    table = np.array([[k, rate.n - k], [theirs, size - theirs]])
    return float(stats.fisher_exact(table)[1])


def _required(share: float, benchmark: float, size: int | None, confidence: float) -> float:
    """Of how many a share must be for its score interval to exclude the benchmark."""
    variance = benchmark * (1 - benchmark)
    left = ((share - benchmark) / normal_quantile(confidence)) ** 2
    left -= 0.0 if size is None else variance / size
    # A quotient that is whole but for rounding is not raised by one.
    return float(max(math.ceil(variance / left * (1 - 1e-12)), 1)) if left > 0 else math.inf


def _definition(rate: Estimate, size: int | None) -> str:
    if rate.n == 0:
        return "A figure of no stated number, held against the benchmark: no interval."
    if size is None:
        return "Rate against a benchmark that is taken as known exactly, with Wilson intervals."
    return (
        "Rate against a benchmark that is itself a share, with Newcombe's interval of the "
        "difference and a log-normal one of the ratio."
    )
