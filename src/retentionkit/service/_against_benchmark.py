r"""Is a rate really above or below that of the industry?

A benchmark that is known exactly moves the Wilson limits of the rate and divides them. One that is
itself a share of n is compared as any other rate.

Of a figure p of no stated number it is told how large that number must be. Let :math:`b` be the
distance from the benchmark q to its limit on the side of p, 0 if it is known exactly. The interval
of the difference leaves out zero if the Wilson limit of p lies closer to p than
:math:`r = \sqrt{(p - q)^2 - b^2}`, which it does for

.. math:: n > z^2 \frac{x (1 - x)}{r^2}, \qquad x = p \pm r .
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from retentionkit._texts import p_text, per_cent
from retentionkit.arguments import check_confidence, check_number, check_whole
from retentionkit.compare import rates
from retentionkit.errors import OptionError
from retentionkit.intervals import normal_quantile, share
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AgainstBenchmark", "against_benchmark"]

#: By how much a share that is told to the per cent may differ from the true one.
_ROUNDED: Final = 0.005 + 1e-9
_NOTHING_TOLD: Final = "A figure of no stated number, held against the benchmark: no interval."
_KNOWN: Final = (
    "Rate against a benchmark that is taken as known exactly, with Wilson intervals and the exact "
    "binomial test."
)
_OWN_N: Final = (
    "Rate against a benchmark that is itself a share, with the hybrid intervals of difference and "
    "quotient of compare.rates and the p-value that belongs to them."
)


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
        That a difference as large arises by chance, two-sided; NaN without n.
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
            facts["p-value"] = p_text(self.p_value)
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
        Of how many the benchmark is a share; it is taken to the nearest whole number of them.
        Default: it is taken as known exactly.
    confidence
        Level of the intervals.

    Returns
    -------
    AgainstBenchmark
        Without n no interval and no p-value, but the n that would be needed.

    Raises
    ------
    OptionError
        The figure is no share or k is above n, the benchmark is not above 0 and at most 1, or it is
        no share of so many.

    Notes
    -----
    "60 % below" is relative: of 10 % it is 4 %, six points less. With a known benchmark the p-value
    is that of the exact binomial test, which is stricter than the intervals and may disagree with
    them at the edge. With an n of its own intervals and p-value are those of `compare.rates`.

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
    if benchmark_n is None:
        return _against_known(rate, known, level)
    size = check_whole("benchmark_n", benchmark_n, low=1)
    ours = (round(rate.value * rate.n), rate.n) if rate.n else rate.value
    found = rates((_cases(known, size), size), ours, confidence=level)
    return AgainstBenchmark(
        rate=found.second,
        benchmark=found.first,
        points=found.difference,
        relative=found.relative,
        p_value=found.p_value,
        required_n=math.nan if rate.n else _required(rate.value, found.first),
        definition=_OWN_N if rate.n else _NOTHING_TOLD,
    )


def _against_known(rate: Estimate, known: float, confidence: float) -> AgainstBenchmark:
    """Against a benchmark that is known exactly."""
    from scipy import stats  # noqa: PLC0415 - scipy is loaded when needed

    p_value = math.nan
    if rate.n:
        p_value = float(stats.binomtest(round(rate.value * rate.n), rate.n, known).pvalue)
    definition = _KNOWN if rate.n else _NOTHING_TOLD
    low, high, error = rate.interval.low, rate.interval.high, rate.standard_error
    points, relative = (
        Estimate(value, spread, Interval(*limits, confidence), rate.n, definition)
        for value, spread, limits in (
            (rate.value - known, error, (low - known, high - known)),
            (rate.value / known - 1, error / known, (low / known - 1, high / known - 1)),
        )
    )
    benchmark = Estimate(known, 0.0, Interval(known, known, confidence), 0, "The benchmark.")
    return AgainstBenchmark(
        rate=rate,
        benchmark=benchmark,
        points=points,
        relative=relative,
        p_value=p_value,
        required_n=math.nan if rate.n else _required(rate.value, benchmark),
        definition=definition,
    )


def _cases(benchmark: float, size: int) -> int:
    """Of how many of them a benchmark is the share, told to the per cent at least."""
    cases = round(benchmark * size)
    if cases == 0 or abs(cases / size - benchmark) > _ROUNDED:
        raise OptionError(
            "The benchmark is no share of so many.",
            received=f"benchmark={benchmark:g}, benchmark_n={size:,}",
            allowed="k / n of a whole number k of at least 1, or that to the next per cent",
            do="Check what the benchmark is a share of, or leave out benchmark_n.",
        )
    return cases


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


def _required(value: float, benchmark: Estimate) -> float:
    """Of how many a share must be for the interval of the difference to exclude zero."""
    q, limits = benchmark.value, benchmark.interval
    distance = limits.high - q if value > q else q - limits.low
    left = (value - q) ** 2 - distance**2
    if left <= 0:
        return math.inf
    place = value + math.copysign(math.sqrt(left), q - value)
    needed = normal_quantile(limits.confidence) ** 2 * place * (1 - place) / left
    # A quotient that is whole but for rounding is not raised by one.
    return float(max(math.ceil(needed * (1 - 1e-12)), 1))
