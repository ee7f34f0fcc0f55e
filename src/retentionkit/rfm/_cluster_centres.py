"""Which cluster a customer belongs to, told by numbers that were frozen when they were made."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ClusterCentres", "centres_of", "nearest"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ClusterCentres:
    """Centres of k-means, or the parts of a Gaussian mixture, in the space of the clusters.

    Attributes
    ----------
    points
        Centres, shape (k, d).
    factors
        Triangular factors L of the inverse covariances :math:`L L^T`, shape (k, d, d); None for
        k-means.
    weights
        Weights of the parts, shape (k,); None for k-means.
    """

    points: NDArray[np.float64]
    factors: NDArray[np.float64] | None = None
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """The number of clusters."""
        return len(self.points)

    def reordered(self, order: NDArray[np.int64]) -> ClusterCentres:
        """The same clusters, or some of them, in another order."""
        factors = None if self.factors is None else self.factors[order]
        weights = None if self.weights is None else self.weights[order]
        return centres_of(self.points[order], factors, weights)

    def place(self, coordinates: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of the cluster of each row: the nearest, or the most probable one."""
        if self.factors is None or self.weights is None:
            return nearest(coordinates, self.points)
        best = np.full(len(coordinates), -np.inf)
        position = np.zeros(len(coordinates), dtype=np.int64)
        parts = zip(self.points, self.factors, self.weights, strict=True)
        for at, (point, factor, weight) in enumerate(parts):
            apart = (coordinates - point) @ factor
            height = np.log(weight) + np.log(np.diag(factor)).sum()
            density = height - (apart * apart).sum(axis=1) / 2
            position[density > best] = at
            best = np.maximum(best, density)
        return position


def nearest(coordinates: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Position of the nearest point to each row; of two equally near ones, the first."""
    best = np.full(len(coordinates), np.inf)
    position = np.zeros(len(coordinates), dtype=np.int64)
    for at, point in enumerate(points):
        apart = coordinates - point
        distance = (apart * apart).sum(axis=1)
        position[distance < best] = at
        best = np.minimum(best, distance)
    return position


def centres_of(
    points: NDArray[np.float64],
    factors: NDArray[np.float64] | None = None,
    weights: NDArray[np.float64] | None = None,
) -> ClusterCentres:
    """Centres with read-only arrays."""
    return ClusterCentres(
        points=frozen_array(points, np.float64),
        factors=None if factors is None else frozen_array(factors, np.float64),
        weights=None if weights is None else frozen_array(weights, np.float64),
    )
