r"""Integrals over the time of dropout for many customers at once, on the grid of their times.

The integrals of customers with the same x, from :math:`t_x` to T, have one integrand. Its cells
between neighbouring times are integrated once, :math:`G(t)` sums them from t to the end, and each
customer's integral is :math:`G(t_x) - G(T)`. The integrand falls with time, so the difference keeps
all digits but those of the ratio of the whole span to the customer's part of it; shorter parts are
left to direct quadrature, as are values of x that few customers share.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Surface
from retentionkit.clv._numerics.decay import nodes
from retentionkit.clv._numerics.distinct import chunks, codes

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.durations import Unit

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Placed", "TimeGrid", "integrals", "on_grid", "place"]

#: Part of the span below which a difference has lost too many digits.
_SHORT: Final = 1e-5
#: Decay over the span that keeps everything far from underflow.
_DEEPEST: Final = 600.0
_LARGEST_LEVEL: Final = 1 << 20
#: Customers below which a grid is not worth its making, and those who must share a value of x.
_MANY: Final = 2_000
_CUSTOMERS_PER_TIME: Final = 2


@dataclasses.dataclass(frozen=True, slots=True)
class TimeGrid:
    """Distinct times and values of x that share an integrand, with the model's parameters."""

    parameters: tuple[float, float, float, float]
    times: Floats
    levels: Floats

    @property
    def R(self) -> Floats:  # noqa: N802 - a symbol of the papers
        """The shape of the rates after x purchases."""
        return np.asarray(self.parameters[0] + self.levels)

    @property
    def cells(self) -> tuple[int, int]:
        """Number of levels, and of cells between the times."""
        return len(self.levels), len(self.times) - 1

    def lasting(self) -> tuple[Floats, Floats]:
        """ln((alpha + t)/(alpha + t_0)) and the same in beta, at each time."""
        _, alpha, _, beta = self.parameters
        first = self.times[0]
        since = self.times - first
        return np.log1p(since / (alpha + first)), np.log1p(since / (beta + first))

    def safe_levels(self) -> int:
        """How many of the rising levels stay far from underflow up to the last time."""
        by_rate, by_dropout = self.lasting()
        left = _DEEPEST - (self.parameters[2] + 1) * by_dropout[-1]
        return int(np.count_nonzero(self.R * by_rate[-1] <= left))

    def upto(self, count: int) -> TimeGrid:
        """The grid of the first levels."""
        return dataclasses.replace(self, levels=self.levels[:count])

    def log_front(self) -> Floats:
        """What turns an integral from t_x to T into log-odds, shape (levels, times)."""
        _, _, s, beta = self.parameters
        by_rate, by_dropout = self.lasting()
        fixed = s * by_dropout + np.log(s / (beta + self.times[0]))
        return np.asarray(self.R[:, None] * by_rate + fixed)


def integrals(grid: TimeGrid) -> Floats:
    """G at each level and time, shape (levels, times), with an integrand of 1 at the first time."""
    start, arguments = _cells(grid)
    result = np.empty(len(start))
    for part in nodes(*arguments):
        result[part.rows] = part.weight.sum(axis=1)
    return _summed((result * start).reshape(*grid.cells, 1))[..., 0]


def _moments(grid: TimeGrid) -> Floats:
    r"""G with the first two moments of four slopes, shape (levels, times, 25).

    The slopes are ln((alpha + end)/(alpha + tau)), 1/(alpha + tau) - 1/(alpha + end) and the same
    in beta: they are positive, so that sums keep their digits.
    """
    _, alpha, _, beta = grid.parameters
    start, arguments = _cells(grid)
    D, _, a, _, b = arguments
    end = grid.times[-1]
    left = end - (a - alpha)
    log_a, log_b = np.log1p(left / a), np.log1p(left / b)
    result = np.empty((len(D), 25))
    for part in nodes(*arguments):
        rows, y = part.rows, part.y
        later = left[rows, None] - y
        slopes = np.stack(
            [
                np.ones_like(y),
                log_a[rows, None] - part.decay_a,
                later / ((a[rows, None] + y) * (alpha + end)),
                log_b[rows, None] - part.decay_b,
                later / ((b[rows, None] + y) * (beta + end)),
            ],
            axis=1,
        )
        weight = part.weight * start[rows, None]
        second = (slopes * weight[:, None, :]) @ slopes.transpose(0, 2, 1)
        result[rows] = second.reshape(-1, 25)
    return _summed(result.reshape(*grid.cells, 25))


def _cells(grid: TimeGrid) -> tuple[Floats, tuple[Floats, Floats, Floats, Floats, Floats]]:
    """The integrand at the start of each cell, and the arguments of the integral over it."""
    _, alpha, s, beta = grid.parameters
    by_rate, by_dropout = grid.lasting()
    R = np.repeat(grid.R, grid.cells[1])
    start = np.exp(-grid.R[:, None] * by_rate[:-1] - (s + 1) * by_dropout[:-1]).ravel()
    t, D = (np.tile(array, len(grid.levels)) for array in (grid.times[:-1], np.diff(grid.times)))
    return start, (D, R, alpha + t, np.full_like(D, s + 1), beta + t)


def _summed(cells: Floats) -> Floats:
    """Sums over the second axis from each cell to the last one, and zero at the end."""
    levels, _, columns = cells.shape
    sums = np.cumsum(cells[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate((sums, np.zeros((levels, 1, columns))), axis=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """Customers by their places on a grid, each shape (n,); a level of -1 is on none."""

    times: Floats
    levels: Floats
    level: NDArray[np.int32]
    t_x: NDArray[Any]
    T: NDArray[Any]

    def grid(self, parameters: Floats) -> TimeGrid:
        """The grid for a model, of the levels that it keeps far from underflow."""
        r, alpha, s, beta = (float(value) for value in parameters)
        grid = TimeGrid((r, alpha, s, beta), self.times, self.levels)
        return grid.upto(grid.safe_levels())

    def among(self, rows: NDArray[np.bool_]) -> Placed:
        """Some of the customers."""
        return dataclasses.replace(self, level=self.level[rows], t_x=self.t_x[rows], T=self.T[rows])

    def upto(self, count: int) -> Placed:
        """The first customers."""
        rows = slice(count)
        return dataclasses.replace(self, level=self.level[rows], t_x=self.t_x[rows], T=self.T[rows])


def place(x: Floats, t_x: Floats, T: Floats, unit: Unit) -> Placed | None:
    """Where customers stand on the grid of their times; None if too few share a place."""
    if len(x) < _MANY or x.max() >= _LARGEST_LEVEL:
        return None
    times, at_t_x, at_T = _common(t_x, T, unit)
    whole = x.astype(np.int32)
    shared = np.bincount(whole) * _CUSTOMERS_PER_TIME > len(times)
    if not shared.any():
        return None
    level = np.where(shared, np.cumsum(shared) - 1, -1).astype(np.int32)[whole]
    silent = T - t_x
    level[(silent > 0) & (silent < _SHORT * (times[-1] - times[0]))] = -1
    return Placed(times, np.flatnonzero(shared).astype(np.float64), level, at_t_x, at_T)


def _common(
    t_x: Floats, T: Floats, unit: Unit
) -> tuple[Floats, NDArray[np.int32 | np.int64], NDArray[np.int32 | np.int64]]:
    """Both kinds of times as codes into the same distinct values."""
    first, second = codes(t_x, unit), codes(T, unit)
    size = len(first.values)
    if size <= len(second.values) and np.array_equal(first.values, second.values[:size]):
        return second.values, first.codes, second.codes
    values, inverse = np.unique(np.concatenate((first.values, second.values)), return_inverse=True)
    return values, inverse[:size][first.codes], inverse[size:][second.codes]


def on_grid(grid: TimeGrid, placed: Placed, x: Floats, n: Floats) -> Surface:
    r"""Sum of n ln(1 + exp(rho)) over customers on the grid, with derivatives."""
    table = _moments(grid)
    firsts = np.ascontiguousarray(table[:, :, :5].reshape(-1, 5))
    front, slopes = grid.log_front().ravel(), _slopes(grid)
    total = Surface(0.0, np.zeros(4), np.zeros((4, 4)))
    shares = np.zeros(len(firsts))
    for rows in chunks(len(n)):
        at_T, level = placed.T[rows], placed.level[rows] * len(grid.times)
        begin, end = level + placed.t_x[rows], level + at_T
        part = firsts[begin] - firsts[end]
        rho = front[end] + np.log(part[:, 0])
        small = np.exp(-np.abs(rho))
        q = np.where(rho > 0, 1.0, small) / (1.0 + small)
        value = float(n[rows] @ (np.maximum(rho, 0.0) + np.log1p(small)))
        weight, T = n[rows] * q, grid.times[at_T]
        share = weight / part[:, 0]
        shares += np.bincount(begin, share, len(firsts)) - np.bincount(end, share, len(firsts))
        means = (part[:, 1:] / part[:, :1]).T
        total = total.plus(_rows(grid, x[rows], T, means, slopes[:, at_T], value, weight, q))
    return total.plus(_seconds(grid, shares.reshape(len(table), 1, len(grid.times)) @ table))


def _rows(
    grid: TimeGrid,
    x: Floats,
    T: Floats,
    means: Floats,
    at_T: Floats,
    value: float,
    weight: Floats,
    q: Floats,
) -> Surface:
    """What depends on the first moments of each customer."""
    r, alpha, s, beta = grid.parameters
    A, B, one = alpha + T, beta + T, np.ones_like(T)
    turn = np.stack([one, -(r + x), one, -(s + 1) * one])
    gap, spread = means - at_T, turn * means
    whole = turn * gap
    whole[2] += 1 / s
    whole[3] -= 1 / B
    hessian = (whole * (weight * (1.0 - q))) @ whole.T - (spread * weight) @ spread.T
    for i, j in ((0, 1), (2, 3)):
        change = gap[j] @ weight
        hessian[i, j] -= change
        hessian[j, i] -= change
    hessian[1, 1] -= weight @ ((r + x) / A**2)
    hessian[2, 2] -= weight.sum() / s**2
    hessian[3, 3] -= s * (weight @ B**-2.0)
    return Surface(value, whole @ weight, hessian)


def _seconds(grid: TimeGrid, sums: Floats) -> Surface:
    """What is linear in the second moments, which are summed over customers, shape (levels, 25)."""
    _, alpha, s, beta = grid.parameters
    moment = sums.reshape(-1, 5, 5)
    one = np.ones_like(grid.levels)
    turn = np.stack([one, -grid.R, one, -(s + 1) * one], axis=1)
    hessian = np.einsum("la,lb,lab->ab", turn, turn, moment[:, 1:, 1:])
    for i, scale in ((1, alpha), (3, beta)):
        last = 1 / (scale + grid.times[-1])
        square = moment[:, i + 1, i + 1] + last * (2 * moment[:, 0, i + 1] + last * moment[:, 0, 0])
        hessian[i, i] -= turn[:, i] @ square
    return Surface(0.0, np.zeros(4), hessian)


def _slopes(grid: TimeGrid) -> Floats:
    """The four slopes at each time, shape (4, times)."""
    _, alpha, _, beta = grid.parameters
    end = grid.times[-1]
    left = end - grid.times
    a, b = alpha + grid.times, beta + grid.times
    return np.stack(
        [
            np.log1p(left / a),
            left / (a * (alpha + end)),
            np.log1p(left / b),
            left / (b * (beta + end)),
        ]
    )
