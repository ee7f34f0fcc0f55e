r"""Backtest: what would each model have forecast, had it been asked then?

At each origin the models see the log up to that day only. They forecast one horizon ahead for the
customers known by then, and are compared with what these customers did, beside forecasts that need
no model. Purchases of customers who came later are nobody's forecast here.

References
----------
.. [1] Tashman, L. J. (2000). Out-of-Sample Tests of Forecasting Accuracy: An Analysis and Review.
   International Journal of Forecasting 16(4), 437-450.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._evaluation.activity import active
from retentionkit.clv._evaluation.baselines import BASELINES, known_at
from retentionkit.clv._evaluation.calibration import SHARED, calibrated
from retentionkit.clv._evaluation.comparison import fitted
from retentionkit.clv._evaluation.forecast import Forecast, by_baseline, by_model, pooled
from retentionkit.clv._evaluation.gains import Gains, gains_of
from retentionkit.clv._evaluation.origins import rolling_origins
from retentionkit.clv._evaluation.outcomes import outcomes
from retentionkit.clv._evaluation.pit import pit_of
from retentionkit.clv._evaluation.registry import MODELS, chosen_models
from retentionkit.clv._progress import tracked
from retentionkit.errors import OptionError
from retentionkit.histories import holdout, purchase_histories
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.transactions._moments import local_moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from retentionkit.clv._evaluation.accuracy import Accuracy
    from retentionkit.clv._evaluation.activity import ActivityCalibration
    from retentionkit.clv._evaluation.calibration import Calibration
    from retentionkit.clv._evaluation.origins import Origin
    from retentionkit.clv._evaluation.pit import PIT
    from retentionkit.durations import Duration, Grain, Moment, Unit
    from retentionkit.frames import FrameKind
    from retentionkit.transactions import Transactions

__all__ = ["Backtest", "backtest"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Backtest(Result):
    """Forecasts of several models from several origins, and what came of them.

    Attributes
    ----------
    forecasts
        One for each model and origin, by origin and then in the order of the models.
    horizon
        How far ahead, in `unit`.
    unit
        What `horizon` is measured in.
    definition
        What was forecast from what.
    kind
        The kind of frame that the caller brought.
    """

    forecasts: tuple[Forecast, ...]
    horizon: float
    unit: Unit
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Backtest"

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models and baselines."""
        return tuple(dict.fromkeys(one.model for one in self.forecasts))

    @property
    def origins(self) -> tuple[dt.date, ...]:
        """The last days known to the forecasts, in rising order."""
        return tuple(dict.fromkeys(one.origin for one in self.forecasts))

    def accuracy(self, model: str) -> Accuracy:
        """Errors of a model over all customers of all origins."""
        return self._pooled(model, None).accuracy

    def gini(self, model: str) -> float:
        """Normalised Gini coefficient of a model's ranking: the mean over the origins."""
        return self._pooled(model, None).gini

    def brier(self, model: str) -> float:
        """Brier score of P(at least one purchase) over all origins; NaN for a baseline."""
        return self._pooled(model, None).brier

    def calibration(self, model: str, *, origin: Moment | None = None) -> Calibration:
        """Deciles of a model's forecast: expected against actual purchases.

        Parameters
        ----------
        model
            Name of a model or baseline.
        origin
            One of the origins; None adds the bins of all of them up.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> found = rk.clv.backtest(log, models=("MBGNBD", "NBD"), origins=2)
        >>> found.calibration("MBGNBD").expected[-1].round(2)
        np.float64(1.49)
        """
        one = self._pooled(model, origin)
        words = f"Deciles of the forecast of {self._words(model, origin)}; {SHARED}."
        return calibrated(one.deciles, words)

    def activity(self, model: str, *, origin: Moment | None = None) -> ActivityCalibration:
        """Probability of buying again against the share that did; refused for a baseline.

        Parameters are those of `calibration`. A customer counts once for each origin.
        """
        one = self._pooled(model, origin)
        words = f"Customers by P(at least one purchase) from {self._words(model, origin)}."
        return active(self._known(one.activity, model), words)

    def pit(self, model: str, *, origin: Moment | None = None) -> PIT:
        """Non-randomised PIT histogram of a model's counts; refused for a baseline.

        Parameters are those of `calibration`.
        """
        one = self._pooled(model, origin)
        words = f"Quantiles of the counts in the forecast of {self._words(model, origin)}."
        return pit_of(self._known(one.pit, model), words)

    def gains(self, model: str, *, origin: Moment | None = None) -> Gains:
        """Gain curve of a model's ranking within each origin, and its Gini coefficient.

        Parameters are those of `calibration`.
        """
        one = self._pooled(model, origin)
        words = f"Customers ranked by the forecast of {self._words(model, origin)}."
        return gains_of(one.gained, one.gini, words)

    def _pooled(self, model: str, origin: Moment | None) -> Forecast:
        at = None if origin is None else local_moment("origin", origin)
        found = [one for one in self.forecasts if one.model == model and at in {None, one.origin}]
        if found:
            return pooled(found)
        raise OptionError(
            "The backtest has no such forecast.",
            received=f"model={model!r}, origin={origin!r}",
            allowed=f"models {', '.join(map(repr, self.models))}; origins "
            f"{', '.join(map(str, self.origins))}",
            do="Pass one of them.",
        )

    def _known(self, sums: Any, model: str) -> Any:  # noqa: ANN401 - sums, or None
        if sums is not None:
            return sums
        raise OptionError(
            "A baseline forecasts no probabilities.",
            received=f"model={model!r}",
            allowed=", ".join(repr(name) for name in self.models if name not in BASELINES)
            or "a backtest with models",
            do="Pass a model; a baseline has calibration() and gains() only.",
        )

    def _words(self, model: str, origin: Moment | None) -> str:
        at = f"{len(self.origins)} origins" if origin is None else str(origin)
        return f"{model} from {at}, {self.horizon:g} {self.unit}s ahead"

    def _table(self) -> Columns:
        rows = self.forecasts
        return {
            "model": [one.model for one in rows],
            "origin": frozen_array([str(one.origin) for one in rows], "datetime64[D]"),
            **_numbers(rows),
        }

    def _printed(self) -> Columns:
        """All origins of a model in one row."""
        rows = [self._pooled(name, None) for name in self.models]
        return {"model": list(self.models), **_numbers(rows)}

    def _facts(self) -> Mapping[str, str]:
        return {
            "origins": ", ".join(map(str, self.origins)),
            "horizon": f"{self.horizon:g} {self.unit}s",
            "table": "all origins of a model together; to_frame() has each",
            "definition": self.definition,
        }


def _numbers(rows: Sequence[Forecast]) -> dict[str, Any]:
    """What is told of each forecast, by column."""
    columns: dict[str, Any] = {"customers": [one.n_customers for one in rows]}
    for name in ("actual", "predicted", "bias", "mae", "rmse", "log_score"):
        columns[name] = frozen_array([getattr(one.accuracy, name) for one in rows], np.float64)
    for name in ("gini", "brier"):
        columns[name] = frozen_array([getattr(one, name) for one in rows], np.float64)
    return columns


def backtest(
    transactions: Transactions,
    *,
    models: Sequence[str | type[Any]] | None = None,
    origins: int | Sequence[Moment] = 3,
    horizon: Duration = "13 weeks",
    unit: Unit = "week",
    grain: Grain = "day",
    first_purchase: tuple[Moment, Moment] | None = None,
    penalty: float = 0.0,
    progress: bool = False,
) -> Backtest:
    """Fit models as of several days in the past and compare their forecasts with what happened.

    Parameters
    ----------
    transactions
        The log.
    models
        Names or classes of models, and names of baselines: `"last_period"`, `"cohort_average"`,
        `"back_of_envelope"`. None takes all of both.
    origins
        The last days that the forecasts may know; or how many, one horizon apart, the last one so
        that its horizon ends with the log.
    horizon
        How far ahead: a number of units, or text such as `"13 weeks"`; rounded to whole grains.
    unit, grain, first_purchase
        As in `purchase_histories`.
    penalty
        As in `fit`, for every model.
    progress
        Whether to show a bar, if tqdm is installed.

    Returns
    -------
    Backtest
        A row for each model and origin; calibration, PIT and gains by model.

    Raises
    ------
    OptionError
        If a model is not known, or an origin leaves no purchases before it or no full horizon
        after it.
    DataError
        If the customers known at an origin are too few.
    ConvergenceError
        If a fit fails; it says which model.

    Notes
    -----
    `bias` is the sum of the forecasts over that of the purchases, less 1. `gini` is 1 for a perfect
    ranking of customers and 0 for none. `log_score` (higher is better) and `brier` (lower is
    better) judge probabilities, which baselines do not give. Origins share customers, so their
    errors are not independent.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> found = rk.clv.backtest(log, models=("MBGNBD", "last_period"), horizon="13 weeks")
    >>> [str(day) for day in found.origins]
    ['1997-09-30', '1997-12-30', '1998-03-31']
    >>> round(found.accuracy("MBGNBD").rmse, 2), round(found.accuracy("last_period").rmse, 2)
    (0.67, 0.8)
    """
    known = MODELS["PurchaseHistories"]
    names = chosen_models(models, (*known, *BASELINES))
    start = rolling_origins(transactions, origins, horizon=horizon, unit=unit, grain=grain)
    forecasts: list[Forecast] = []
    duration = math.nan
    for origin in tracked(start, progress=progress, label="origins"):
        histories = purchase_histories(
            transactions,
            as_of=origin.as_of,
            unit=unit,
            grain=grain,
            first_purchase=first_purchase,
        )
        held = holdout(transactions, histories, until=origin.until)
        duration = held.duration
        forecasts += _from(transactions, origin, histories, held, names=names, penalty=penalty)
    events = "each instant" if grain is None else f"one event per {grain}"
    return Backtest(
        forecasts=tuple(forecasts),
        horizon=duration,
        unit=unit,
        definition=f"At each origin: models fitted to the purchases up to it; purchases of the "
        f"customers known by then in the {duration:g} {unit}s after it; {events}.",
        kind=transactions.kind,
    )


def _from(
    transactions: Transactions,
    origin: Origin,
    histories: Any,  # noqa: ANN401 - purchase histories
    held: Any,  # noqa: ANN401 - their holdout
    *,
    names: Sequence[str],
    penalty: float,
) -> list[Forecast]:
    """All forecasts from one origin."""
    cases = outcomes(histories, held)
    known = known_at(transactions, histories, before=origin.before, h=held.duration)
    return [
        by_baseline(name, origin.as_of, BASELINES[name](known), held.purchases)
        if name in BASELINES
        else by_model(name, origin.as_of, fitted(name, histories, penalty=penalty).model, cases)
        for name in names
    ]
