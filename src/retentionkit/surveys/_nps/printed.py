"""What scores of groups, waves and windows have in common where they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.surveys._nps.sample import METHOD_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.surveys._nps.survey_options import GroupMethod

    Floats = NDArray[np.float64]

__all__ = ["last_facts", "points"]


def last_facts(
    result: Any,  # noqa: ANN401 - scores of groups, waves or windows
    apart: Mapping[str, int],
) -> dict[str, str]:
    """How many answers are in no figure, what the intervals are, and the definition."""
    confidence: float = result.confidence
    method: GroupMethod = result.method
    others = ", ".join(f"{number:,} {name}" for name, number in apart.items() if number)
    return {
        **({"apart": others} if others else {}),
        "in brackets": f"{100 * confidence:g} % intervals, {METHOD_NAMES[method]}, one at a time",
        "definition": result.definition,
    }


def points(values: Floats, low: Floats, high: Floats, *, sign: bool = False) -> list[str]:
    """Scores with their limits as text; a dash where they are undefined."""
    form = "+z.1f" if sign else "z.1f"
    texts: list[str] = []
    for value, below, above in zip(values.tolist(), low.tolist(), high.tolist(), strict=True):
        limits = " (no width)" if below == above else f" ({below:z.1f} to {above:z.1f})"
        texts.append(f"{value:{form}}{'' if np.isnan(below) else limits}")
    return ["–" if none else text for none, text in zip(np.isnan(values), texts, strict=True)]
