"""Opportunity histories as arrays: what the models of discrete opportunities read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.durations import Unit
from retentionkit.histories import _checks
from retentionkit.histories._rows import Histories, frozen, starts_of_equals

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.ledger import Ledger

__all__ = ["OpportunityHistories"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpportunityHistories(Histories):
    r"""How many of their opportunities each customer took, and which was the last one.

    An opportunity is a period or an occasion at which a customer buys or does not: the yearly
    appeal of a charity, a conference, a season. `PurchaseHistories` measure *time*; these *count*.
    Made by `opportunity_histories` from a log, by `from_frame` from a ready summary, or by
    `from_arrays`. All arrays are read-only and have shape (n,).

    Attributes
    ----------
    frequency
        Opportunities with a purchase :math:`x`, after the acquisition.
    recency
        Number of the last opportunity with a purchase, :math:`t_x`; 0 without one.
    opportunities
        Opportunities observed after the acquisition, :math:`n`; the column `n` of frames.
    monetary_value
        Mean amount of the opportunities with a purchase, net of refunds; NaN (never 0) without
        one; None where there is no money.
    weight
        How many customers each row stands for.
    customer
        Customer ids, or None where rows are not customers.
    unit
        The period of one opportunity.
    as_of
        The last day of the last opportunity; None if not known.
    first
        The first day of observation; None if not known.
    definition
        One sentence: window, opportunity.
    ledger
        What was set aside, from the rows of the caller's frame on; None if not known.
    kind
        The kind of frame that the caller brought.
    """

    frequency: NDArray[np.int64]
    recency: NDArray[np.int64]
    opportunities: NDArray[np.int64]
    monetary_value: NDArray[np.float64] | None
    weight: NDArray[np.float64]
    customer: NDArray[Any] | None
    unit: Unit
    kind: FrameKind | None = None
    as_of: dt.date | None = None
    first: dt.date | None = None
    definition: str = "Opportunity histories as they were given."
    ledger: Ledger | None = None

    _heading: ClassVar[str] = "Opportunity histories"

    _by_row: ClassVar[tuple[str, ...]] = (
        "frequency",
        "recency",
        "opportunities",
        "monetary_value",
    )
    _of_all: ClassVar[tuple[str, ...]] = ("ledger",)
    _columns: ClassVar[Mapping[str, str]] = {"opportunities": "n"}

    @classmethod
    def from_arrays(
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        opportunities: ArrayLike,
        *,
        unit: Unit,
        customer: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        monetary_value: ArrayLike | None = None,
    ) -> OpportunityHistories:
        """Histories from arrays, or from the numbers of one customer in a service.

        Parameters
        ----------
        frequency, recency, opportunities
            Whole numbers, or arrays of shape (n,): opportunities with a purchase, number of the
            last of them, opportunities observed.
        unit
            The period of one opportunity: "day", "week", "month", "year".
        customer, weight, monetary_value
            As in the attributes, numbers or arrays of shape (n,).

        Raises
        ------
        DataError
            Lengths differ, or values that no series of opportunities can give; positions are named.

        Examples
        --------
        A donor of a charity gave after 1 and after 4 of 6 years:

        >>> from retentionkit.histories import OpportunityHistories
        >>> len(OpportunityHistories.from_arrays(2, 4, 6, unit="year"))
        1
        """
        check_choice("unit", unit, get_args(Unit))
        x, t_x = _checks.numbers("frequency", frequency), _checks.numbers("recency", recency)
        n = _checks.numbers("opportunities", opportunities)
        money = (
            None if monetary_value is None else _checks.numbers("monetary_value", monetary_value)
        )
        counts = None if weight is None else _checks.numbers("weight", weight)
        ids = None if customer is None else _checks.ids(customer)
        _checks.check_lengths(
            frequency=x,
            recency=t_x,
            opportunities=n,
            monetary_value=money,
            weight=counts,
            customer=ids,
        )
        _checks.check_opportunities(x, t_x, n)
        _checks.check_finite(monetary_value=money, log_gaps=None, weight=counts)
        return cls(
            frequency=frozen(x.astype(np.int64)),
            recency=frozen(t_x.astype(np.int64)),
            opportunities=frozen(n.astype(np.int64)),
            monetary_value=_checks.means_of_repeats(money, x),
            weight=np.broadcast_to(1.0, len(x)) if counts is None else counts,
            customer=ids,
            unit=unit,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        *,
        unit: Unit,
        customer: str | None = None,
        frequency: str = "frequency",
        recency: str = "recency",
        opportunities: str = "n",
        weight: str | None = None,
        monetary_value: str | None = None,
    ) -> OpportunityHistories:
        """Histories from a ready summary, one row for each customer or, with weights, for many.

        Parameters
        ----------
        frame
            A pandas or polars DataFrame or a pyarrow Table.
        unit
            The period of one opportunity.
        customer
            Column of customer ids. None takes the index of a pandas frame if it has a name or is
            not the default one; otherwise the histories have no ids.
        frequency, recency, opportunities, weight, monetary_value
            Columns with what the attributes describe.

        Raises
        ------
        DataError
            Ids that occur twice, or values that no series of opportunities can give.

        Examples
        --------
        >>> import pandas as pd
        >>> from retentionkit.histories import OpportunityHistories
        >>> summary = pd.DataFrame({"frequency": [2, 0], "recency": [4, 0], "n": 6, "who": [9, 7]})
        >>> OpportunityHistories.from_frame(summary, unit="year", weight="who").n_customers
        16
        """
        from retentionkit.histories._from_frame import arrays_of  # noqa: PLC0415 - loads narwhals

        arrays, kind = arrays_of(
            frame,
            customer=customer,
            frequency=frequency,
            recency=recency,
            opportunities=opportunities,
            weight=weight,
            monetary_value=monetary_value,
        )
        return dataclasses.replace(cls.from_arrays(**arrays, unit=unit), kind=kind)

    def grouped(self) -> OpportunityHistories:
        """Equal histories as one row with a weight; customers and money are left out.

        Examples
        --------
        >>> from retentionkit.histories import OpportunityHistories
        >>> twice = OpportunityHistories.from_arrays([1, 1], [2, 2], [3, 3], unit="year")
        >>> twice.grouped().weight
        array([2.])
        """
        columns = (self.frequency, self.recency, self.opportunities)
        order, starts = starts_of_equals(columns)
        x, t_x, n = (frozen(column[order[starts]]) for column in columns)
        return dataclasses.replace(
            self,
            frequency=x,
            recency=t_x,
            opportunities=n,
            weight=frozen(np.add.reduceat(self.weight[order], starts)),
            customer=None,
            monetary_value=None,
        )

    def _facts(self) -> Mapping[str, str]:
        facts = {"customers": f"{self.n_customers:,}", "opportunity": f"one {self.unit}"}
        if self.as_of is not None:
            facts["as_of"] = str(self.as_of)
        return facts | {"definition": self.definition}
