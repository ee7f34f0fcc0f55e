"""What every model has that is fitted by maximum likelihood: its parameters, and `fit`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

import numpy as np

from retentionkit.clv._fitting.fit import Fit, fit_model
from retentionkit.clv._fitting.maximum import Penalty, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["Fittable"]

#: The kind of histories that a model reads.
H_contra = TypeVar("H_contra", contravariant=True)


class Fittable(ABC, Generic[H_contra]):
    """A model, which *is* its parameters, and the way to it from data."""

    __slots__ = ()

    #: The parameters in the order of the papers.
    names: ClassVar[tuple[str, ...]]
    #: The quantities that a penalty holds around 0, as rows over the log-parameters.
    shapes: ClassVar[NDArray[np.float64]]
    #: The means that parameters make together, by their words.
    means: ClassVar[Mapping[str, Callable[[Any], Any]]]

    def parameters(self) -> NDArray[np.float64]:
        """The parameters in the order of `names`, shape (k,)."""
        return np.array([getattr(self, name) for name in self.names])

    @classmethod
    def fit(
        cls, histories: H_contra, *, penalty: float = 0.0, start: Self | None = None
    ) -> Fit[Self]:
        """Fit by maximum likelihood.

        Parameters
        ----------
        histories
            Histories of the kind that the model reads; the model takes their unit. Weights count
            customers. Contracts that still run belong to them.
        penalty
            Weight of a normal prior with variance 1/penalty on each of the model's shape
            quantities, named in its own documentation; 0 is maximum likelihood.
        start
            Where to start the search.

        Returns
        -------
        Fit
            The model with its uncertainty and a verdict.

        Raises
        ------
        DataError
            Data that say nothing of some parameter: no repeat purchases, no contract that ended,
            or too few distinct histories.
        ConvergenceError
            No maximum and no limit was found; it says which parameter ran where.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> fit = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30", unit="week"))
        >>> [round(value, 3) for value in fit.model.parameters().tolist()]
        [0.243, 4.414, 0.793, 2.426]
        >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
        >>> contracts = rk.RenewalHistories.from_survivors(left, unit="year")
        >>> fit = rk.clv.ShiftedBetaGeometric.fit(contracts)
        >>> [round(value, 3) for value in fit.model.parameters().tolist()]
        [0.668, 3.806]
        """
        held = Penalty(penalty, cls.shapes, np.zeros(len(cls.shapes)))
        return fit_model(cls, cls._problem(histories), held, start=start)

    @classmethod
    @abstractmethod
    def _problem(cls, histories: H_contra) -> Problem:
        """The likelihood of these histories."""

    @abstractmethod
    def _redrawn(self, histories: H_contra, rng: np.random.Generator) -> Any:  # noqa: ANN401 - same kind
        """The same customers, observed for as long, drawn from the model."""
