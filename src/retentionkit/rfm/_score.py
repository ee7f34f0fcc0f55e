r"""From measures to scores: 1 for the worst, the number of bins for the best.

Equal values get equal scores, always. Where customers tie, a class is larger than the others and
another one may not occur; nothing in the data could tell the tied apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit.rfm._notes import say_notes
from retentionkit.rfm._scales import scaled, scored
from retentionkit.rfm._scoring import read_scoring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from retentionkit.rfm._scored import Dimension, RFMScores
    from retentionkit.rfm._scoring import Bins, Compat, Ties
    from retentionkit.rfm._table import RFMTable

__all__ = ["score"]


def score(
    table: RFMTable,
    *,
    bins: Bins | None = None,
    ties: Ties = "midrank",
    nested: bool = False,
    cuts: Literal["quantiles", "mean"] | Mapping[Dimension, Sequence[float]] | None = None,
    weights: tuple[float, float, float] = (1, 1, 1),
    compat: Compat | None = None,
) -> RFMScores:
    r"""Score recency, frequency and money from 1 (worst) to the number of bins (best).

    Parameters
    ----------
    table
        The measures, from `measure`.
    bins
        Number of classes, 2 to 99: one number, or three of them for recency, frequency and money.
        Default: 5; 2 for the mean; one more than the cuts where `cuts` gives them.
    ties
        `"midrank"`: equal values get equal scores, those of their mean rank. `"spread_by_id"`:
        equal values are spread over classes of equal size, those with the lower customer id into
        the lower class, although nothing that they did tells them apart.
    nested
        Score the frequency within each class of recency, and money within each class of both.
    cuts
        None to score by rank. `"quantiles"`: one more than the number of quantiles of the measure
        below the customer's, for recency the best score less that number. `"mean"`: 2 for a measure
        as good as the mean or better, else 1. Or rising cut points of your own, such as
        `{"recency": [30, 90], "monetary": [100, 500]}`; dimensions left out are scored by rank. A
        customer at a cut belongs to the better class: at most so many days, at least so many orders
        or so much money.
    weights
        Weights of recency, frequency and money in the combined score, which is their mean.
    compat
        `"r-rfm"`: the cuts of version 0.3.0 of the R package rfm, faults included; see Notes.

    Returns
    -------
    RFMScores
        Scores beside the measures, in the order of `table`. Customers who only sent goods back are
        not scored.

    Raises
    ------
    OptionError
        An option is none of its choices, or two of them exclude each other.
    DataError
        Nobody in the table has an order.
    KindError
        `table` is no table of measures.

    Notes
    -----
    With b bins and n customers, a group of equal values of mean rank r, the worst first, scores

    .. math:: \min\left(b, 1 + \left\lfloor b (r - 1/2) / n \right\rfloor\right).

    Amounts within a share of 1e-9 of each other are equal, as are 0 and what cancelled refunds
    leave: 1e-9 of the median amount.

    Quantiles are those of type 7: the default of numpy and R. Cuts of ranks are the lowest measures
    of their classes, cuts by quantiles the least measure above each, whoever has it; means and cuts
    of your own are kept. All but your own are rounded to twelve digits, which moves no score.
    Passed back, the cuts of scores give the same classes, numbered from 1 without the levels that
    do not occur; a `Scorer` keeps the numbers.

    The R package adds 1 to each quantile, and classes begin at a cut. So scores depend on the
    currency: amounts from 0.1 to 0.8 all score 1. Dates and orders are still those of `measure`:
    the package counts rows and keeps what happened after the day of analysis.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-09-30")
    >>> scores = rk.rfm.score(table)
    >>> scores.notes
    ('frequency: 3 of 5 levels occur; 1,411 of 2,357 customers tie at 1 order.',)
    >>> rk.rfm.score(table, cuts={"recency": [30, 90, 180]}).bins
    (4, 5, 5)
    """
    how = read_scoring(
        table, bins=bins, ties=ties, nested=nested, cuts=cuts, weights=weights, compat=compat
    )
    parts = scaled(table, how)
    return scored(
        table,
        parts,
        bins=how.bins,
        weights=how.weights,
        notes=say_notes(table, parts, how.bins),
        definition=how.definition,
    )
