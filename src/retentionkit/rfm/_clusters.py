"""The only door to scikit-learn: arrays in, arrays out, nothing of it is kept."""
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.errors import MissingExtraError
from retentionkit.rfm._cluster_centres import ClusterCentres, centres_of
from retentionkit.rfm._cluster_tree import Grown

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from retentionkit.rfm._clustered import ClusterMethod

__all__ = ["Learned", "grow", "learn", "quietly", "silhouette"]

_STARTS: Final[dict[ClusterMethod, int]] = {"kmeans": 10, "gaussian-mixture": 2}
#: No part of a mixture is narrower than a tenth of a standard deviation: customers who bought once
#: would be a part without width, and its likelihood without bound.
_NARROWEST: Final = 0.1
_ITERATIONS: Final = 1_000
#: Share of the customers whom a rule takes at least; one for a single customer explains nothing.
_FEWEST: Final = 0.005


class Learned(NamedTuple):
    """Clusters of rows, in no order."""

    parts: ClusterCentres
    bic: float
    converged: bool


@contextmanager
def quietly() -> Generator[None, None, None]:
    """scikit-learn in one thread, and silent about searches that did not converge.

    These problems are small: threads that wait for each other cost more than they save, and the
    last digit of their sums differs from run to run. Of convergence, the result tells.
    """
    try:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - an extra
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "Clusters need scikit-learn.",
            received="scikit-learn is not installed",
            allowed="scikit-learn 1.5 or later",
            do='pip install "retentionkit[clusters]"',
        ) from error
    limits: Any = threadpool_limits
    with limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def learn(
    rows: NDArray[np.float64],
    weight: NDArray[np.int64],
    k: int,
    *,
    method: ClusterMethod,
    seed: int,
) -> Learned:
    """Clusters of distinct rows that stand for several customers each."""
    if method == "kmeans":
        return _kmeans(rows, weight, k, seed)
    return _mixture(np.repeat(rows, weight, axis=0), k, seed)


def silhouette(rows: NDArray[np.float64], position: NDArray[np.int64]) -> float:
    """Mean silhouette of rows; NaN if all are in one cluster or each is in its own."""
    if not 1 < len(np.unique(position)) < len(rows):
        return np.nan
    from sklearn.metrics import silhouette_score  # noqa: PLC0415 - an extra, loaded when needed

    score: Any = silhouette_score
    return float(score(rows, position))


def grow(ranks: NDArray[np.int64], position: NDArray[np.int64], *, depth: int) -> Grown:
    """A decision tree that tells positions from ranks."""
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - an extra

    learner: Any = DecisionTreeClassifier
    # Small clusters count as much as large ones; else the most valuable few would have no rule.
    fitted: Any = learner(
        criterion="entropy",
        class_weight="balanced",
        max_depth=depth,
        min_samples_leaf=_FEWEST,
        random_state=0,
    ).fit(ranks, position)
    nodes: Any = fitted.tree_
    return Grown(
        left=np.asarray(nodes.children_left, np.int64),
        right=np.asarray(nodes.children_right, np.int64),
        feature=np.asarray(nodes.feature, np.int64),
        threshold=np.asarray(nodes.threshold, np.float64),
        answer=np.asarray(fitted.classes_[nodes.value[:, 0, :].argmax(axis=1)], np.int64),
    )


def _kmeans(rows: NDArray[np.float64], weight: NDArray[np.int64], k: int, seed: int) -> Learned:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - an extra, loaded when needed

    learner: Any = KMeans
    fitted: Any = learner(
        k, n_init=_STARTS["kmeans"], max_iter=_ITERATIONS, tol=0, random_state=seed
    ).fit(rows, sample_weight=weight)
    found, position = np.unique(np.asarray(fitted.labels_), return_inverse=True)
    position = position.reshape(-1)
    sums = [
        np.bincount(position, weights=column * weight, minlength=len(found)) for column in rows.T
    ]
    points = np.column_stack(sums) / np.bincount(position, weights=weight)[:, None]
    return Learned(centres_of(points), np.nan, bool(fitted.n_iter_ < _ITERATIONS))


def _mixture(rows: NDArray[np.float64], k: int, seed: int) -> Learned:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - an extra, loaded when needed

    learner: Any = GaussianMixture
    fitted: Any = learner(
        k,
        n_init=_STARTS["gaussian-mixture"],
        max_iter=_ITERATIONS,
        tol=1e-4,
        reg_covar=_NARROWEST**2,
        random_state=seed,
    ).fit(rows)
    parts = centres_of(fitted.means_, fitted.precisions_cholesky_, fitted.weights_)
    return Learned(parts, float(fitted.bic(rows)), bool(fitted.converged_))
