"""Purchase histories as arrays: what every transaction model reads."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.durations import Grain, Unit, unit_ratio
from retentionkit.histories import _checks
from retentionkit.histories._rows import Histories, frozen, starts_of_equals

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.ledger import Ledger

__all__ = ["PurchaseHistories"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PurchaseHistories(Histories):
    r"""Each customer's frequency, recency, age and monetary value.

    Made by `purchase_histories` from a log, by `from_frame` from a ready summary, or by
    `from_arrays`. All arrays are read-only and have shape (n,).

    Attributes
    ----------
    frequency
        Repeat purchases :math:`x`: purchase events after the first one.
    recency
        Age at the last purchase :math:`t_x`, in `unit`; 0 without repeats. The R of RFM, the
        time since the last purchase, is `age - recency`.
    age
        Age :math:`T` at the end of observation, in `unit`; the column `T` of frames.
    monetary_value
        Mean amount of the repeat purchase events, net of refunds; NaN (never 0) without repeats;
        None for a log without money.
    weight
        How many customers each row stands for.
    customer
        Customer ids, or None where rows are not customers.
    log_gaps
        Sum of the logarithms of the times between purchases in `unit`, for regularity models;
        0 without repeats; None unless asked for.
    unit
        What recency and age are measured in.
    grain
        What counts as one purchase event.
    as_of
        The last grain counted, inclusive; None if not known.
    first
        The first day of observation; None if not known.
    origin_unknown
        Customers whose first purchase lies on the first day of the log, or in its first grain if
        that is longer: some of them were customers before it began. Of later ones nobody can tell.
        None if not known.
    definition
        One sentence: window, event, unit.
    ledger
        What was set aside, from the rows of the caller's frame on; None if not known.
    kind
        The kind of frame that the caller brought.
    """

    frequency: NDArray[np.int64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    monetary_value: NDArray[np.float64] | None
    weight: NDArray[np.float64]
    customer: NDArray[Any] | None
    log_gaps: NDArray[np.float64] | None
    unit: Unit
    kind: FrameKind | None = None
    grain: Grain = "day"
    as_of: dt.date | dt.datetime | None = None
    first: dt.date | None = None
    origin_unknown: int | None = None
    definition: str = "Purchase histories as they were given."
    ledger: Ledger | None = None

    _heading: ClassVar[str] = "Purchase histories"

    _by_row: ClassVar[tuple[str, ...]] = (
        "frequency",
        "recency",
        "age",
        "monetary_value",
        "log_gaps",
    )
    _of_all: ClassVar[tuple[str, ...]] = ("origin_unknown", "ledger")
    _columns: ClassVar[Mapping[str, str]] = {"age": "T"}

    @classmethod
    def from_arrays(
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        *,
        unit: Unit,
        monetary_value: ArrayLike | None = None,
        customer: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        log_gaps: ArrayLike | None = None,
    ) -> PurchaseHistories:
        """Histories from arrays, or from the numbers of one customer in a service.

        Parameters
        ----------
        frequency, recency, age
            Numbers, or arrays of shape (n,): repeat purchases, age at the last purchase, age.
        unit
            What recency and age are measured in.
        monetary_value, customer, weight, log_gaps
            As in the attributes, numbers or arrays of shape (n,).

        Raises
        ------
        DataError
            Lengths differ, or values that no log can give; positions are named.

        Examples
        --------
        >>> from retentionkit.histories import PurchaseHistories
        >>> len(PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week"))
        1
        """
        check_choice("unit", unit, get_args(Unit))
        x = _checks.numbers("frequency", frequency)
        t_x, T = _checks.numbers("recency", recency), _checks.numbers("age", age)
        money = (
            None if monetary_value is None else _checks.numbers("monetary_value", monetary_value)
        )
        counts = None if weight is None else _checks.numbers("weight", weight)
        gaps = None if log_gaps is None else _checks.numbers("log_gaps", log_gaps)
        ids = None if customer is None else _checks.ids(customer)
        _checks.check_lengths(
            frequency=x,
            recency=t_x,
            age=T,
            monetary_value=money,
            weight=counts,
            log_gaps=gaps,
            customer=ids,
        )
        _checks.check_histories(x, t_x, T)
        _checks.check_finite(monetary_value=money, log_gaps=gaps, weight=counts)
        return cls(
            frequency=frozen(x.astype(np.int64)),
            recency=t_x,
            age=T,
            monetary_value=_checks.means_of_repeats(money, x),
            weight=np.broadcast_to(1.0, len(x)) if counts is None else counts,
            customer=ids,
            log_gaps=gaps,
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
        age: str = "T",
        monetary_value: str | None = None,
    ) -> PurchaseHistories:
        """Histories from a ready summary, one row for each customer.

        Parameters
        ----------
        frame
            A pandas or polars DataFrame or a pyarrow Table.
        unit
            What recency and age are measured in.
        customer
            Column of customer ids. None takes the index of a pandas frame if it has a name or is
            not the default one; otherwise the histories have no ids.
        frequency, recency, age, monetary_value
            Columns with what the attributes describe.

        Raises
        ------
        DataError
            Ids that occur twice, or values that no log can give.

        Examples
        --------
        >>> import pandas as pd
        >>> from retentionkit.histories import PurchaseHistories
        >>> summary = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
        >>> PurchaseHistories.from_frame(summary, unit="week").n_customers
        1
        """
        from retentionkit.histories._from_frame import arrays_of  # noqa: PLC0415 - loads narwhals

        arrays, kind = arrays_of(
            frame,
            customer=customer,
            frequency=frequency,
            recency=recency,
            age=age,
            monetary_value=monetary_value,
        )
        return dataclasses.replace(cls.from_arrays(**arrays, unit=unit), kind=kind)

    def in_unit(self, unit: Unit) -> PurchaseHistories:
        """The same histories measured in another unit."""
        check_choice("unit", unit, get_args(Unit))
        if unit == self.unit:
            return self
        ratio = unit_ratio(self.unit, unit)
        gaps = self.log_gaps
        return dataclasses.replace(
            self,
            recency=frozen(self.recency * ratio),
            age=frozen(self.age * ratio),
            log_gaps=None if gaps is None else frozen(gaps + self.frequency * np.log(ratio)),
            unit=unit,
        )

    def grouped(self) -> PurchaseHistories:
        """Equal histories as one row with a weight; customers and money are left out.

        Examples
        --------
        >>> from retentionkit.histories import PurchaseHistories
        >>> twice = PurchaseHistories.from_arrays([1, 1], [2, 2], [3, 3], unit="week")
        >>> twice.grouped().weight
        array([2.])
        """
        columns = [self.frequency, self.recency, self.age]
        columns += [] if self.log_gaps is None else [self.log_gaps]
        order, starts = starts_of_equals(columns)
        x, t_x, T, *gaps = (frozen(column[order[starts]]) for column in columns)
        return dataclasses.replace(
            self,
            frequency=x,
            recency=t_x,
            age=T,
            log_gaps=gaps[0] if gaps else None,
            weight=frozen(np.add.reduceat(self.weight[order], starts)),
            customer=None,
            monetary_value=None,
        )

    def _facts(self) -> Mapping[str, str]:
        facts = {"customers": f"{self.n_customers:,}", "unit": self.unit}
        if self.as_of is not None:
            facts["as_of"] = str(self.as_of)
        if self.origin_unknown:
            facts["origin unknown"] = (
                f"{self.origin_unknown:,} customers bought as the log begins; they may not be new"
            )
        return facts | {"definition": self.definition}
