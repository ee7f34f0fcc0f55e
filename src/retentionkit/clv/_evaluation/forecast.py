"""One forecast of a backtest, as sums that add up over origins."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from retentionkit.clv._evaluation.accuracy import Accuracy, accuracy_of
from retentionkit.clv._evaluation.activity import activity_sums, brier
from retentionkit.clv._evaluation.calibration import forecast_sums
from retentionkit.clv._evaluation.gains import gained_by, gini
from retentionkit.clv._evaluation.outcomes import predictive
from retentionkit.clv._evaluation.pit import pit_sums

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._evaluation.outcomes import Outcomes
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import PurchaseHistories

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Forecast", "by_baseline", "by_model", "pooled"]

_BINS = 10


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What one model forecast from one origin, and what came of it.

    Attributes
    ----------
    model
        Name of the model or baseline.
    origin
        The last day that the forecast knew.
    n_customers
        Customers known by then.
    accuracy
        Errors of the forecast.
    gini
        Normalised Gini coefficient of the ranking.
    brier
        Brier score of the probability of a purchase; NaN without probabilities.
    deciles
        Customers, sums of forecasts, purchases and squared purchases by decile, shape (4, 10).
    activity
        Customers, sums of probability, buyers and squared distance by bins of the probability of a
        purchase, shape (4, 10); None without probabilities.
    pit
        Customers by bins of the PIT, shape (10,); None without probabilities.
    gained
        Purchases of the first hundredths of customers, as ranked and at best, shape (2, 101).

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> tested = rk.clv.backtest(log, models=("NBD",), origins=["1997-09-30"])
    >>> tested.forecasts[0].n_customers
    2357
    """

    model: str
    origin: dt.date
    n_customers: int
    accuracy: Accuracy
    gini: float
    brier: float
    deciles: Floats
    activity: Floats | None
    pit: Floats | None
    gained: Floats


def by_model(
    name: str, origin: dt.date, model: TransactionModel[PurchaseHistories], cases: Outcomes
) -> Forecast:
    """The forecast of a model for each distinct case."""
    actual, weight = cases.purchases, cases.weight
    expected = model.conditional_expected_purchases(cases.histories, cases.t)
    probability = model.probability_active(cases.histories, cases.t)
    fewer, equal = predictive(model, cases)
    with np.errstate(divide="ignore"):  # what a model held to be impossible scores -inf
        scores = np.log(equal)
    activity = activity_sums(probability, actual, weight, _BINS)
    return Forecast(
        model=name,
        origin=origin,
        n_customers=round(float(weight.sum())),
        accuracy=accuracy_of(expected, actual, weight, scores=scores),
        gini=gini(expected, actual, weight),
        brier=brier(activity),
        deciles=forecast_sums(expected, actual, weight, _BINS),
        activity=activity,
        pit=pit_sums(fewer, equal, weight, _BINS),
        gained=gained_by(expected, actual, weight),
    )


def by_baseline(
    name: str, origin: dt.date, expected: Floats, actual: NDArray[np.int64]
) -> Forecast:
    """The forecast of a baseline for each customer."""
    weight = np.ones(len(actual))
    return Forecast(
        model=name,
        origin=origin,
        n_customers=len(actual),
        accuracy=accuracy_of(expected, actual, weight, scores=None),
        gini=gini(expected, actual, weight),
        brier=math.nan,
        deciles=forecast_sums(expected, actual, weight, _BINS),
        activity=None,
        pit=None,
        gained=gained_by(expected, actual, weight),
    )


def pooled(forecasts: Sequence[Forecast]) -> Forecast:
    """Forecasts of one model from several origins as one: sums added, the Gini averaged."""
    first = forecasts[0]
    sizes = np.array([one.n_customers for one in forecasts])
    predicted, actual, mae, rmse, log_score = (
        np.array([getattr(one.accuracy, name) for one in forecasts])
        for name in ("predicted", "actual", "mae", "rmse", "log_score")
    )
    bought = float(actual.sum())
    deciles, gained = (
        np.sum([getattr(one, name) for one in forecasts], axis=0) for name in ("deciles", "gained")
    )
    activity, pit = (
        None if first.pit is None else np.sum([getattr(one, name) for one in forecasts], axis=0)
        for name in ("activity", "pit")
    )
    return Forecast(
        model=first.model,
        origin=first.origin,
        n_customers=int(sizes.sum()),
        accuracy=Accuracy(
            predicted=float(predicted.sum()),
            actual=bought,
            bias=float(predicted.sum()) / bought - 1 if bought else math.nan,
            mae=float(np.average(mae, weights=sizes)),
            rmse=math.sqrt(float(np.average(rmse**2, weights=sizes))),
            log_score=float(np.average(log_score, weights=sizes)),
        ),
        gini=float(np.mean([one.gini for one in forecasts])),
        brier=math.nan if activity is None else brier(activity),
        deciles=deciles,
        activity=activity,
        pit=pit,
        gained=gained,
    )
