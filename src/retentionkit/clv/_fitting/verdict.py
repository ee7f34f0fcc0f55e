"""What to make of a fit, in sentences.

What is known is said of parameters and of what they mean together: a mean rate can be known to a
few percent where neither r nor alpha is. Relative standard errors are those of logarithms, so they
are the same in every unit.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from retentionkit.clv._fitting.restricted import nearest_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.maximum import Maximum

    #: What parameters mean together: words, and the mean as a function of anything that has the
    #: parameters, which may be complex; not positive where there is no such mean.
    Means: TypeAlias = Mapping[str, Callable[[Any], Any]]

__all__ = ["say_verdict"]

#: Condition number of the information in log-parameters from which a combination of parameters is
#: called weakly identified: its standard error is a hundred times that of the best known one.
_WEAK: Final = 1e4
#: Relative standard error from which a parameter counts as unknown: its 95 % interval spans a
#: factor of fifty.
_UNKNOWN: Final = 1.0
#: Log-likelihood within which a 95 % profile interval reaches: half the quantile of chi-square.
_REACH: Final = 1.92


#: The step of a derivative in the complex plane: nothing is subtracted, so none is too small.
_STEP: Final = 1e-20


def say_verdict(
    top: Maximum,
    names: tuple[str, ...],
    means: Means,
    *,
    condition: float,
    gradient: float,
    penalty: float,
) -> str:
    """The verdict on a fit: where it went, what it knows, which limit is near."""
    if top.limits:
        gone = sorted({name for limit in top.limits for name in limit.lost}, key=names.index)
        said = " ".join(
            f"The fit ran to a limit, {limit.name}: {limit.meaning}." for limit in top.limits
        )
        said += (
            f" Forecasts are those of that simpler model; {', '.join(gone)} mean nothing alone and "
            "have no interval."
        )
    else:
        said = (
            f"Converged: the slope is {gradient:.0e} per customer and the likelihood curves "
            f"downwards in every direction. {_identified(top, names, means, condition)}"
        )
    if penalty:
        said += f" The penalty of {penalty:g} pulls the estimates; intervals do not show that pull."
    elif not top.limits:
        said += _near(top)
    return said


def _identified(top: Maximum, names: tuple[str, ...], means: Means, condition: float) -> str:
    spread = np.asarray(np.linalg.inv(-top.penalised_hessian), dtype=np.float64)
    errors = dict(zip(names, np.sqrt(np.diag(spread)).tolist(), strict=True))
    known_together = _together(top.parameters, spread, names, means)
    weak = [name for name in names if errors[name] > _UNKNOWN]
    if not weak and condition >= _WEAK:
        _, vectors = np.linalg.eigh(-top.penalised_hessian)
        weak = [n for n, v in zip(names, vectors[:, 0], strict=True) if abs(v) > 0.3]  # noqa: PLR2004 - a share worth naming
    if not weak:
        return (
            f"All parameters are identified (condition number {condition:,.0f}). Relative standard "
            f"errors: {_percent(errors | known_together)}."
        )
    known = {name: error for name, error in (errors | known_together).items() if name not in weak}
    said = (
        f"The data say little about {' and '.join(weak)} on their own (relative standard errors "
        f"{_percent({name: errors[name] for name in weak})}; condition number {condition:,.0f}); "
        "trust predictions more than these parameters."
    )
    return f"{said} Better known: {_percent(known)}." if known else said


def _together(
    values: NDArray[np.float64], spread: NDArray[np.float64], names: tuple[str, ...], means: Means
) -> dict[str, float]:
    """The relative standard error of each mean that the parameters make and that exists."""

    def at(row: Iterable[complex]) -> SimpleNamespace:
        return SimpleNamespace(**dict(zip(names, row, strict=True)))

    found: dict[str, float] = {}
    moved = (values + 1j * _STEP * np.diag(values)).tolist()
    for words, mean in means.items():
        value = float(mean(at(values.tolist())))
        if value > 0:
            slope = np.array([mean(at(row)).imag for row in moved]) / (_STEP * value)
            found[words] = float(np.sqrt(slope @ spread @ slope))
    return found


def _percent(errors: Mapping[str, float]) -> str:
    """Names with relative errors, two digits of each."""
    shown = {name: 100 * error for name, error in errors.items()}
    return ", ".join(
        f"{name} {'over 1,000' if e > 1e3 else f'{e:.0f}' if e > 10 else f'{e:.2g}'} %"  # noqa: PLR2004
        for name, e in shown.items()
    )


def _near(top: Maximum) -> str:
    """A sentence on the nearest simpler model."""
    nearest = nearest_limit(top.rough, top.near)
    if nearest is None:
        return ""
    limit, distance = nearest
    said = (
        f" The nearest simpler model is {limit.name!r}, {distance:,.1f} log-likelihood units away"
    )
    if distance >= _REACH:
        return f"{said}."
    return f"{said}; an interval of {' and '.join(limit.lost)} may reach it."
