"""The data of a fit: what profiles, bootstraps and tests need again, and check before use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit.clv._fitting.fit import fit_of
from retentionkit.errors import DataError, KindError

if TYPE_CHECKING:
    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._fitting.maximum import Problem

__all__ = ["build_of", "check_fit", "own_problem"]


def check_fit(name: str, given: object) -> Fit[Any]:
    """A fit; a bare model knows nothing of data."""
    fit = fit_of(given)
    if fit is None:
        raise KindError(
            f"`{name}` must be a fit.",
            received=type(given).__name__,
            allowed="what the `fit` of a model returned, or rk.clv.load",
            do="Pass BGNBD.fit(histories), not its model.",
        )
    return fit


def build_of(fit: Fit[Any]) -> Any:  # noqa: ANN401 - a class of models, with its `fit`
    """The class of a fit's model."""
    build: Any = fit.model.__class__
    return build


def own_problem(fit: Fit[Any], histories: Any) -> tuple[Problem, Any]:  # noqa: ANN401 - histories of the model's kind
    """The likelihood that a fit maximised, and the histories in its unit.

    Raises
    ------
    DataError
        If the histories are not those of the fit, told by their fingerprints.
    """
    unit = getattr(fit.model, "unit", None)
    if unit is not None and hasattr(histories, "in_unit"):
        histories = histories.in_unit(unit)
    problem: Problem = build_of(fit)._problem(histories)  # noqa: SLF001 - the room's own
    if problem.fingerprint == fit.fingerprint:
        return problem, histories
    raise DataError(
        "These histories are not the ones that the fit was made of.",
        received=f"fingerprint {problem.fingerprint[:23]}…",
        allowed=f"fingerprint {fit.fingerprint[:23]}… of {fit.n_customers:,} customers",
        do="Pass the histories that were fitted, or fit these first.",
    )
