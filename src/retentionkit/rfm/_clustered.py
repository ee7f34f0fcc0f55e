"""Clusters of customers: what they look like, whether they come back, and who belongs to them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.durations import alike_windows
from retentionkit.errors import DataError, warn
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.rfm._cluster_space import measured
from retentionkit.rfm._cluster_tree import chinese_name, english_name
from retentionkit.rfm._segments import Segments, make_segments, measures_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._cluster_centres import ClusterCentres
    from retentionkit.rfm._cluster_space import ClusterSpace, Feature
    from retentionkit.rfm._cluster_stability import ClusterStability
    from retentionkit.rfm._cluster_tree import ClusterTree
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._table import RFMTable

__all__ = ["ClusterChoice", "ClusterMethod", "Clusters", "group_means", "medians", "segments_of"]

#: How clusters are found.
ClusterMethod: TypeAlias = Literal["kmeans", "gaussian-mixture"]
_SHOWN: Final[tuple[Feature, ...]] = ("days_since_last", "orders", "net_spend")


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterChoice(Result):
    """Numbers of clusters that were tried, and the one that was taken.

    Attributes
    ----------
    clusters
        Numbers of clusters, shape (m,).
    adjusted_rand
        Mean agreement with clusters of resampled customers; NaN without resamples.
    silhouette
        Mean silhouette, from -1 to 1: how much nearer customers are to their own cluster than to
        the next one; NaN where it is undefined.
    bic
        Bayesian information criterion of the mixture; NaN for k-means.
    chosen
        The number that was taken.
    definition
        One sentence: how it was chosen.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-12-31")
    >>> rk.rfm.cluster(table, clusters=[2, 3], resamples=5).choice.chosen
    2
    """

    clusters: NDArray[np.int64]
    adjusted_rand: NDArray[np.float64]
    silhouette: NDArray[np.float64]
    bic: NDArray[np.float64]
    chosen: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Number of clusters"

    def _table(self) -> Columns:
        bic = {} if np.isnan(self.bic).all() else {"bic": self.bic}
        return {
            "clusters": self.clusters,
            "adjusted_rand": self.adjusted_rand,
            "silhouette": self.silhouette,
            **bic,
            "chosen": self.clusters == self.chosen,
        }

    def _facts(self) -> Mapping[str, str]:
        return {"chosen": str(self.chosen), "definition": self.definition}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Clusters(Result):
    """Segments that nobody stated: customers who resemble each other, made by `cluster`.

    Attributes
    ----------
    segments
        The cluster of each customer, ranked by falling mean spend (without money, mean orders).
    method
        How they were found.
    centres
        Medians of the clusters in the units of the measures, each of shape (k,), by measure.
    mean_spend
        Mean net spend, shape (k,); None without money.
    stability
        Whether the clusters come back when the customers are drawn again; None if not asked for.
    silhouette
        Mean silhouette: near 1 if clusters lie apart, near 0 if they lie side by side; NaN where it
        is undefined.
    cloud_adjusted_rand, cloud_silhouette
        The same two of simulated customers without groups: as many clusters of as many customers,
        from one normal distribution with the same covariance. NaN where undefined.
    tree
        A few rules that nearly say the same.
    choice
        The numbers of clusters that were tried; None for a given number.
    space
        The frozen transformation of the measures.
    parts
        The frozen centres, or parts of the mixture, in that space.
    bic
        Bayesian information criterion of the mixture; NaN for k-means.
    n
        Customers in clusters.
    n_fitted
        How many of them the clusters were made of.
    notes
        What to know of these clusters.
    definition
        One sentence: measures, transformation, method, order.
    """

    segments: Segments
    method: ClusterMethod
    centres: Mapping[str, NDArray[np.float64]]
    mean_spend: NDArray[np.float64] | None
    stability: ClusterStability | None
    silhouette: float
    cloud_adjusted_rand: float
    cloud_silhouette: float
    tree: ClusterTree
    choice: ClusterChoice | None
    space: ClusterSpace
    parts: ClusterCentres
    bic: float
    n: int
    n_fitted: int
    notes: tuple[str, ...]
    definition: str

    _heading: ClassVar[str] = "Clusters"

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the clusters."""
        return self.segments.names

    @property
    def counts(self) -> NDArray[np.int64]:
        """Customers in each cluster."""
        return self.segments.counts

    def assign(self, table: RFMTable | RFMScores) -> Segments:
        """The clusters of other customers, or of the same ones at another date.

        Transformation and centres stay what they were, so that a move between clusters is a move
        of the customer.

        Parameters
        ----------
        table
            Measures of customers, or scores with their measures.

        Returns
        -------
        Segments

        Raises
        ------
        DataError
            A measure of the clusters is missing, or money is in another currency.

        Warns
        -----
        RetentionKitWarning
            The window has another length: orders and spend grow with it.
        """
        later, fitted = measures_of(table), self.segments.table
        if None not in {later.currency, fitted.currency} and later.currency != fitted.currency:
            raise DataError(
                "Money is in another currency than that of the clusters.",
                received=f"measures in {later.currency}",
                allowed=f"measures in {fitted.currency}",
                do="Convert the amounts when the log is read: rates=.",
            )
        if not alike_windows(later.window, fitted.window):
            warn(
                f"The measures look back {later.window} days, those of the clusters "
                f"{fitted.window} days: orders and spend grow with the window."
            )
        position = self.parts.place(self.space.coordinates(later))
        return segments_of(later, position, k=len(self.parts), definition=self.definition)

    def _cloud(self) -> str:
        """The measures of a cloud without groups, in words."""
        rand, apart = self.cloud_adjusted_rand, self.cloud_silhouette
        index = "" if math.isnan(rand) else f"adjusted Rand index {rand:.2f}, "
        made = "simulated customers without groups, cut in the same way"
        return f"{made}: {index}silhouette {apart:.2f}"

    def _frame_kind(self) -> FrameKind:
        return self.segments.table.kind or "pandas"

    def _table(self) -> Columns:
        jaccard = {} if self.stability is None else {"jaccard": self.stability.jaccard}
        spend = {} if self.mean_spend is None else {"mean_net_spend": self.mean_spend}
        return {
            "cluster": list(self.names),
            "customers": self.counts,
            "share": self.counts / self.n,
            **{f"median_{name}": values for name, values in self.centres.items()},
            **spend,
            **jaccard,
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"customers": f"{self.n:,} as of {self.segments.table.as_of}"}
        if self.segments.n_refund_only:
            facts["refund only"] = f"{self.segments.n_refund_only:,} customers without an order"
        if self.stability is not None:
            low, high = self.stability.spread.low, self.stability.spread.high
            facts["stability"] = (
                f"adjusted Rand index {self.stability.mean:.2f} (90 % of "
                f"{len(self.stability.adjusted_rand)} resamples: {low:.2f} to {high:.2f}). "
                f"{self.stability.reading}"
            )
        if not math.isnan(self.silhouette):
            facts["silhouette"] = f"{self.silhouette:.2f} (1: far apart, 0: side by side)"
            facts["no groups"] = self._cloud()
        facts["tree"] = (
            f"{len(self.tree.customers)} rules agree with {100 * self.tree.fidelity:.1f} %"
        )
        if self.notes:
            facts["note"] = " ".join(self.notes)
        return {**facts, "definition": self.definition}


def segments_of(
    table: RFMTable, position: NDArray[np.int64], *, k: int, definition: str
) -> Segments:
    """The clusters of customers as segments, the first one the best."""
    return make_segments(
        table,
        position,
        names=tuple(f"cluster_{at}" for at in range(1, k + 1)),
        english=tuple(map(english_name, range(k))),
        chinese=tuple(map(chinese_name, range(k))),
        ranked=True,
        definition=definition,
    )


def medians(segments: Segments, features: tuple[Feature, ...]) -> dict[str, NDArray[np.float64]]:
    """Median of each measure in each cluster, also of the usual measures that were not asked."""
    table, groups = segments.table, range(len(segments.names))
    shown = [name for name in _SHOWN if getattr(table, name) is not None]
    found: dict[str, NDArray[np.float64]] = {}
    for name in dict.fromkeys([*shown, *features]):
        values = measured(table, name)
        middle = [np.median(values[segments.position == group]) for group in groups]
        found[name] = frozen_array(middle, np.float64)
    return found


def group_means(
    values: NDArray[np.float64], position: NDArray[np.int64], k: int
) -> NDArray[np.float64]:
    """Mean of each group, NaN for an empty one; added up from the lowest value to the highest."""
    order = np.argsort(values, kind="stable")
    order = order[position[order] >= 0]
    sums = np.bincount(position[order], weights=values[order], minlength=k)
    counts = np.bincount(position[order], minlength=k)
    return np.asarray(np.divide(sums, counts, out=np.full(k, np.nan), where=counts > 0))
