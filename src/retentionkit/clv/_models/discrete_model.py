"""What models of discrete opportunities read and answer: whole numbers in place of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, cast

import numpy as np

from retentionkit.clv._fitting.counted import Counted
from retentionkit.clv._models.reading import check_parameters, read_times
from retentionkit.clv._models.simulation import SimulatedOpportunities
from retentionkit.clv._models.transaction_model import TransactionModel
from retentionkit.errors import KindError, OptionError
from retentionkit.histories import OpportunityHistories
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from retentionkit.clv._numerics.endings import Floats
    from retentionkit.durations import Duration, Unit

__all__ = ["DiscreteModel"]

#: How far from a whole number a duration may be that is given in another unit.
_WHOLE = 1e-9
_FARTHEST = 1_000_000


class DiscreteModel(TransactionModel[OpportunityHistories]):
    """The base of `BGBB` and `BetaBinomial`."""

    __slots__ = ()

    alpha: float
    beta: float

    #: Opportunities are counted, so no parameter is measured in time.
    times: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_parameters(
            self.unit, **dict(zip(self.names, self.parameters().tolist(), strict=True))
        )

    def in_unit(self, unit: Unit) -> Self:
        """The model itself: opportunities of one period say nothing of those of another."""
        _check_unit(self.unit, unit)
        return self

    def simulate(
        self, age: ArrayLike, *, rng: np.random.Generator | int | None = None
    ) -> SimulatedOpportunities:
        """Draw the opportunities at which new customers buy.

        Parameters
        ----------
        age
            How many opportunities each customer has, shape (n,).
        rng
            Seed or generator; None draws a new one.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGBB(1.204, 0.750, 0.657, 2.783, unit="year")
        >>> bool((model.simulate([6, 11], rng=1).time <= 11).all())
        True
        """
        return cast("SimulatedOpportunities", super().simulate(age, rng=rng))

    def _redrawn(self, histories: object, rng: np.random.Generator) -> OpportunityHistories:
        """As many customers with as many opportunities, drawn from the model."""
        h = self._checked(histories, self.unit)
        each = np.repeat(h.opportunities, np.rint(h.weight).astype(np.int64))
        return self._draw_new(each.astype(np.float64), rng).to_histories()

    @classmethod
    def _checked(cls, histories: object, unit: Unit) -> OpportunityHistories:
        if isinstance(histories, OpportunityHistories):
            _check_unit(unit, histories.unit)
            return histories
        raise KindError(
            f"{cls.__name__} reads opportunity histories: at how many of its opportunities a "
            "customer bought. Purchase histories measure time, in which purchases may come at any "
            "moment and any number of times.",
            received=type(histories).__name__,
            allowed="OpportunityHistories",
            do="Make them with opportunity_histories(transactions, period='year'), or from arrays "
            "with OpportunityHistories.from_arrays(frequency, recency, opportunities, unit=...); "
            "for purchase histories take BGNBD.",
        )

    @classmethod
    def _count(cls, histories: OpportunityHistories) -> Counted:
        h = histories.grouped()
        order = np.lexsort((h.recency, h.opportunities, h.frequency))
        columns = (h.frequency, h.recency, h.opportunities, h.weight)
        x, t_x, n, weight = (column[order].astype(np.float64) for column in columns)
        return Counted(x, t_x, n, weight, histories.unit)

    def _read(self, histories: object) -> tuple[Floats, Floats, Floats]:
        h = self._checked(histories, self.unit)
        x, t_x, n = (part.astype(np.float64) for part in (h.frequency, h.recency, h.opportunities))
        return x, t_x, n

    def _times(self, name: str, t: Duration | ArrayLike) -> Floats:
        times = read_times(name, t, self.unit)
        whole = np.rint(times)
        if (np.abs(times - whole) <= _WHOLE * (1 + whole)).all() and whole.max() <= _FARTHEST:
            return np.asarray(whole)
        raise OptionError(
            f"`{name}` must be a whole number of opportunities.",
            received=f"{t!r}, with one opportunity a {self.unit}",
            allowed=f"0, 1, 2, ... up to {_FARTHEST:,}, or whole {self.unit}s as text",
            do=f"Round to whole {self.unit}s; between two opportunities nothing can be bought.",
        )

    def _spread(self, function: Callable[..., Floats], x: Floats, T: Floats) -> Floats:
        return on_states(function, x, T)

    def _buying(self, x: Floats, T: Floats) -> Floats:
        """Expected probability of a purchase at an opportunity."""
        return np.asarray((self.alpha + x) / (self.alpha + self.beta + T))

    def _draw_new(self, age: Floats, rng: np.random.Generator) -> SimulatedOpportunities:
        none = np.zeros(len(age))
        return cast("SimulatedOpportunities", self._draw_alive(none, none, age, rng))

    def _drawn(
        self, n: Floats, rate: Floats, dropout: Floats, rng: np.random.Generator
    ) -> SimulatedOpportunities:
        """Purchases at the first n opportunities of customers with such probabilities."""
        survived = rng.geometric(np.maximum(dropout, np.finfo(float).tiny)) - 1
        seen = np.minimum(n.astype(np.int64), survived)
        customer = np.repeat(np.arange(len(n)), seen)
        number = np.arange(len(customer)) - np.repeat(np.cumsum(seen) - seen, seen) + 1.0
        bought = rng.random(len(customer)) < rate[customer]
        return SimulatedOpportunities(
            frozen_array(customer[bought], np.int64),
            frozen_array(number[bought], np.float64),
            frozen_array(rate, np.float64),
            frozen_array(dropout, np.float64),
            frozen_array(n, np.float64),
            self.unit,
        )


def on_states(function: Callable[..., Floats], x: Floats, T: Floats) -> Floats:
    """`function(x, T)` for every row, evaluated once for each distinct pair of whole numbers."""
    size = float(T.max(initial=0.0)) + 1
    keys, inverse = np.unique(x * size + T, return_inverse=True)
    return np.asarray(function(*np.divmod(keys, size))[inverse])


def _check_unit(own: Unit, other: Unit) -> None:
    if other != own:
        raise OptionError(
            "Opportunities of one period cannot be converted to those of another.",
            received=f"a model with one opportunity a {own}, asked for one a {other}",
            allowed=f"unit={own!r}",
            do=f"Make the histories by period={own!r}, or fit a model to histories by {other}.",
        )
