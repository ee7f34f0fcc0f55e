r"""How far have the customers moved over the levels of frozen scores?

With the shares :math:`p_k` at the fit and :math:`q_k` later, the population stability index is

.. math:: \mathrm{PSI} = \sum_k (p_k - q_k) \ln\frac{p_k}{q_k} .

If nothing changed, :math:`\mathrm{PSI} / (1/n_1 + 1/n_2)` is about chi-square with one degree of
freedom less than there are levels [1]_: small samples show a drift that is none.

.. [1] B. Yurdakul, Statistical Properties of Population Stability Index, dissertation, Western
   Michigan University, 2018.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.intervals import normal_quantile
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._scored import Dimension

__all__ = ["Drift", "drift_between"]

_SMALL: Final = 0.1
_LARGE: Final = 0.25
_CHANCE: Final = 0.01
_ENOUGH: Final = 5


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drift(Result):
    """The population stability index of each dimension between a fit and a later date.

    Attributes
    ----------
    dimensions
        Which of recency, frequency and money there are.
    psi
        Population stability index of each, 0 if the shares of the levels are the same.
    low, high
        Its linearised (delta-method) interval, cut off at 0; close to 0 compare with `expected`.
    expected
        What chance alone gives on average if nothing changed: (levels - 1)(1/n1 + 1/n2).
    p_value
        Of the chi-square test that the shares are the same; NaN with too few customers to tell.
    before, after
        Customers at each level, by dimension.
    n_before, n_after
        Customers at the two dates.
    as_of_before, as_of_after
        The two dates.
    definition
        One sentence: index, empty levels, test, reading.
    confidence
        Confidence level of the intervals.
    kind
        The kind of frame that the caller brought.
    """

    dimensions: tuple[Dimension, ...]
    psi: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    expected: NDArray[np.float64]
    p_value: NDArray[np.float64]
    before: Mapping[Dimension, tuple[int, ...]]
    after: Mapping[Dimension, tuple[int, ...]]
    n_before: int
    n_after: int
    as_of_before: dt.date
    as_of_after: dt.date
    definition: str
    confidence: float
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Drift of scores"

    @property
    def reading(self) -> tuple[str, ...]:
        """`"stable"` below 0.1, `"some"` to 0.25 and `"large"` above, or `"chance"`.

        An index of 0.1 or more is chance unless its p-value is below 0.01.
        """
        return tuple(map(_read, self.psi.tolist(), self.p_value.tolist()))

    @property
    def large(self) -> tuple[str, ...]:
        """What has drifted far, in words, such as "monetary (PSI 0.412)"."""
        named = zip(self.dimensions, self.psi.tolist(), self.reading, strict=True)
        return tuple(f"{name} (PSI {psi:.3g})" for name, psi, said in named if said == "large")

    def _table(self) -> Columns:
        return {
            "dimension": list(self.dimensions),
            "psi": self.psi,
            "low": self.low,
            "high": self.high,
            "expected": self.expected,
            "p_value": self.p_value,
            "reading": list(self.reading),
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "fit": f"{self.as_of_before}, {self.n_before:,} customers",
            "later": f"{self.as_of_after}, {self.n_after:,} customers",
            "definition": self.definition,
        }


def drift_between(
    before: tuple[dt.date, Mapping[Dimension, tuple[int, ...]]],
    after: tuple[dt.date, Mapping[Dimension, tuple[int, ...]]],
    *,
    kind: FrameKind | None,
    confidence: float = 0.95,
) -> Drift:
    """The drift between customers by level at two dates."""
    level = check_confidence(confidence)
    names = tuple(before[1])
    pairs = [_occurring(before[1][name], after[1][name]) for name in names]
    found = [_index(*pair) for pair in pairs]
    size = (sum(before[1][names[0]]), sum(after[1][names[0]]))
    chance = sum(1 / n for n in size)
    half = normal_quantile(level) * np.array([error for _, error in found])
    psi = np.array([index for index, _ in found])
    return Drift(
        dimensions=names,
        psi=frozen_array(psi, np.float64),
        low=frozen_array(np.maximum(psi - half, 0), np.float64),
        high=frozen_array(psi + half, np.float64),
        expected=frozen_array([(len(pair[0]) - 1) * chance for pair in pairs], np.float64),
        p_value=frozen_array([_p_value(*pair) for pair in pairs], np.float64),
        before=before[1],
        after=after[1],
        n_before=size[0],
        n_after=size[1],
        as_of_before=before[0],
        as_of_after=after[0],
        definition=(
            "PSI = sum of (p - q) ln(p/q) over the levels, p at the fit and q later; where a level "
            "is empty at one date, half a customer is added to each level at both; chi-square test "
            f"over neighbouring levels joined to expect {_ENOUGH} customers; up to {_SMALL} is "
            f"stable, above {_LARGE} large, unless p >= {_CHANCE}; {100 * level:g} % intervals; "
            "test and intervals take the two dates for independent samples: the same customers or "
            "overlapping windows differ less by chance."
        ),
        confidence=level,
        kind=kind,
    )


def _occurring(
    before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Customers at the levels that occur at one date at least."""
    counts = np.array([before, after], dtype=np.float64)
    mine, other = counts[:, counts.sum(axis=0) > 0]
    return mine, other


def _index(before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[float, float]:
    """The index and its standard error."""
    if (before == 0).any() or (after == 0).any():
        before, after = before + 0.5, after + 0.5
    p, q = before / before.sum(), after / after.sum()
    log = np.log(p / q)
    of_p, of_q = log - q / p, -log - p / q  # slopes, up to a constant
    variance = _spread(of_p, p) / before.sum() + _spread(of_q, q) / after.sum()
    return float(((p - q) * log).sum()), float(np.sqrt(variance))


def _spread(slope: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    return float(share @ (slope - share @ slope) ** 2)


def _p_value(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Of Pearson's test of equal shares, over levels that are joined until enough are expected."""
    least = min(before.sum(), after.sum()) / (before.sum() + after.sum())
    start, starts = 0, [0]
    for at in range(1, len(before)):
        if least * (before[start:at] + after[start:at]).sum() >= _ENOUGH:
            start = at
            starts.append(at)
    if len(starts) > 1 and least * (before[start:] + after[start:]).sum() < _ENOUGH:
        starts.pop()
    if len(starts) == 1:
        return float("nan")
    counts = np.stack([np.add.reduceat(part, starts) for part in (before, after)])
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    from scipy.special import chdtrc  # noqa: PLC0415 - scipy is loaded when needed

    distance = float(((counts - expected) ** 2 / expected).sum())
    return float(np.asarray(chdtrc(len(starts) - 1, distance)))


def _read(psi: float, p_value: float) -> str:
    if psi <= _SMALL:
        return "stable"
    if not p_value < _CHANCE:
        return "chance"
    return "large" if psi > _LARGE else "some"
