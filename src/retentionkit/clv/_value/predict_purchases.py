"""Predictive intervals of purchase counts, from the conditional pmf of any purchase model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence, check_whole
from retentionkit.clv._fitting.fit import fit_of
from retentionkit.clv._models.purchase_model import purchase_model
from retentionkit.clv._value.ahead import Ahead, Block, look_ahead, mixed_cumulants
from retentionkit.clv._value.delta import Part, loadings
from retentionkit.clv._value.predicted_purchases import PredictedPurchases
from retentionkit.clv._value.terms import horizon_words
from retentionkit.errors import OptionError
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.clv._value.ahead import Floats, Positions
    from retentionkit.durations import Duration

__all__ = ["check_predictive", "parameter_words", "predict_purchases", "predicted_loadings"]

#: Whether limits of a customer leave the parameters out or mix them in.
Parameters: TypeAlias = Literal["apart", "mixed"]

#: Tails smaller than this lie too near to what a distribution leaves out.
_SUREST: Final = 1 - 1e-6
#: Customers times counts held at once while parameters are mixed in.
_HELD: Final = 1 << 21


def predict_purchases(
    purchases: Fit[TransactionModel[Any]] | TransactionModel[Any],
    histories: Any,  # noqa: ANN401 - of the kind that the model reads
    *,
    horizon: Duration,
    confidence: float = 0.95,
    parameters: Parameters = "apart",
    draws: int = 100,
    rng: np.random.Generator | int = 0,
) -> PredictedPurchases:
    """How many purchases each customer will make, with limits for what really happens.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    histories
        The customers, shape (n,), of the kind that the model reads.
    horizon
        How far ahead: a number of units, or text such as `"12 months"`.
    confidence
        Probability that a customer's purchases lie between `low` and `high`, at least: counts are
        whole numbers. Below 1 by at least 1e-6.
    parameters
        `"apart"`: the limits cover the randomness of purchases at the estimated parameters; what
        these leave open is `parameter_standard_error`. `"mixed"`: the limits are those of the pmf
        averaged over draws of the parameters.
    draws
        How many sets of parameters to draw, where they are mixed in.
    rng
        Seed or generator of these draws.

    Returns
    -------
    PredictedPurchases
        One row for each customer, and the total of all.

    Raises
    ------
    KindError
        If `purchases` is no fit or model of purchases, or the histories are of another kind.
    OptionError
        If an option is out of range; if parameters shall be mixed in without a fit, or its
        covariance is not known.

    Notes
    -----
    Counts whose probability together is at most 1e-10 are left out; `truncation` says how much.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> h = rk.PurchaseHistories.from_arrays([2, 26], [30.43, 30.86], [38.86, 31], unit="week")
    >>> ahead = rk.clv.predict_purchases(model, h, horizon="39 weeks")
    >>> ahead.low.tolist(), ahead.high.tolist()
    ([0, 0], [5, 42])
    >>> ahead.expected.round(2)
    array([ 1.23, 20.75])
    """
    check_predictive(confidence)
    check_choice("parameters", parameters, get_args(Parameters))
    model = purchase_model(purchases)
    ahead = look_ahead(model, histories, horizon)
    low, high, none, variance, third, truncation = _summaries(ahead, confidence)
    if parameters == "mixed":
        models = _drawn(purchases, draws, rng)
        low, high = _mixed(ahead, models, histories, confidence)
    ids, weight = getattr(histories, "customer", None), histories.weight
    return PredictedPurchases(
        expected=frozen_array(model.conditional_expected_purchases(histories, horizon), np.float64),
        low=frozen_array(low, np.int64),
        high=frozen_array(high, np.int64),
        probability_none=frozen_array(none, np.float64),
        variance=frozen_array(variance, np.float64),
        third_moment=frozen_array(third, np.float64),
        loadings=predicted_loadings(purchases, histories, horizon),
        customer=None if ids is None else frozen_array(ids, ids.dtype),
        weight=frozen_array(weight, np.float64),
        horizon=ahead.horizon,
        unit=model.unit,
        confidence=float(confidence),
        truncation=max(truncation, 0.0),
        definition="Purchases of each customer after the end of observation, over "
        f"{horizon_words(horizon, model.unit)}.",
        covers=parameter_words(confidence, "purchases", mixed=parameters == "mixed"),
        ahead=ahead,
        frame_kind=getattr(histories, "kind", None),
    )


def _summaries(
    ahead: Ahead, confidence: float
) -> tuple[Positions, Positions, Floats, Floats, Floats, float]:
    """Limits, the probability of none, two central moments of each customer; what was cut off."""
    size = len(ahead.alive)
    low, high = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    none, variance, third = np.empty(size), np.empty(size), np.empty(size)
    truncation = 0.0
    for block in ahead.blocks():
        here, row = block.customers, block.row
        alive = ahead.alive[here]
        mean, spread, skew = _moments(block.pmf)
        variance[here], third[here] = mixed_cumulants(alive, mean[row], spread[row], skew[row])
        none[here] = 1 - alive + alive * block.pmf[row, 0]
        for limits, level in ((low, 0.5 - confidence / 2), (high, 0.5 + confidence / 2)):
            limits[here] = _quantile(block, alive, level)
        truncation = max(truncation, float(np.max(1 - block.pmf.sum(axis=1))))
    return low, high, none, variance, third, truncation


def check_predictive(confidence: float) -> float:
    """A confidence whose tails are larger than what a distribution leaves out."""
    if check_confidence(confidence) <= _SUREST:
        return confidence
    raise OptionError(
        "`confidence` is too near to 1 for a predictive interval.",
        received=repr(confidence),
        allowed="(0, 0.999999]",
        do="Ask for less, such as confidence=0.999.",
    )


def parameter_words(confidence: float, what: str, *, mixed: bool = False) -> str:
    """What predictive limits cover."""
    said = f"{100 * confidence:g} %: the randomness of {what}"
    if mixed:
        return said + " and the uncertainty of the parameters (Laplace draws), mixed."
    return said + " at these parameters. What the parameters leave open is apart from it."


def predicted_loadings(purchases: object, histories: Any, horizon: Duration) -> Floats | None:  # noqa: ANN401 - of the model's kind
    """Responses of the expected purchases to the parameters of a fit."""

    def expected(model: Any) -> Floats:  # noqa: ANN401 - a model
        found: Floats = model.conditional_expected_purchases(histories, horizon)
        return found

    return loadings(Part(purchases, expected), defined=np.ones(len(histories), dtype=bool))


def _moments(pmf: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment of each row."""
    n = np.arange(pmf.shape[1], dtype=np.float64)
    mean = pmf @ n
    away = n - mean[:, None]
    weighted = pmf * away**2
    return mean, weighted.sum(axis=1), (weighted * away).sum(axis=1)


def _quantile(block: Block, alive: Floats, level: float) -> Positions:
    """The smallest n with P(N <= n) of at least the level, for each customer of a block."""
    wide = block.pmf.shape[1]
    offset = 2.0 * np.arange(len(block.pmf))  # rows lie apart, so that one search serves all
    heights = (np.minimum(np.cumsum(block.pmf, axis=1), 1.0) + offset[:, None]).ravel()
    # P(N <= n) >= level is P(N <= n | alive) >= (level - gone) / alive.
    needed = np.divide(level - (1 - alive), alive, out=np.zeros_like(alive), where=alive > 0)
    found = np.searchsorted(heights, np.maximum(needed, 0.0) + offset[block.row])
    return np.asarray(np.minimum(found - wide * block.row, wide - 1))


def _drawn(purchases: object, draws: int, rng: np.random.Generator | int) -> list[Any]:
    fit = fit_of(purchases)
    if fit is None:
        raise OptionError(
            "A model without a fit has no uncertain parameters to mix in.",
            received="parameters='mixed'",
            allowed="a fit; or parameters='apart'",
            do="Fit the model to histories, or leave `parameters` out.",
        )
    return list(fit.draws(check_whole("draws", draws, low=1), rng=rng))


def _mixed(
    ahead: Ahead,
    models: list[Any],
    histories: Any,  # noqa: ANN401 - of the model's kind
    confidence: float,
) -> tuple[Positions, Positions]:
    """Limits of the distribution averaged over models."""
    worlds = [ahead.under(model, histories) for model in models]
    low, high = (np.zeros(len(ahead.at), dtype=np.int64) for _ in range(2))
    for block in ahead.blocks():
        tables = [np.cumsum(world.table(block.pairs), axis=1) for world in worlds]
        wide = max(table.shape[1] for table in tables)
        for first in range(0, len(block.customers), 1 + _HELD // wide):
            some = slice(first, first + 1 + _HELD // wide)
            here, row = block.customers[some], block.row[some]
            beyond = np.zeros((len(here), wide))
            for world, table in zip(worlds, tables, strict=True):
                rest = world.alive[here, None] * np.maximum(1 - table[row], 0.0)
                beyond[:, : table.shape[1]] += rest / len(worlds)
            low[here] = np.count_nonzero(beyond > 0.5 + confidence / 2, axis=1)
            high[here] = np.count_nonzero(beyond > 0.5 - confidence / 2, axis=1)
    return low, high
