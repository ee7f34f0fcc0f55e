"""The likelihood on a part of its parameter space: one parameter held, or a limit approached.

A profile holds one parameter and maximises over the others. The distance to a limit is what the
likelihood loses far out in the limit's direction, maximised over what still has a meaning there.
Both are maxima over a plane in the log-parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Objective, Surface, polish, search, settled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._fitting.maximum import Limit

__all__ = ["Restricted", "climb", "free_of", "held_at", "nearest_limit", "way_to"]

#: Log-likelihood to which a distance is worth knowing, and the steps it may cost.
_CLOSE: Final = 0.05
_STEPS: Final = 5
_TRUSTED: Final = 2.0


class Restricted(Objective):
    """An objective on the plane `origin + basis @ u`, as a function of u."""

    def __init__(
        self, objective: Objective, origin: NDArray[np.float64], basis: NDArray[np.float64]
    ) -> None:
        self.whole, self.origin, self.basis = objective, origin, basis
        self.n, self.far = objective.n, objective.far

    def at(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-parameters of a point of the plane."""
        return self.origin + self.basis @ u

    def both(self, log: NDArray[np.float64]) -> tuple[Surface, Surface]:
        """Without and with the penalty."""
        plain, penalised = self.whole.both(self.at(log))
        return self._seen(plain), self._seen(penalised)

    def _seen(self, surface: Surface) -> Surface:
        basis = self.basis
        return Surface(surface.value, surface.gradient @ basis, basis.T @ surface.hessian @ basis)


def climb(objective: Objective, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """The maximum above a start that is near it; else where a search from there ends."""
    found, decrement = polish(objective, start)
    if settled(objective, decrement):
        return found
    return polish(objective, search(objective, found))[0]


def nearest_limit(objective: Objective, log: NDArray[np.float64]) -> tuple[Limit, float] | None:
    """The limit that costs least log-likelihood from a maximum, and what it costs.

    The pushed-out points are those at which the fit has looked for limits, so that only the
    steps towards the best of them cost anything.
    """
    here = objective(log).value
    found = [
        (_guess(here - plane(u).value, _gain(plane, u)[1]), index, plane, u)
        for index, limit in enumerate(objective.likelihood.limits)
        for plane, u in [_far_out(objective, log, limit)]
    ]
    if not found:
        return None
    _, index, plane, u = min(found, key=lambda one: one[:2])
    lowest = here - plane(u).value
    for _ in range(_STEPS):
        step, gain = _gain(plane, u)
        if gain < _CLOSE:  # the parabola is right to far less than that
            return objective.likelihood.limits[index], max(lowest - gain, 0.0)
        distance = here - plane(u + step).value
        if distance > lowest:
            break
        u, lowest = u + step, distance
    return objective.likelihood.limits[index], max(lowest, 0.0)


def _guess(distance: float, gain: float) -> float:
    """What will be left of a distance; a parabola that promises all of it knows nothing."""
    return distance - gain if gain < distance else distance


def _far_out(
    objective: Objective, log: NDArray[np.float64], limit: Limit
) -> tuple[Restricted, NDArray[np.float64]]:
    """The plane of a limit, and the point of it that lies in the limit's direction.

    What moves is held where it went, up to its own proportions; a parameter that is lost without
    moving stays; the others are free.
    """
    names = objective.likelihood.names
    basis = free_of(held_at(limit, log, names))
    size: int = basis.shape[1]
    return Restricted(objective, limit.reached_from(log, names), basis), np.zeros(size)


def way_to(limit: Limit, log: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """How the log-parameters move on the way to a limit."""
    return limit.reached_from(log, names) - log


def held_at(limit: Limit, log: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """The directions of the log-parameters that are held at a limit, as rows."""
    move = way_to(limit, log, names)
    fixed = [name in limit.lost and m == 0 for name, m in zip(names, move, strict=True)]
    return np.vstack([move, np.eye(len(names))[fixed]])


def free_of(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """An orthonormal basis, in columns, of what is free when some rows are held."""
    _, _, rows = np.linalg.svd(held)
    return np.asarray(rows[len(held) :].T)


def _gain(objective: Objective, u: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """A Newton step, no longer than is trusted, and what it should gain; none if no top is near."""
    _, gradient, hessian = objective(u)
    if np.linalg.eigvalsh(hessian).max(initial=-1.0) >= 0:
        return np.zeros_like(u), 0.0
    step = np.linalg.solve(-hessian, gradient).astype(np.float64)
    share = _TRUSTED / max(float(np.linalg.norm(step)), _TRUSTED)
    return share * step, (share - share**2 / 2) * float(gradient @ step)
