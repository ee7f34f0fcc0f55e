r"""The one maximum-likelihood driver of every model.

Parameters are positive, so the search runs over their logarithms. A trust region with the exact
Hessian brings it near; full Newton steps take it to the last digit. Large data are searched on
rounded histories first, so that only a few evaluations see all of them.

Convergence is judged by the quantities that define a maximum, never by an optimiser's flag: the
Newton decrement :math:`g^\top (-H)^{-1} g` (twice the log-likelihood still to be gained) and the
sign of the curvature.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from retentionkit.errors import ConvergenceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "Likelihood",
    "Limit",
    "Maximum",
    "Objective",
    "Penalty",
    "Problem",
    "Surface",
    "maximise",
    "polish",
    "search",
    "settled",
]

#: Twice the gain in log-likelihood below which nothing is left to gain, per customer.
_DECREMENT: Final = 1e-15
_NEWTON_STEPS: Final = 12
#: Logarithms beyond which a parameter counts as run away.
_FAR: Final = 30.0
#: Gain in log-likelihood that no data could tell from nothing.
_INDISTINGUISHABLE: Final = 1e-4
#: Points whose likelihood is not computed twice.
_REMEMBERED: Final = 16


class Surface(NamedTuple):
    """A log-likelihood at a point, with gradient and Hessian in the parameters."""

    value: float
    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64]

    def plus(self, other: Surface) -> Surface:
        """The sum of two log-likelihoods."""
        return Surface(
            self.value + other.value,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
        )

    def among(self, size: int, at: Sequence[int]) -> Surface:
        """The same as a function of more parameters, of which it knows those at some positions."""
        gradient, hessian = np.zeros(size), np.zeros((size, size))
        gradient[at] = self.gradient
        hessian[np.ix_(at, at)] = self.hessian
        return Surface(self.value, gradient, hessian)


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """A simpler model that lies at the edge of a model's parameter space.

    Attributes
    ----------
    name
        Stable English key, such as `"no dropout"`.
    direction
        Parameter to power of ten: how far each parameter moves on the way to the limit.
    lost
        Parameters that mean nothing on their own there.
    meaning
        What it says of the customers, for people.
    hides
        Whether something likelier may lie elsewhere, so that the other starts are tried too.
    """

    name: str
    direction: Mapping[str, float]
    lost: tuple[str, ...]
    meaning: str
    hides: bool = False

    def reached_from(self, log: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
        """The log-parameters at the limit, or so near that only the last digits differ."""
        move = np.array([self.direction.get(name, 0.0) for name in names])
        return np.asarray(log + move * np.log(10.0), dtype=np.float64)


class Likelihood(Protocol):
    """What the driver needs to know of a model and its data."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def n_customers(self) -> float: ...
    @property
    def limits(self) -> tuple[Limit, ...]: ...
    def starts(self) -> Sequence[Sequence[float]]: ...
    def coarse(self) -> Likelihood | None: ...
    def __call__(self, parameters: NDArray[np.float64]) -> Surface: ...


class Problem(NamedTuple):
    """A likelihood of some data, and how a fit of it describes itself."""

    likelihood: Likelihood
    fingerprint: str
    #: What is fitted to what, to be completed by how.
    model: str
    data: str
    #: Further arguments of the model, such as its unit.
    extra: Mapping[str, Any]


class Penalty(NamedTuple):
    r"""A quadratic penalty on log-parameters, :math:`\tfrac12 w \lVert M\theta - c \rVert^2`.

    It is a normal prior with variance 1/w on each of a few interpretable quantities, which are
    linear in the log-parameters: the logarithm of a shape, the logit of a mean dropout.
    """

    weight: float
    matrix: NDArray[np.float64]
    centre: NDArray[np.float64]

    def at(self, log: NDArray[np.float64]) -> Surface:
        """The penalty as a (negative) addition to the log-likelihood."""
        gap = self.matrix @ log - self.centre
        return Surface(
            -0.5 * self.weight * float(gap @ gap),
            -self.weight * (self.matrix.T @ gap),
            -self.weight * (self.matrix.T @ self.matrix),
        )


def _nowhere(size: int) -> Surface:
    """A point that no likelihood can be told of: worse than all others."""
    return Surface(-np.inf, np.zeros(size), np.zeros((size, size)))


class Maximum(NamedTuple):
    """Where the likelihood is greatest; gradient and Hessian in the log-parameters."""

    parameters: NDArray[np.float64]
    log_likelihood: float
    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64]
    penalised_hessian: NDArray[np.float64]
    decrement: float
    limits: tuple[Limit, ...]
    #: What was searched, and where that ended: rounded data where there are many.
    rough: Objective
    near: NDArray[np.float64]


class Objective:
    """The log-likelihood in log-parameters with its penalty, remembering the last points."""

    def __init__(self, likelihood: Likelihood, penalty: Penalty) -> None:
        self.likelihood = likelihood
        self._penalty = penalty
        self._known: dict[bytes, tuple[Surface, Surface]] = {}
        self.n = likelihood.n_customers
        #: Logarithms beyond which a parameter of this model counts as run away.
        self.far: float = getattr(likelihood, "far", _FAR)

    def both(self, log: NDArray[np.float64]) -> tuple[Surface, Surface]:
        """Without and with the penalty, by the chain rule from parameters to their logarithms."""
        key = log.tobytes()
        if key not in self._known:
            theta = np.exp(log)
            value, gradient, hessian = self.likelihood(theta)
            slope = gradient * theta
            plain = Surface(value, slope, hessian * np.outer(theta, theta) + np.diag(slope))
            if not np.isfinite(value + slope.sum() + plain.hessian.sum()):
                plain = _nowhere(len(log))  # a step there is refused, and the search goes on
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[key] = (plain, plain.plus(self._penalty.at(log)))
        return self._known[key]

    def __call__(self, log: NDArray[np.float64]) -> Surface:
        return self.both(log)[1]

    def loss(self, log: NDArray[np.float64]) -> float:
        """What a minimiser sees, per customer."""
        return -self(log).value / self.n

    def slope(self, log: NDArray[np.float64]) -> NDArray[np.float64]:
        """The gradient of the loss."""
        return -self(log).gradient / self.n

    def curvature(self, log: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Hessian of the loss."""
        return -self(log).hessian / self.n


def maximise(
    likelihood: Likelihood,
    penalty: Penalty,
    *,
    start: Sequence[float] | None = None,
) -> Maximum:
    """The maximum of a likelihood, or the limit it runs to.

    Raises
    ------
    ConvergenceError
        If no start leads to a maximum or to a named limit; it says which parameter ran where.
    """
    objective = Objective(likelihood, penalty)
    coarse = likelihood.coarse()
    rough = objective if coarse is None else Objective(coarse, penalty)
    starts = likelihood.starts() if start is None else [start]
    best, highest = None, -np.inf
    log = np.log(np.asarray(starts[0], dtype=np.float64))
    for begin in starts:
        found, log = _climb(objective, rough, np.log(np.asarray(begin, dtype=np.float64)))
        value = objective(log).value
        if found is not None and value > highest + _INDISTINGUISHABLE:
            best, highest = found, value
        if best is not None and not any(limit.hides for limit in best.limits):
            break
    if best is None:
        raise _failure(likelihood, np.exp(log), starts[0])
    return best


def _climb(
    objective: Objective, rough: Objective, begin: NDArray[np.float64]
) -> tuple[Maximum | None, NDArray[np.float64]]:
    """The maximum or the limit that one start leads to, if any, and where it ended."""
    near = search(rough, begin)
    log, decrement = polish(objective, near)
    if not settled(objective, decrement):
        log, decrement = polish(objective, search(objective, log))
    done = settled(objective, decrement)
    limits = () if done and not _limits(rough, near) else _limits(objective, log)
    if not (limits or done):
        return None, log
    plain, penalised = objective.both(log)
    found = Maximum(
        np.exp(log),
        plain.value,
        penalised.gradient,
        plain.hessian,
        penalised.hessian,
        decrement,
        limits,
        rough,
        near,
    )
    return found, log


def search(objective: Objective, log: NDArray[np.float64]) -> NDArray[np.float64]:
    """A trust region's way up from a point, to where it ends or runs away."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only fitting needs it

    def stop_when_far(xk: NDArray[np.float64]) -> None:
        if np.abs(xk).max() > objective.far:
            raise StopIteration

    found: Any = minimize(
        objective.loss,
        log,
        jac=objective.slope,
        hess=objective.curvature,
        method="trust-exact",
        callback=stop_when_far,
        options={"gtol": 1e-7, "initial_trust_radius": 0.5, "max_trust_radius": 2.0},
    )
    return np.clip(np.asarray(found.x, dtype=np.float64), -objective.far, objective.far)


def polish(objective: Objective, log: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Newton steps until nothing is gained; the point and its decrement, infinite off a maximum."""
    best, lowest = log, np.inf
    for _ in range(_NEWTON_STEPS):
        step, decrement = _newton(objective(log))
        if not decrement < lowest:
            break
        best, lowest = log, decrement
        if decrement <= _DECREMENT * objective.n * 1e-3 or np.abs(step).max() > 1:
            break
        log = log + step
    return best, lowest


def _newton(surface: Surface) -> tuple[NDArray[np.float64], float]:
    """The Newton step and the decrement; infinite where the surface does not curve downwards."""
    try:
        factor = np.linalg.cholesky(-surface.hessian)
    except np.linalg.LinAlgError:
        return np.zeros_like(surface.gradient), np.inf
    half = np.linalg.solve(factor, surface.gradient)
    step = np.linalg.solve(factor.T, half).astype(np.float64)
    return step, float(half @ half)


def settled(objective: Objective, decrement: float) -> bool:
    """Whether a decrement is that of a maximum, to rounding error."""
    return decrement <= max(_DECREMENT * objective.n, 1e-10)


def _limits(objective: Objective, log: NDArray[np.float64]) -> tuple[Limit, ...]:
    """The limits that the data cannot tell from this point."""
    reached: list[Limit] = []
    here, likelihood = objective(log).value, objective.likelihood
    for limit in likelihood.limits:
        if any(name in other.lost for other in reached for name in limit.lost):
            continue  # how a dropout varies is no question where there is none
        there = objective(limit.reached_from(log, likelihood.names)).value
        if there > here - _INDISTINGUISHABLE:
            reached.append(limit)
    return tuple(reached)


def _failure(
    likelihood: Likelihood, parameters: NDArray[np.float64], start: Sequence[float]
) -> ConvergenceError:
    moves = np.abs(np.log(parameters / np.asarray(start)))
    worst = int(np.argmax(moves))
    found = ", ".join(f"{n} = {v:.4g}" for n, v in zip(likelihood.names, parameters, strict=True))
    return ConvergenceError(
        f"The fit found no maximum: {likelihood.names[worst]} ran from {start[worst]:.4g} to "
        f"{parameters[worst]:.4g}.",
        received=f"{likelihood.n_customers:,.0f} customers; last point {found}",
        allowed="data whose likelihood has a maximum or runs to one of the model's named limits",
        do="Look for customers who do not belong together, give start=, or steady the fit with "
        "penalty=1.",
    )
