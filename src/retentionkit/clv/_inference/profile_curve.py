"""The profile likelihood of one parameter, followed from the estimate outwards.

The curve is walked in the parameter's logarithm, in steps that lose about as much likelihood each.
At each point the others start where the curvature of the last point says that they go, so that a
few Newton steps fit them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.clv._fitting.maximum import Objective, Penalty
from retentionkit.clv._fitting.restricted import Restricted, climb, free_of, held_at, way_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.maximum import Likelihood

__all__ = ["Curve", "Point"]

#: How far from an estimate a likelihood is followed: six powers of ten, as far as the fit looked.
_SIX_POWERS: Final = 6 * math.log(10)
_FIRST_STEP: Final = 0.25
_ROOT_STEP: Final = 0.5
_LONGEST: Final = 1.0
_SHORTEST: Final = 1e-3
_PRECISION: Final = 1e-8
_INSIDE: Final = math.log(1e3)


class Point(NamedTuple):
    """A point of a profile."""

    log: NDArray[np.float64]
    height: float
    #: Signed root of twice the loss of log-likelihood, and its slope in the log-parameter.
    root: float
    slope: float
    #: Where the other parameters go from here.
    tangent: NDArray[np.float64]


class Curve:
    """The profile of the log-parameter at a position."""

    def __init__(
        self,
        likelihood: Likelihood,
        log: NDArray[np.float64],
        index: int,
        limits: Sequence[str],
    ) -> None:
        size, name = len(log), likelihood.names[index]
        reached = [limit for limit in likelihood.limits if limit.name in limits]
        self._lost = [limit for limit in reached if name in limit.lost]
        self._held = [limit for limit in reached if limit not in self._lost]
        self._objective = Objective(likelihood, Penalty(0.0, np.zeros((1, size)), np.zeros(1)))
        self._index = index
        own = np.eye(size)[[index]]
        self._others = free_of(own)
        away = [held_at(limit, log, likelihood.names) for limit in self._held]
        self._basis = free_of(np.vstack([own, *away]))
        self._estimate = float(log[index])
        self._highest = self._objective(log).value
        self.top = self._point(log)

    def side(self, sign: int, until: float) -> tuple[list[Point], bool]:
        """The points on one side up to a root, and whether the likelihood stays above it."""
        points = [self.top]
        step, end = self._first_step(), self._end(sign)
        if end is None:
            return [], True
        while abs(points[-1].root) < until:
            here = points[-1]
            if here.log[self._index] == end:
                return points[1:], True
            goal = here.log[self._index] + sign * step
            there = self._at(sign * min(sign * goal, sign * end), here)
            if abs(there.root - here.root) > _LONGEST and step > _SHORTEST:
                step /= 2  # the curve bends here
                continue
            points.append(there)
            step = self._next_step(there, step)
        return points[1:], False

    def limit(self, sign: int, z: float) -> float:
        """Where the root is z on one side: 0 or infinity if it never is."""
        from scipy.optimize import brentq  # noqa: PLC0415

        points, open_ = self.side(sign, z)
        if open_:
            return math.inf if sign > 0 else 0.0
        near, far = [self.top, *points][-2:]

        def excess(log: float) -> float:
            start = min(near, far, key=lambda end: abs(end.log[self._index] - log))
            known = start.log[self._index] == log
            return sign * (start if known else self._at(log, start)).root - z

        a, b = (float(point.log[self._index]) for point in (near, far))
        return math.exp(brentq(excess, a, b, xtol=_PRECISION))

    def _at(self, log: float, near: Point) -> Point:
        """The point at a value, from one near by."""
        found = self._fitted(near.log + near.tangent * (log - near.log[self._index]), self._basis)
        if not self._held:
            return found
        # Where the fit ran to a limit, the maximum may lie inside for other values.
        inside = self._fitted(self._retreat(found.log), self._others)
        return max(found, inside, key=lambda point: point.height)

    def _fitted(self, start: NDArray[np.float64], basis: NDArray[np.float64]) -> Point:
        far = self._objective.far
        u = np.clip(basis.T @ start, -far, far)
        plane = Restricted(self._objective, start - basis @ (basis.T @ start), basis)
        return self._point(plane.at(climb(plane, u)))

    def _retreat(self, log: NDArray[np.float64]) -> NDArray[np.float64]:
        """A point before the limits, where the likelihood still tells its way to them."""
        for limit in self._held:
            way = np.sign(way_to(limit, log, self._objective.likelihood.names))
            excess = float(np.abs(log[way != 0]).min()) - _INSIDE
            log = log - way * max(excess, 0.0)
        return log

    def _point(self, log: NDArray[np.float64]) -> Point:
        height, gradient, hessian = self._objective(log)
        loss = max(self._highest - height, 0.0)
        away = float(np.sign(log[self._index] - self._estimate))
        root = away * math.sqrt(2 * loss)
        block, column = self._basis.T @ hessian @ self._basis, self._basis.T @ hessian[self._index]
        tangent = -self._basis @ (np.linalg.pinv(block, rcond=1e-12, hermitian=True) @ column)
        tangent[self._index] += 1.0
        if root == 0:  # at the estimate the slope is the root of the curvature
            slope = math.sqrt(max(-float(tangent @ hessian @ tangent), 0.0))
        else:
            slope = -float(gradient[self._index]) / root
        return Point(log, height, root, slope, tangent)

    def _first_step(self) -> float:
        slope = self.top.slope
        return _FIRST_STEP if slope * _FIRST_STEP < _ROOT_STEP / 2 else _ROOT_STEP / slope

    def _next_step(self, point: Point, last: float) -> float:
        """The step to a root half a unit further, within twice the last one."""
        slope = point.slope
        return 2 * last if slope * last < _ROOT_STEP / 2 else _ROOT_STEP / slope

    def _end(self, sign: int) -> float | None:
        """How far to follow the likelihood; None where a limit says that nothing changes."""
        if not self._lost:
            far = self._objective.far
            return float(np.clip(self._estimate + sign * _SIX_POWERS, -far, far))
        way = way_to(self._lost[0], self.top.log, self._objective.likelihood.names)[self._index]
        return None if way == 0 or way * sign > 0 else sign * _SIX_POWERS
