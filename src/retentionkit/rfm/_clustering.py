r"""Which customers resemble each other, if nobody states rules?

k-means finds the :math:`k` centres :math:`c_j` that minimise
:math:`\sum_i \min_j \lVert z_i - c_j \rVert^2` over the transformed measures :math:`z_i`; a
Gaussian mixture finds weights, means and covariances of :math:`k` normal distributions of greatest
likelihood. Both always find something. Whether it is a structure of the customers is told by the
clusters of resampled customers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_whole
from retentionkit.results import frozen_array
from retentionkit.rfm import _clusters
from retentionkit.rfm._cluster_sample import (
    ClusterSample,
    check_different,
    drawn_from,
    evenly,
    numbers_of_clusters,
)
from retentionkit.rfm._cluster_space import measured, read_features, space_of
from retentionkit.rfm._cluster_stability import LOOSE, adjusted_rand, crossed, stability_of
from retentionkit.rfm._cluster_tree import explain
from retentionkit.rfm._clustered import (
    ClusterChoice,
    ClusterMethod,
    Clusters,
    group_means,
    medians,
    segments_of,
)
from retentionkit.rfm._segments import measures_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._cluster_centres import ClusterCentres
    from retentionkit.rfm._cluster_space import ClusterSpace, Feature
    from retentionkit.rfm._cluster_stability import ClusterStability
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._table import RFMTable

__all__ = ["cluster"]

#: Customers whose silhouette is taken; its cost grows with their square.
_SILHOUETTES: Final = 2_000
#: How much further apart than a cloud clusters lie before that is worth a word; a convention.
_FURTHER: Final = 0.05
_NEAR: Final = "They lie no further apart than clusters of simulated customers without groups."
_METHODS: Final[dict[ClusterMethod, str]] = {
    "kmeans": "k-means",
    "gaussian-mixture": "a Gaussian mixture",
}


class _Trial(NamedTuple):
    """Clusters of one number, ranked."""

    parts: ClusterCentres
    position: NDArray[np.int64]
    stability: ClusterStability | None
    silhouette: float
    bic: float
    notes: tuple[str, ...]


def cluster(
    table: RFMTable | RFMScores,
    *,
    clusters: int | Sequence[int] = 5,
    method: ClusterMethod = "kmeans",
    features: Sequence[Feature] | None = None,
    resamples: int = 20,
    depth: int = 3,
    sample: int = 10_000,
    rng: np.random.Generator | int = 0,
) -> Clusters:
    """Group customers who resemble each other, and say how far the groups can be trusted.

    Needs scikit-learn: `pip install "retentionkit[clusters]"`.

    Parameters
    ----------
    table
        The measures, or scores with their measures.
    clusters
        How many, or several numbers to try, such as `range(2, 9)`. Of these, k-means takes the one
        of greatest silhouette among those that come back in resamples (adjusted Rand index of at
        least 0.6, if any has it); a mixture takes the one of lowest BIC.
    method
        `"kmeans"`, or `"gaussian-mixture"` with a full covariance for each part.
    features
        Measures by which customers are compared. Default: days since the last order, orders and net
        spend, as far as the log has them.
    resamples
        How often the customers are drawn again to see whether the clusters come back; 0 for never.
    depth
        Most questions of the tree that explains the clusters.
    sample
        Most customers of whom clusters are made: evenly spaced ones after sorting all by the
        features. All customers are assigned.
    rng
        Seed or generator; equal seeds give equal clusters, in any order of the rows.

    Returns
    -------
    Clusters
        The clusters, numbered by falling mean spend. `.segments` goes where segments go.

    Raises
    ------
    DataError
        There are fewer different customers than clusters, or a feature is missing.
    OptionError
        An option is out of range.
    MissingExtraError
        scikit-learn is not installed.

    Notes
    -----
    Days and counts x are taken as log(1 + x), money m as arsinh(m / median), each with standard
    deviation 1. The unit of money does not matter. Parts of a mixture are at least a tenth of that
    standard deviation wide: repeated values would otherwise be parts without width.

    References
    ----------
    Hubert and Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218, for the
    adjusted Rand index. Hennig (2007), Cluster-wise assessment of cluster stability, Computational
    Statistics and Data Analysis 52, 258-271, for the resamples. Rousseeuw (1987), Silhouettes,
    Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-12-31")
    >>> found = rk.rfm.cluster(table, clusters=3)
    >>> found.counts, found.centres["orders"]
    (array([ 323,  604, 1430]), array([6., 2., 1.]))
    >>> round(found.stability.mean, 2), round(found.tree.fidelity, 2)
    (0.95, 0.89)
    """
    measures = measures_of(table)
    check_choice("method", method, get_args(ClusterMethod))
    numbers = numbers_of_clusters(clusters)
    draws = check_whole("resamples", resamples, low=0)
    levels = check_whole("depth", depth, low=1, high=10)
    size = check_whole("sample", sample, low=100)
    names = read_features(measures, features)
    buyers = measures[~measures.refund_only]
    check_different(len(buyers), max(numbers))
    space = space_of(buyers, names)
    everybody = space.coordinates(measures)
    drawn = drawn_from(everybody, ~measures.refund_only, size=size, clusters=max(numbers))
    root = int(np.random.default_rng(rng).integers(2**31))
    with _clusters.quietly():
        trials = {
            k: _try(measures, everybody, drawn, k, method=method, resamples=draws, root=root)
            for k in numbers
        }
        several = isinstance(clusters, Iterable)
        choice = _choice(trials, method, measures.kind) if several else None
        k = numbers[0] if choice is None else choice.chosen
        cloud = _cloud(drawn, k, method=method, resamples=draws, root=root)
        return _result(measures, trials[k], cloud, choice, drawn, space, method, levels)


def _result(
    measures: RFMTable,
    trial: _Trial,
    cloud: tuple[float, float],
    choice: ClusterChoice | None,
    drawn: ClusterSample,
    space: ClusterSpace,
    method: ClusterMethod,
    depth: int,
) -> Clusters:
    k = len(trial.parts)
    by = "orders" if measures.net_spend is None else "net_spend"
    definition = (
        f"{k} clusters by {_METHODS[method]} on {space.in_words()}; numbered by falling mean {by}."
    )
    segments = segments_of(measures, trial.position, k=k, definition=definition)
    n = int((~measures.refund_only).sum())
    sampled = (f"Made of {len(drawn.row):,} evenly spaced customers; all are assigned.",)
    near = (_NEAR,) if trial.silhouette < cloud[1] + _FURTHER else ()
    spend = measures.net_spend
    return Clusters(
        segments=segments,
        method=method,
        centres=medians(segments, space.features),
        mean_spend=None
        if spend is None
        else frozen_array(group_means(spend, segments.position, k), np.float64),
        stability=trial.stability,
        silhouette=trial.silhouette,
        cloud_adjusted_rand=cloud[0],
        cloud_silhouette=cloud[1],
        tree=explain(
            segments,
            drawn.row,
            drawn.distinct[drawn.which],
            space.features,
            _clusters.grow,
            depth=depth,
        ),
        choice=choice,
        space=space,
        parts=trial.parts,
        bic=trial.bic,
        n=n,
        n_fitted=len(drawn.row),
        notes=(sampled if len(drawn.row) < n else ()) + near + trial.notes,
        definition=definition,
    )


def _try(
    measures: RFMTable,
    everybody: NDArray[np.float64],
    drawn: ClusterSample,
    k: int,
    *,
    method: ClusterMethod,
    resamples: int,
    root: int,
) -> _Trial:
    """Clusters of one number, and how far they come back."""
    generator = np.random.default_rng([root, k])
    learn = partial(_clusters.learn, method=method)
    learned = learn(drawn.distinct, drawn.weight, k, seed=_seed(generator))
    order = _ranking(measures, learned.parts, learned.parts.place(everybody))
    parts = learned.parts.reordered(order)
    rows = parts.place(drawn.distinct)
    others = [_again(drawn, k, generator, learn).place(drawn.distinct) for _ in range(resamples)]
    names = tuple(f"cluster_{at}" for at in range(1, len(parts) + 1))
    seen = evenly(len(drawn.row), _SILHOUETTES)
    notes: list[str] = []
    if not learned.converged:
        notes.append("The search for the clusters did not converge.")
    if len(parts) < k:
        notes.append(f"{k - len(parts)} of {k} parts are the most probable one for nobody.")
    return _Trial(
        parts=parts,
        position=parts.place(everybody),
        stability=stability_of(names, rows, drawn.weight, others, kind=measures.kind)
        if others
        else None,
        silhouette=_clusters.silhouette(drawn.distinct[drawn.which][seen], rows[drawn.which][seen]),
        bic=learned.bic,
        notes=tuple(notes),
    )


def _cloud(
    drawn: ClusterSample, k: int, *, method: ClusterMethod, resamples: int, root: int
) -> tuple[float, float]:
    """Agreement and silhouette of the same clusters, if customers were one normal distribution."""
    generator = np.random.default_rng([root, k, 1])
    n, d = len(drawn.row), drawn.distinct.shape[1]
    spread = np.cov(drawn.distinct, rowvar=False, aweights=drawn.weight, bias=True).reshape(d, d)
    # Eigenvectors have no sign of their own; the symmetric root does not need one.
    values, vectors = np.linalg.eigh(spread)
    root_of = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    rows = generator.standard_normal((n, d)) @ root_of
    each = np.arange(n)
    made = ClusterSample(each, rows, np.ones(n, dtype=np.int64), each)
    learn = partial(_clusters.learn, method=method)
    parts = learn(rows, made.weight, k, seed=_seed(generator)).parts
    position = parts.place(rows)
    others = [_again(made, k, generator, learn).place(rows) for _ in range(resamples)]
    agreed = [adjusted_rand(crossed(position, other, made.weight)) for other in others]
    seen = evenly(n, _SILHOUETTES)
    return (
        float(np.mean(agreed)) if agreed else math.nan,
        _clusters.silhouette(rows[seen], position[seen]),
    )


def _again(
    drawn: ClusterSample,
    k: int,
    generator: np.random.Generator,
    learn: Callable[..., _clusters.Learned],
) -> ClusterCentres:
    """Clusters of as many customers, drawn with replacement."""
    n = int(drawn.weight.sum())
    weight = generator.multinomial(n, drawn.weight / n)
    met = weight > 0
    few = min(k, int(met.sum()))
    return learn(drawn.distinct[met], weight[met], few, seed=_seed(generator)).parts


def _ranking(
    measures: RFMTable, parts: ClusterCentres, position: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Clusters with customers, by falling mean spend."""
    k = len(parts)
    inside = np.where(measures.refund_only, -1, position)
    by = measured(measures, "orders" if measures.net_spend is None else "net_spend")
    means = group_means(by, inside, k)
    order = np.lexsort([*parts.points.T, -means])
    return np.asarray(order[~np.isnan(means[order])])


def _choice(
    trials: dict[int, _Trial], method: ClusterMethod, kind: FrameKind | None
) -> ClusterChoice:
    """The number of clusters that is taken, beside those that were tried."""
    numbers = np.array(list(trials), dtype=np.int64)
    found = list(trials.values())
    rand = np.array([math.nan if one.stability is None else one.stability.mean for one in found])
    apart = np.array([one.silhouette for one in found])
    bic = np.array([one.bic for one in found])
    if method == "kmeans":
        able = rand >= LOOSE
        merit = np.where(able | ~able.any(), np.nan_to_num(apart, nan=-1.0), -np.inf)
        how = f"The greatest silhouette among those of an adjusted Rand index of {LOOSE} or more"
        how += "." if able.any() else ", which none has: the greatest of all."
    else:
        merit, how = -bic, "The lowest BIC."
    return ClusterChoice(
        clusters=frozen_array(numbers, np.int64),
        adjusted_rand=frozen_array(rand, np.float64),
        silhouette=frozen_array(apart, np.float64),
        bic=frozen_array(bic, np.float64),
        chosen=int(numbers[merit.argmax()]),
        definition=how,
        kind=kind,
    )


def _seed(generator: np.random.Generator) -> int:
    return int(generator.integers(2**31))
