r"""What each item adds to R², averaged over all orders in which items can come in.

Lindeman, Merenda and Gold [1]_ (LMG) average the rise of R² by an item over all orders; in the
theory of games that is the Shapley value. Over the subsets S of the other items,

.. math:: \phi_j = \sum_S \frac{|S|!\,(k - |S| - 1)!}{k!}
    \big(R^2(S \cup j) - R^2(S)\big) , \qquad \sum_j \phi_j = R^2 .

It is a sum :math:`\sum_S c_j(S) R^2(S)` over all :math:`2^k` subsets, each found exactly from the
correlation matrix. :math:`R^2(S)` moves with each respondent by :math:`(1 - R^2(S))\,y_i^2 -
e_{S,i}^2` (y standardised, e its residual), and :math:`e_{S,i} = a_S' v_i` with :math:`v_i = (y_i,
x_i)` and :math:`a_S = (1, -b_S)`. So the influence of a respondent on :math:`\phi_j` is

.. math:: \psi_{ij} = -\phi_j y_i^2 - v_i' M_j v_i , \qquad M_j = \sum_S c_j(S)\, a_S a_S' ,

and one pass over the subsets is enough for all respondents (infinitesimal jackknife).

References
----------
.. [1] Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980). Introduction to Bivariate and
   Multivariate Analysis. Scott, Foresman.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SINGULAR", "shapley", "shapley_influence"]

#: Least eigenvalue of a correlation matrix below which some items are sums of others.
SINGULAR: Final = 1e-12


def shapley(correlations: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shapley values, shape (k,), and the matrices M of their influence, shape (k, k+1, k+1).

    `correlations` has the outcome first, shape (k + 1, k + 1).
    """
    k = len(correlations) - 1
    inner = correlations[1:, 1:]
    singular = float(np.linalg.eigvalsh(inner)[0]) < SINGULAR
    values, matrices = np.zeros(k), np.zeros((k, (k + 1) ** 2))
    for size in range(k + 1):
        members = np.array(list(combinations(range(k), size)), dtype=np.intp)
        members = members.reshape(math.comb(k, size), size)
        found, line = _fitted(correlations, members, singular=singular)
        holds = np.zeros((len(members), k))
        np.put_along_axis(holds, members, 1.0, axis=1)
        weight = holds * _weight(size - 1, k) - (1 - holds) * _weight(size, k)
        values += weight.T @ found
        outer = line[:, :, None] * line[:, None, :]
        matrices += weight.T @ outer.reshape(len(members), -1)
    return values, matrices.reshape(k, k + 1, k + 1)


def shapley_influence(
    z: NDArray[np.float64], values: NDArray[np.float64], matrices: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each respondent moves each value, shape (n, k); `z` standardised, outcome first."""
    own = np.column_stack([((z @ matrix) * z).sum(axis=1) for matrix in matrices])
    return np.asarray(-np.outer(z[:, 0] ** 2, values) - own, dtype=np.float64)


def _weight(size: int, k: int) -> float:
    """The share of all orders in which exactly this subset comes before an item."""
    if not 0 <= size < k:
        return 0.0
    return 1 / (k * math.comb(k - 1, size))


def _fitted(
    correlations: NDArray[np.float64], members: NDArray[np.intp], *, singular: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """R² of each subset, shape (s,), and its (1, -b), shape (s, k + 1)."""
    line = np.zeros((len(members), len(correlations)))
    line[:, 0] = 1.0
    if members.shape[1] == 0:
        return np.zeros(len(members)), line
    at = members + 1
    inner = correlations[at[:, :, None], at[:, None, :]]
    outer = correlations[0, at][:, :, None]
    if singular:
        inverse = np.linalg.pinv(inner, rcond=SINGULAR, hermitian=True)
        slopes = np.asarray(np.matmul(inverse, outer), dtype=np.float64)
    else:
        slopes = np.asarray(np.linalg.solve(inner, outer), dtype=np.float64)
    np.put_along_axis(line, at, -slopes[:, :, 0], axis=1)
    return (slopes * outer).sum(axis=(1, 2)), line
