r"""How far forecasts were from what happened, customer by customer and in total.

With forecasts :math:`m_i` and purchases :math:`n_i`: the mean absolute error
:math:`\overline{|m - n|}`, the root mean squared error, the aggregate bias
:math:`\sum m / \sum n - 1`, and the mean logarithm of the probability given to :math:`n_i`. The
mean absolute error favours forecasts of the median, which is 0 for most customers; judge a forecast
of the mean by the others.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Accuracy", "accuracy_of"]


@dataclasses.dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of a forecast.

    Attributes
    ----------
    predicted, actual
        Sums of the forecasts and of the purchases.
    bias
        `predicted / actual - 1`; NaN if nobody bought.
    mae, rmse
        Mean absolute and root mean squared error of a customer's forecast.
    log_score
        Mean log of the probability given to what each customer did; NaN for a forecast without
        probabilities.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> tested = rk.clv.backtest(log, models=("NBD",), origins=["1997-09-30"])
    >>> round(tested.accuracy("NBD").bias, 2)
    0.35
    """

    predicted: float
    actual: float
    bias: float
    mae: float
    rmse: float
    log_score: float


def accuracy_of(
    expected: NDArray[np.float64],
    actual: NDArray[np.int64],
    weight: NDArray[np.float64],
    *,
    scores: NDArray[np.float64] | None,
) -> Accuracy:
    """Errors of a forecast, each row counted with its weight."""
    n = float(weight.sum())
    error = expected - actual
    predicted, bought = float(weight @ expected), float(weight @ actual)
    return Accuracy(
        predicted=predicted,
        actual=bought,
        bias=predicted / bought - 1 if bought else math.nan,
        mae=float(weight @ np.abs(error)) / n,
        rmse=math.sqrt(float(weight @ error**2) / n),
        log_score=math.nan if scores is None else float(weight @ scores) / n,
    )
