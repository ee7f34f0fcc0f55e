r"""Which model? Every model of the same histories on one table, and a recommendation.

In the sample, models are compared by Akaike's criterion, :math:`\mathrm{AIC} = 2k - 2\ln L`, and
by :math:`\mathrm{BIC} = k \ln N - 2 \ln L`: less is better, and a difference in AIC below 2 means
little [1]_. After the sample, by the mean of :math:`\ln P(N_i = n_i)`, the probability that a model
gave to what each customer then did: a proper score, which nothing but the truth can maximise [2]_.

Likelihoods of different data do not compare. Models of purchases at any time, at given
opportunities, and of contracts therefore have tables of their own.

References
----------
.. [1] Burnham, K. P. and Anderson, D. R. (2004). Multimodel Inference. Sociological Methods &
   Research 33(2), 261-304.
.. [2] Gneiting, T. and Raftery, A. E. (2007). Strictly Proper Scoring Rules, Prediction, and
   Estimation. Journal of the American Statistical Association 102(477), 359-378.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from retentionkit.clv._evaluation.accuracy import Accuracy, accuracy_of
from retentionkit.clv._evaluation.outcomes import outcomes, probability_of
from retentionkit.clv._evaluation.recommendation import Candidate, recommend
from retentionkit.clv._evaluation.registry import chosen_models, known_models, model_class
from retentionkit.errors import ConvergenceError, DataError, KindError
from retentionkit.histories import PurchaseHistories
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._evaluation.outcomes import Outcomes
    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.frames import FrameKind
    from retentionkit.histories import Holdout

__all__ = ["ModelComparison", "compare_models"]

_OF_A_FIT: Final = ("log_likelihood", "aic", "bic")
_AFTER: Final = ("log_score", "predicted", "bias", "mae", "rmse")


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelComparison(Result):
    """Models of the same customers, side by side.

    Attributes
    ----------
    fits
        The fit of each model, by its name.
    failed
        Why a model could not be fitted, by its name.
    probability_alive
        Mean probability that a customer is still one, by model; NaN where a model has none.
    accuracy
        Errors of each model's forecast of the holdout, by model; None without a holdout.
    sentences
        What each model says of customers.
    recommended
        Name of the recommended model; None where nothing speaks for one.
    recommendation
        The recommendation and its reason.
    n_customers
        Number of customers.
    definition
        What was compared on what.
    kind
        The kind of frame that the caller brought.
    """

    fits: Mapping[str, Fit[Any]]
    failed: Mapping[str, str]
    probability_alive: Mapping[str, float]
    accuracy: Mapping[str, Accuracy] | None
    sentences: Mapping[str, str]
    recommended: str | None
    recommendation: str
    n_customers: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Model comparison"

    def _table(self) -> Columns:
        rows = [self.fits.get(name) for name in self.sentences]
        limits = ["not fitted" if fit is None else fit.limit for fit in rows]
        columns: dict[str, Any] = {
            "model": list(self.sentences),
            "k": [len(model_class(name).names) for name in self.sentences],
            **{name: _numbers(getattr(fit, name, None) for fit in rows) for name in _OF_A_FIT},
            "alive": _numbers(map(self.probability_alive.get, self.sentences)),
        }
        if self.accuracy is not None:
            found = list(map(self.accuracy.get, self.sentences))
            columns |= {
                name: _numbers(getattr(one, name, None) for one in found) for name in _AFTER
            }
        return columns | ({"limit": limits} if any(limits) else {})

    def _facts(self) -> Mapping[str, str]:
        said = {
            name: f"{sentence} Not fitted: {self.failed[name]}" if name in self.failed else sentence
            for name, sentence in self.sentences.items()
        }
        return {
            "customers": f"{self.n_customers:,}",
            **said,
            "recommended": self.recommendation,
            "definition": self.definition,
        }


def compare_models(
    histories: Any,  # noqa: ANN401 - any kind of histories that models read
    *,
    holdout: Holdout | None = None,
    models: Sequence[str | type[Any]] | None = None,
    penalty: float = 0.0,
) -> ModelComparison:
    """Fit all models of some histories and set them side by side.

    Parameters
    ----------
    histories
        The customers. Their kind says which models there are: those of purchases at any time for
        `PurchaseHistories`.
    holdout
        What the customers did next, from `holdout(transactions, histories, until=...)`, for
        `PurchaseHistories`.
    models
        Names or classes of the models; None takes all that read these histories.
    penalty
        As in `fit`, for every model; with one, AIC and BIC do not exist.

    Returns
    -------
    ModelComparison
        The table, the fits and a recommendation with its reason.

    Raises
    ------
    DataError
        If the histories are too few for every model, or the holdout does not follow them.
    KindError
        If these are no histories, or of a kind that has no holdout.
    OptionError
        If a model is not known.
    ConvergenceError
        If every fit fails; it says which model failed first. Where some succeed, a model that fails
        keeps its row, without numbers, and its reason.

    Notes
    -----
    The holdout columns: `log_score`, the mean logarithm of the probability given to what each
    customer did (higher is better); `predicted`, the sum of the forecasts; `bias`, that sum over
    the actual one, less 1; `mae` and `rmse`, errors of a customer's forecast. `alive` is the mean
    P(alive). Mind that BG/NBD never lets a one-time buyer leave.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> found = rk.clv.compare_models(histories, models=("BGNBD", "MBGNBD", "NBD"))
    >>> found.recommended
    'MBGNBD'
    >>> {name: round(fit.aic, 2) for name, fit in found.fits.items()}
    {'BGNBD': 19172.86, 'MBGNBD': 19172.27, 'NBD': 19531.32}
    """
    known = known_models(histories)
    names = chosen_models(models, tuple(known))
    cases = None if holdout is None else _cases(histories, holdout)
    fits, failed = _all_fitted(names, histories, penalty=penalty)
    alive = {name: _alive(fit, histories) for name, fit in fits.items()}
    candidates: list[Candidate] = []
    accuracy: dict[str, Accuracy] = {}
    for name, fit in fits.items():
        if cases is None:
            candidates.append(Candidate(name, fit))
            continue
        with np.errstate(divide="ignore"):  # what a model held to be impossible scores -inf
            scores = np.log(probability_of(fit.model, cases))
        expected = fit.model.conditional_expected_purchases(cases.histories, cases.t)
        accuracy[name] = accuracy_of(expected, cases.purchases, cases.weight, scores=scores)
        candidates.append(Candidate(name, fit, scores, accuracy[name].bias))
    weight = None if cases is None else cases.weight
    recommended, reason = recommend(candidates, histories, weight)
    return ModelComparison(
        fits=fits,
        failed=failed,
        probability_alive=alive,
        accuracy=None if cases is None else accuracy,
        sentences={name: known[name] for name in names},
        recommended=recommended,
        recommendation=reason,
        n_customers=next(iter(fits.values())).n_customers,
        definition=_definition(histories, holdout),
        kind=getattr(histories, "kind", None),
    )


def _all_fitted(
    names: Sequence[str],
    histories: Any,  # noqa: ANN401 - any kind of histories that models read
    *,
    penalty: float,
) -> tuple[dict[str, Fit[Any]], dict[str, str]]:
    """The fits, and for the others the reason; an error only if there is no fit at all."""
    fits: dict[str, Fit[Any]] = {}
    errors: dict[str, ConvergenceError | DataError] = {}
    for name in names:
        try:
            fits[name] = fitted(name, histories, penalty=penalty)
        except (ConvergenceError, DataError) as error:
            errors[name] = error
    if not fits:
        raise next(iter(errors.values()))
    return fits, {name: _reason(error) for name, error in errors.items()}


def _reason(error: ConvergenceError | DataError) -> str:
    """What the fit itself said, without the name of the model."""
    return str(getattr(error.__cause__, "wrong", error.wrong))


def fitted(name: str, histories: Any, *, penalty: float) -> Fit[Any]:  # noqa: ANN401 - same
    """The fit of a model; a failure says which model failed."""
    try:
        return model_class(name).fit(histories, penalty=penalty)  # type: ignore[no-any-return]
    except ConvergenceError as error:
        raise ConvergenceError(
            f"{name} cannot be fitted to these histories: {error.wrong}",
            received=error.received,
            allowed=error.allowed,
            do=f"Leave {name} out with models=(...), or pass a small penalty. {error.do}",
        ) from error


def _cases(histories: Any, holdout: Holdout) -> Outcomes:  # noqa: ANN401 - same
    if isinstance(histories, PurchaseHistories):
        return outcomes(histories, holdout)
    raise KindError(
        "A holdout is compared for purchase histories only.",
        received=f"{type(histories).__name__} with a holdout",
        allowed="PurchaseHistories with a holdout, or other histories without one",
        do="Leave holdout out; fit on fewer periods and compare forecasts by hand.",
    )


def _alive(fit: Fit[Any], histories: Any) -> float:  # noqa: ANN401 - same
    """Mean probability of being alive; NaN where the model of a contract has no such thing."""
    probability = getattr(fit.model, "probability_alive", None)
    if probability is None:
        return math.nan
    return float(np.average(probability(histories), weights=histories.weight))


def _definition(histories: Any, holdout: Holdout | None) -> str:  # noqa: ANN401 - same
    told = getattr(histories, "definition", "")
    after = "" if holdout is None else f" Holdout: {holdout.definition}"
    return f"Fits to the same customers. {told}{after}"


def _numbers(values: Any) -> NDArray[np.float64]:  # noqa: ANN401 - an iterable of numbers or None
    return frozen_array([math.nan if one is None else one for one in values], np.float64)
