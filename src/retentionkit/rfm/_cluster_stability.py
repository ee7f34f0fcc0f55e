r"""Do the same clusters come back when the customers are drawn again?

The customers are drawn again with replacement, clusters are made anew, and both partitions sort
the same customers. With :math:`n_{ij}` customers in old cluster i and new cluster j, row and
column sums :math:`a_i, b_j` and :math:`q(x) = x (x - 1) / 2`, their agreement beyond chance is

.. math::

    \mathrm{ARI} = \frac{\sum_{ij} q(n_{ij}) - E}{\frac12 (\sum_i q(a_i) + \sum_j q(b_j)) - E},
    \qquad E = \frac{\sum_i q(a_i) \sum_j q(b_j)}{q(n)}

and an old cluster A comes back as far as :math:`\max_B |A \cap B| / |A \cup B|`.

References: Hubert and Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218.
Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics and Data
Analysis 52, 258-271.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit.results import Columns, Interval, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["LOOSE", "ClusterStability", "adjusted_rand", "crossed", "returned", "stability_of"]

#: Below this mean agreement, clusters are no structure of the data; a convention.
LOOSE: Final = 0.6
#: From this mean agreement on, clusters come back; a convention.
FIRM: Final = 0.8
_SPREAD: Final = 0.9


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterStability(Result):
    """How far clusters come back when the customers are drawn again.

    Attributes
    ----------
    names
        Keys of the clusters.
    adjusted_rand
        Adjusted Rand index of each resample with the clusters, shape (resamples,): 1 for the same
        clusters, 0 for what chance would give.
    mean
        Mean of `adjusted_rand`.
    spread
        The central 90 % of `adjusted_rand`.
    jaccard
        How far each cluster comes back, shape (k,): customers it shares with the most similar new
        cluster, over customers in either; mean over the resamples.
    n
        Customers who were drawn again in each resample.
    definition
        One sentence: how this was measured.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-12-31")
    >>> rk.rfm.cluster(table, clusters=2).stability.jaccard.round(2)
    array([0.95, 0.98])
    """

    names: tuple[str, ...]
    adjusted_rand: NDArray[np.float64]
    mean: float
    spread: Interval
    jaccard: NDArray[np.float64]
    n: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Stability of clusters"

    @property
    def reading(self) -> str:
        """What the mean agreement says, in one sentence."""
        if self.mean < LOOSE:
            return (
                "These clusters do not come back when the customers are drawn again: they are no "
                "structure of the data. Use rules."
            )
        if self.mean < FIRM:
            return "The borders of these clusters move when the customers are drawn again."
        return (
            "The clusters come back when the customers are drawn again. That shows that their "
            "borders can be reproduced, not that there are gaps between them."
        )

    def _table(self) -> Columns:
        return {"cluster": list(self.names), "jaccard": self.jaccard}

    def _facts(self) -> Mapping[str, str]:
        low, high = self.spread.low, self.spread.high
        return {
            "adjusted Rand": f"{self.mean:.2f} (90 % of resamples: {low:.2f} to {high:.2f})",
            "resamples": f"{len(self.adjusted_rand):,} of {self.n:,} customers",
            "reading": self.reading,
            "definition": self.definition,
        }


def stability_of(
    names: tuple[str, ...],
    position: NDArray[np.int64],
    weight: NDArray[np.int64],
    others: Sequence[NDArray[np.int64]],
    *,
    kind: FrameKind | None = None,
) -> ClusterStability:
    """The clusters of these rows beside those of each resample."""
    tables = [crossed(position, other, weight) for other in others]
    agreement = np.array([adjusted_rand(table) for table in tables])
    edge = (1 - _SPREAD) / 2
    low, high = np.quantile(agreement, [edge, 1 - edge])
    return ClusterStability(
        names=names,
        adjusted_rand=frozen_array(agreement, np.float64),
        mean=float(agreement.mean()),
        spread=Interval(float(low), float(high), _SPREAD),
        jaccard=frozen_array(np.mean([returned(table) for table in tables], axis=0), np.float64),
        n=int(weight.sum()),
        definition=(
            "Customers drawn again with replacement, clusters made anew in the same way, and the "
            "customers sorted by both."
        ),
        kind=kind,
    )


def crossed(
    one: NDArray[np.int64], other: NDArray[np.int64], weight: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Customers by their positions in two partitions."""
    rows, columns = int(one.max()) + 1, int(other.max()) + 1
    cells = np.bincount(one * columns + other, weights=weight, minlength=rows * columns)
    return cells.reshape(rows, columns).astype(np.float64)


def adjusted_rand(table: NDArray[np.float64]) -> float:
    """The adjusted Rand index of two partitions, from their table."""

    def pairs(counts: NDArray[np.float64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns = pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(table.sum(keepdims=True))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def returned(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The greatest Jaccard similarity of each row's cluster with one of the columns."""
    either = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
    return np.asarray((table / np.maximum(either, 1)).max(axis=1))
