"""Customers drawn anew: from the data with replacement, or from the model.

Customers are put in a fixed order first, so that a seed gives the same draws whatever the order of
the rows. Equal customers are one row with a weight: drawing n of them with replacement is drawing
the weights from a multinomial distribution.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["redraws", "resamples"]


def resamples(
    fit: Fit[Any],
    histories: Any,  # noqa: ANN401 - of the model's kind
    *,
    whole: bool,
) -> Callable[[np.random.Generator], Any]:
    """A function that draws as many customers from the data, with replacement.

    With `whole`, each customer drawn is a row of its own if it was one before, for statistics that
    know nothing of weights.
    """
    money = hasattr(fit.model, "expected_spend")
    if not whole and not money and isinstance(histories, PurchaseHistories):
        histories = histories.grouped()
    histories = histories[_fixed_order(histories)]
    weight = np.asarray(histories.weight, dtype=np.float64)
    size = round(float(weight.sum()))
    rows = bool(np.all(weight == 1)) and whole

    def draw(rng: np.random.Generator) -> Any:  # noqa: ANN401 - same
        counts = rng.multinomial(size, weight / weight.sum())
        some = np.flatnonzero(counts)
        if rows:
            return histories[np.repeat(some, counts[some])]
        drawn = counts[some].astype(np.float64)
        drawn.flags.writeable = False
        return dataclasses.replace(histories[some], weight=drawn)

    return draw


def redraws(
    model: Any,  # noqa: ANN401 - any model
    histories: Any,  # noqa: ANN401 - of its kind
) -> Callable[[np.random.Generator], Any]:
    """A function that draws the same customers, observed for as long, from the model."""
    ordered = histories[_fixed_order(histories)]

    def draw(rng: np.random.Generator) -> Any:  # noqa: ANN401 - same
        return model._redrawn(ordered, rng)  # noqa: SLF001 - the room's own

    return draw


def _fixed_order(histories: Any) -> NDArray[np.intp]:  # noqa: ANN401 - any kind of histories
    """Positions in an order that depends on what the customers did, not on their rows."""
    names = [field.name for field in dataclasses.fields(histories) if field.name != "customer"]
    columns: list[NDArray[Any]] = []
    for name in names:
        value: Any = getattr(histories, name)
        if np.shape(value) == (len(histories),) and np.asarray(value).dtype.kind in "biuf":
            columns.append(value)
    return np.lexsort(columns)
