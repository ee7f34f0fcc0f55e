"""From the table of models to a recommendation, in sentences that can be checked against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.durations import grain_in
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["Candidate", "recommend", "saturation"]

#: Differences in AIC below this mean little.
_ALIKE: Final = 2.0
#: Standard errors from which a difference in holdout scores is more than chance.
_CLEAR: Final = 2.0
#: Share of one-time buyers from which it matters whether they may leave.
_MANY: Final = 0.2
#: Share of all periods with a purchase from which purchases are not rare events in them.
_SATURATED: Final = 0.2
#: Models that let a customer leave right after the first purchase.
_FIRST_DROPOUT: Final = frozenset({"MBGNBD", "ParetoNBD"})


class Candidate(NamedTuple):
    """A model of the table, with the log of the probability it gave to each case."""

    name: str
    fit: Fit[Any]
    scores: NDArray[np.float64] | None


def recommend(
    candidates: Sequence[Candidate],
    histories: Any,  # noqa: ANN401 - any kind of histories
    weight: NDArray[np.float64] | None,
) -> tuple[str | None, str]:
    """The recommended model, and the reason in sentences."""
    best, said = _in_sample(candidates, histories)
    if weight is not None:
        best, after = _after_sample(candidates, best, weight)
        said += after
    if best is not None and best.fit.limit:
        said.append(f"Its fit ran to a limit, {best.fit.limit}; read its verdict.")
    if isinstance(histories, PurchaseHistories):
        said += saturation(histories)
    begin = "None." if best is None else f"{best.name}."
    return (None if best is None else best.name), " ".join([begin, *said])


def _in_sample(
    candidates: Sequence[Candidate],
    histories: Any,  # noqa: ANN401 - any kind of histories
) -> tuple[Candidate | None, list[str]]:
    """The choice by AIC, and among equals by what they say of one-time buyers."""
    known = [one for one in candidates if one.fit.aic is not None]
    if not known:
        return None, ["Under a penalty there is no AIC to compare by; give a holdout."]
    ranked = sorted(known, key=_aic)
    best = ranked[0]
    near = [one for one in ranked if _aic(one) - _aic(best) < _ALIKE]
    if len(near) == 1:
        rest = ranked[1:2]
        said = [f"Its AIC is the least, by {_aic(rest[0]) - _aic(best):,.2f}."] if rest else []
        return best, said or ["It is the only model that was asked for."]
    gaps = ", ".join(f"{one.name} by {_aic(one) - _aic(best):.2f}" for one in near[1:])
    said = [f"AIC cannot tell the best apart: {best.name} leads {gaps}, less than {_ALIKE:g}."]
    once = _one_time_buyers(histories)
    leaving = [one for one in near if one.name in _FIRST_DROPOUT]
    if leaving and len(leaving) < len(near) and once >= _MANY:
        best = leaving[0]
        said.append(
            f"{once:.0%} of the customers bought once; {best.name} lets them leave after that, "
            f"and P(alive) of these customers depends on it."
        )
    return best, said


def _after_sample(
    candidates: Sequence[Candidate], best: Candidate | None, weight: NDArray[np.float64]
) -> tuple[Candidate, list[str]]:
    """The choice again, in the light of the probabilities given to the holdout."""
    first = max(candidates, key=lambda one: _score(one, weight))
    if best is None:
        return first, [f"{first.name} has the best holdout score."]
    if first is best:
        return best, ["Its holdout score is the best, too."]
    gain, error = _difference(first, best, weight)
    lead = f"{first.name} by {gain:.4f} per customer (standard error {error:.4f})"
    if gain > _CLEAR * error:
        return first, [f"But the holdout, which no fit has seen, clearly prefers {lead}."]
    return best, [f"The best holdout score is no clear contradiction: {lead}."]


def saturation(histories: PurchaseHistories) -> list[str]:
    """A warning where purchases fill so many periods that they cannot be events at any time."""
    if histories.grain is None:
        return []
    length, unit = grain_in(histories.grain, histories.unit)
    periods = float(histories.weight @ histories.age) * unit / length
    share = float(histories.weight @ histories.frequency) / periods if periods else 0.0
    if share < _SATURATED:
        return []
    warning = (
        f"Mind that customers buy in {share:.0%} of all {histories.grain}s: these models take "
        f"purchases as rare within a {histories.grain}. Look at BG/BB, which counts "
        "opportunities, or take a finer grain."
    )
    return [warning]


def _aic(one: Candidate) -> float:
    return math.inf if one.fit.aic is None else one.fit.aic


def _one_time_buyers(histories: Any) -> float:  # noqa: ANN401 - any kind of histories
    if not isinstance(histories, PurchaseHistories):
        return 0.0
    return float(np.average(histories.frequency == 0, weights=histories.weight))


def _score(one: Candidate, weight: NDArray[np.float64]) -> float:
    return -math.inf if one.scores is None else float(weight @ one.scores)


def _difference(
    one: Candidate, other: Candidate, weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Mean difference of two scores of the same customers, and its standard error."""
    gain = np.asarray(one.scores) - np.asarray(other.scores)
    n = float(weight.sum())
    mean = float(weight @ gain) / n
    return mean, math.sqrt(float(weight @ (gain - mean) ** 2)) / n
