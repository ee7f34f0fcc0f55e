"""From the table of models to a recommendation, in sentences that can be checked against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.clv._evaluation.regularity import regularity_note
from retentionkit.clv._inference.nested import NESTED
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
#: Bias from which a forecast is too far off to be passed over.
_OFF: Final = 0.1
#: Differences in AIC and in mean scores below these would be printed as 0.
_SAME_AIC: Final = 0.005
_SAME_SCORE: Final = 5e-5
#: Models that let a customer leave right after the first purchase.
_FIRST_DROPOUT: Final = frozenset({"MBGNBD", "ParetoNBD"})


class Candidate(NamedTuple):
    """A model of the table, with the log of the probability it gave to each case."""

    name: str
    fit: Fit[Any]
    scores: NDArray[np.float64] | None = None
    #: Of its forecast of the holdout.
    bias: float = math.nan


def recommend(
    candidates: Sequence[Candidate],
    histories: Any,  # noqa: ANN401 - any kind of histories
    weight: NDArray[np.float64] | None,
) -> tuple[str | None, str]:
    """The recommended model, and the reason in sentences."""
    candidates, coincide = _distinct(candidates)
    best, said = _in_sample(candidates, histories)
    if best is not None and best.name in coincide:
        said = [coincide[best.name], *(said if len(candidates) > 1 else [])]
    if weight is not None and not (best is not None and len(candidates) == 1):
        best, after = _after_sample(candidates, best, weight)
        said += after
    if best is not None and best.fit.limit:
        said.append(f"Its fit ran to a limit, {best.fit.limit}; read its verdict.")
    if best is not None and abs(best.bias) > _OFF:
        few = "little" if best.bias < 0 else "much"
        said.append(
            f"It forecasts {100 * abs(best.bias):,.0f} % too {few} of the holdout; look at "
            "tracking for a season or a trend."
        )
    if isinstance(histories, PurchaseHistories):
        said += [*saturation(histories), *regularity_note(histories)]
    begin = "None." if best is None else f"{best.name}."
    return (None if best is None else best.name), " ".join([begin, *said])


def _distinct(candidates: Sequence[Candidate]) -> tuple[list[Candidate], dict[str, str]]:
    """Without models that ran to another one of the table, and what that says, by the other one."""
    names = {one.name for one in candidates}
    ran: dict[str, dict[str, str]] = {}
    for one in candidates:
        reached = (one.fit.limit or "").split(" and ")
        for nesting in NESTED:
            if nesting.fuller == one.name and nesting.limit in reached and nesting.simpler in names:
                ran.setdefault(nesting.simpler, {})[one.name] = str(nesting.limit)
    gone = {name for fuller in ran.values() for name in fuller}
    said = {
        simpler: f"{_listed(list(fuller))} ran to it: the data show {min(fuller.values())}."
        for simpler, fuller in ran.items()
    }
    return [one for one in candidates if one.name not in gone], said


def _listed(names: list[str]) -> str:
    """Names as English has them, with "both" or "all" where they are several."""
    if len(names) == 1:
        return names[0]
    every = "both" if len(names) == 2 else "all"  # noqa: PLR2004 - both are two
    return f"{', '.join(names[:-1])} and {names[-1]} {every}"


def _simpler(near: Sequence[Candidate]) -> tuple[Candidate, str] | None:
    """A special case of the best that AIC does not tell from it, and why it will do."""
    best = near[0]
    found = {one.name: one for one in near}
    for nesting in NESTED:
        if nesting.fuller == best.name and nesting.simpler in found:
            gap = _aic(found[nesting.simpler]) - _aic(best)
            return found[nesting.simpler], (
                f"{nesting.simpler} is {best.name} where {nesting.by}; AIC does not tell them "
                f"apart ({gap:.2f}), so the simpler one will do."
            )
    return None


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
        return best, said or ["No other model was fitted."]
    simpler = _simpler(near)
    if simpler is not None:
        return simpler[0], [simpler[1]]
    gaps = ", ".join(_lead(_aic(one) - _aic(best), one.name) for one in near[1:])
    said = [f"AIC cannot tell the best apart: {best.name} leads {gaps}, less than {_ALIKE:g}."]
    once = _one_time_buyers(histories)
    leaving = [one for one in near if one.name in _FIRST_DROPOUT]
    if leaving and len(leaving) < len(near) and once >= _MANY:
        best = leaving[0]
        said.append(
            f"{100 * once:.0f} % of the customers bought once; {best.name} lets them leave after "
            f"that, and P(alive) of these customers depends on it."
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
    if gain < _SAME_SCORE:
        return best, ["No other holdout score is better to four digits."]
    lead = f"{first.name} by {gain:.4f} per customer (standard error {error:.4f})"
    if gain > _CLEAR * error:
        return first, [f"But the holdout, which no fit has seen, clearly prefers {lead}."]
    return best, [f"The best holdout score is no clear contradiction: {lead}."]


def _lead(gap: float, name: str) -> str:
    return f"{name} by {'less than 0.01' if gap < _SAME_AIC else f'{gap:.2f}'}"


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
        f"Mind that customers buy in {100 * share:.0f} % of all {histories.grain}s: these models "
        f"take purchases as rare within a {histories.grain}. Look at BG/BB, which counts "
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
