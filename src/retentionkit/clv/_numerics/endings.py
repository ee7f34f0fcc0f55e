r"""The ways in which a history of opportunities can have ended, and how likely each is.

Of :math:`n` opportunities a customer took :math:`x`, the last of them being number :math:`t_x`. She
may have left after any opportunity :math:`m = t_x, \dots, n - 1`, or still be there,
:math:`m = n`. She buys with probability :math:`p \sim \mathrm{Beta}(\alpha, \beta)` and leaves
before each opportunity with probability :math:`\theta \sim \mathrm{Beta}(\gamma, \delta)`, so the
likelihood [1]_ is a sum over the endings,

.. math::

    L = \sum_{m=t_x}^{n} \frac{(\alpha)_x (\beta)_{m-x}}{(\alpha+\beta)_m}
        \frac{(\delta)_m}{(\gamma+\delta)_m}
        \Bigl(\frac{\gamma}{\gamma+\delta+m}\Bigr)^{[m < n]}.

All terms are positive and, for :math:`m < n`, fall with :math:`m`, so the sum starts with its
largest one and may end where the rest no longer counts. Rising factorials :math:`(c)_k` are
differences of partial sums of logarithms.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Shang, J. (2010). Customer-Base Analysis in a
   Discrete-Time Noncontractual Setting. Marketing Science 29(6), 1086-1108.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Positions: TypeAlias = NDArray[np.intp]

__all__ = ["Endings", "batches", "each_history", "endings", "partial_sums", "positions"]

#: Terms below exp(-45) = 3e-20 of the first one are left out.
_FORGOTTEN: Final = 45.0
_BATCH: Final = 1 << 18


class Endings(NamedTuple):
    """All endings of some histories, one entry for each, history by history.

    Attributes
    ----------
    x
        Opportunities taken in each history.
    row
        Position of the history.
    m
        The last opportunity at which the customer was there.
    left
        Whether she left after it, or was there to the end.
    share
        Probability of this ending, given the history.
    value
        Log-likelihood of each history.
    """

    x: Positions
    row: Positions
    m: Positions
    left: NDArray[np.bool_]
    share: Floats
    value: Floats

    def mean(self, values: Floats) -> Floats:
        """The average over its endings, for each history."""
        return np.bincount(self.row, self.share * values, len(self.value)).astype(np.float64)

    @property
    def alive(self) -> Floats:
        """Probability of being there at the end, for each history."""
        return self.share[~self.left]


def positions(counts: Floats) -> Positions:
    """Whole numbers as positions in a table, whatever rounding error they have picked up."""
    return np.rint(counts).astype(np.intp)


def partial_sums(terms: Floats) -> Floats:
    """Sums of the first 0, 1, 2, ... terms, each as exact as its own rounding allows."""
    sums = np.concatenate(([0.0], np.cumsum(terms)))
    grown = np.diff(sums)
    lost = (sums[:-1] - (sums[1:] - grown)) + (terms - grown)
    sums[1:] += np.cumsum(lost)
    return sums


def endings(parameters: Floats, x: Positions, t_x: Positions, n: Positions) -> Endings:
    """The endings of some histories at (alpha, beta, gamma, delta)."""
    alpha, beta, gamma, delta = parameters
    number = np.arange(int(n.max()), dtype=np.float64)
    bought = partial_sums(np.log(alpha + number[: int(x.max())]))
    passed = partial_sums(np.log(beta + number))
    stayed = partial_sums(np.log(alpha + beta + number)) + partial_sums(
        np.log1p(gamma / (delta + number))
    )
    sizes = _lengths(parameters, x, t_x, n)
    row = np.repeat(np.arange(len(x)), sizes)
    ends = np.cumsum(sizes)
    left = np.ones(len(row), dtype=bool)
    left[ends - 1] = False
    m = t_x[row] + (np.arange(len(row)) - (ends - sizes)[row])
    m[ends - 1] = n
    first = passed[t_x - x] - stayed[t_x]
    term = np.exp(passed[m - x[row]] - stayed[m] - first[row])
    term *= np.where(left, gamma / (gamma + delta + m), 1.0)
    total = np.bincount(row, term, len(x))
    return Endings(x, row, m, left, term / total[row], bought[x] + first + np.log(total))


def batches(parameters: Floats, x: Positions, t_x: Positions, n: Positions) -> Iterator[slice]:
    """Slices of the histories that together have few enough endings for the memory at hand."""
    ends = np.cumsum(_lengths(parameters, x, t_x, n))
    low = 0
    while low < len(x):
        before = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, before + _BATCH, side="right")))
        yield slice(low, high)
        low = high


def each_history(
    function: Callable[[Endings], Floats],
    parameters: Floats,
    x: Floats,
    t_x: Floats,
    n: Floats,
) -> Floats:
    """A function of the endings for every history, evaluated once for each distinct one."""
    at = np.stack([positions(array) for array in np.broadcast_arrays(x, t_x, n)])
    size = int(at[2].max(initial=0)) + 1
    keys, inverse = np.unique((at[0] * size + at[1]) * size + at[2], return_inverse=True)
    x_t, n_ = np.divmod(keys, size)
    x_, t_ = np.divmod(x_t, size)
    result = np.empty(len(keys))
    for rows in batches(parameters, x_, t_, n_):
        result[rows] = function(endings(parameters, x_[rows], t_[rows], n_[rows]))
    return np.asarray(result[inverse].reshape(at.shape[1:]))


def _lengths(parameters: Floats, x: Positions, t_x: Positions, n: Positions) -> Positions:
    """How many endings of each history count: terms fall the slower, the later they are."""
    alpha, beta, gamma, delta = parameters
    last = np.maximum(n - 1, t_x)
    fall = np.log1p((alpha + x) / (beta + (last - x))) + np.log1p(gamma / (delta + last))
    enough = np.ceil(_FORGOTTEN / np.maximum(fall, 1e-300)) + 1
    return np.asarray(np.minimum(n - t_x, enough).astype(np.intp) + 1)
