"""Renewal histories as arrays: what every model of contracts reads."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.durations import Unit
from retentionkit.errors import DataError
from retentionkit.histories import _checks
from retentionkit.histories._contracts import check_renewals, flags, from_counts, warn_of_tenure
from retentionkit.histories._rows import Histories
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import Frame, FrameKind

__all__ = ["RenewalHistories"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class RenewalHistories(Histories):
    """How often each customer's contract was renewed, and whether it has ended.

    A contract runs for one period and is renewed, or not, at its end: unlike a shop, the seller
    sees the customer leave. Made by `from_arrays`, by `from_frame` from one row per customer, or by
    `from_survivors` from the counts of cohorts. All arrays are read-only and have shape (n,).

    Many systems keep the tenure: how many periods were paid, 1 in the first one. Then renewals are
    tenure - 1, for contracts that ended as for those that run.

    Attributes
    ----------
    renewals
        How often the contract was renewed, from 0 on.
    ended
        Whether it was not renewed at the opportunity after that; False for a contract that still
        runs, of which nobody knows yet how long it will last (it is censored).
    weight
        How many customers each row stands for.
    customer
        Customer ids, or None where rows are not customers.
    unit
        The period of the contract, from one renewal to the next.
    kind
        The kind of frame that the caller brought.
    definition
        What the histories are, in one sentence.
    """

    renewals: NDArray[np.int64]
    ended: NDArray[np.bool_]
    weight: NDArray[np.float64]
    customer: NDArray[Any] | None
    unit: Unit
    kind: FrameKind | None = None
    definition: str = "Renewal histories as they were given."

    _heading: ClassVar[str] = "Renewal histories"

    _by_row: ClassVar[tuple[str, ...]] = ("renewals", "ended")

    @classmethod
    def from_arrays(
        cls,
        renewals: ArrayLike,
        ended: ArrayLike,
        *,
        unit: Unit,
        customer: ArrayLike | None = None,
        weight: ArrayLike | None = None,
    ) -> RenewalHistories:
        """Histories from arrays, or from the numbers of one customer in a service.

        Parameters
        ----------
        renewals
            How often each contract was renewed, a number or shape (n,).
        ended
            Whether it has ended since, True or False (or 1 or 0), one or shape (n,).
        unit
            The period of the contract.
        customer, weight
            As in the attributes, one or shape (n,).

        Raises
        ------
        DataError
            Lengths differ, or values that no contract can give; positions are named.

        Warns
        -----
        RetentionKitWarning
            Many contracts ended, but none at its first renewal: the numbers may be tenures.

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.RenewalHistories.from_arrays([0, 2, 2], [True, True, False], unit="year")
        >>> h.n_customers
        3
        """
        found = cls._read(renewals, ended, unit=unit, customer=customer, weight=weight)
        warn_of_tenure(found.renewals, found.ended, found.weight)
        return found

    @classmethod
    def _read(
        cls,
        renewals: ArrayLike,
        ended: ArrayLike,
        *,
        unit: Unit,
        customer: ArrayLike | None = None,
        weight: ArrayLike | None = None,
    ) -> RenewalHistories:
        check_choice("unit", unit, get_args(Unit))
        x = _checks.numbers("renewals", renewals)
        over = flags("ended", ended)
        counts = None if weight is None else _checks.numbers("weight", weight)
        ids = None if customer is None else _checks.ids(customer)
        _checks.check_lengths(renewals=x, ended=over, weight=counts, customer=ids)
        check_renewals(x)
        _checks.check_finite(monetary_value=None, log_gaps=None, weight=counts)
        return cls(
            renewals=frozen_array(x, np.int64),
            ended=over,
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
        renewals: str = "renewals",
        ended: str = "ended",
        weight: str | None = None,
    ) -> RenewalHistories:
        """Histories from a frame with one row for each customer, or for each kind of history.

        Parameters
        ----------
        frame
            A pandas or polars DataFrame or a pyarrow Table.
        unit
            The period of the contract.
        customer
            Column of customer ids. None takes the index of a pandas frame if it has a name or is
            not the default one; otherwise the histories have no ids.
        renewals, ended, weight
            Columns with what the attributes describe.

        Raises
        ------
        DataError
            Ids that occur twice, or values that no contract can give.

        Warns
        -----
        RetentionKitWarning
            Many contracts ended, but none at its first renewal: the numbers may be tenures.

        Examples
        --------
        >>> import pandas as pd
        >>> import retentionkit as rk
        >>> frame = pd.DataFrame({"renewals": [0, 3], "ended": [True, False]})
        >>> rk.RenewalHistories.from_frame(frame, unit="month").n_customers
        2
        """
        from retentionkit.histories._from_frame import arrays_of  # noqa: PLC0415 - loads narwhals

        arrays, kind = arrays_of(
            frame, customer=customer, renewals=renewals, ended=ended, weight=weight
        )
        found = dataclasses.replace(cls._read(**arrays, unit=unit), kind=kind)
        warn_of_tenure(found.renewals, found.ended, found.weight)
        return found

    @classmethod
    def from_survivors(
        cls, survivors: ArrayLike | Sequence[ArrayLike], *, unit: Unit
    ) -> RenewalHistories:
        """Histories from the customers of a cohort who were left after 0, 1, 2, ... periods.

        Parameters
        ----------
        survivors
            Numbers of customers of one cohort, such as [1000, 869, 743]; or of several: one
            sequence for each, or a table with a row for each, filled up with NaN on the right.
        unit
            The period of the contract.

        Returns
        -------
        RenewalHistories
            One row with a weight for each length of life; nobody has an id.

        Raises
        ------
        DataError
            Counts that rise, that are not whole (percentages), or of a single point in time.

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.RenewalHistories.from_survivors([1000, 869, 743], unit="year")
        >>> h.weight
        array([131., 126., 743.])
        """
        check_choice("unit", unit, get_args(Unit))
        renewals, ended, weight, cohorts = from_counts(survivors)
        return cls(
            renewals=frozen_array(renewals, np.int64),
            ended=frozen_array(ended, np.bool_),
            weight=frozen_array(weight, np.float64),
            customer=None,
            unit=unit,
            definition=f"Survivors of {cohorts:,} cohort{'s' * (cohorts > 1)}, {unit} by {unit}.",
        )

    def grouped(self) -> RenewalHistories:
        """Equal histories as one row with a weight; customers are left out.

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.RenewalHistories.from_arrays([2, 0, 2], [True, True, True], unit="year")
        >>> h.grouped().weight
        array([1., 2.])
        """
        keys = 2 * self.renewals + ~self.ended  # of equal renewals, those who left come first
        found, at = np.unique(keys, return_inverse=True)
        return dataclasses.replace(
            self,
            renewals=frozen_array(found // 2, np.int64),
            ended=frozen_array(found % 2 == 0, np.bool_),
            weight=frozen_array(np.bincount(at, self.weight), np.float64),
            customer=None,
        )

    def survivors(self) -> NDArray[np.float64]:
        """Customers left after 0, 1, 2, ... periods, as `from_survivors` takes them for a cohort.

        Raises
        ------
        DataError
            If some contracts still run but have been observed for fewer periods than others: how
            many of them will be left is not known.

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.RenewalHistories.from_arrays([0, 1, 1], [True, False, False], unit="year")
        >>> h.survivors()
        array([3., 2.])
        """
        last = int((self.renewals + self.ended).max(initial=0))
        running = self.renewals[~self.ended]
        if len(running) and running.min() < last:
            raise DataError(
                "These contracts were observed for different lengths, so they have no one curve.",
                received=f"running contracts with {running.min()} renewals, others with {last}",
                allowed="a cohort: all that still run have been renewed equally often",
                do="Choose one cohort with histories[mask], or fit a model and ask its survival.",
            )
        left = np.bincount(self.renewals[self.ended], self.weight[self.ended], last + 1)
        return np.asarray(self.weight.sum() - np.concatenate(([0.0], np.cumsum(left)[:last])))

    def _facts(self) -> Mapping[str, str]:
        ended = float(self.weight[self.ended].sum())
        return {
            "customers": f"{self.n_customers:,}",
            "ended": f"{ended:,.0f}; the others still run",
            "period": self.unit,
            "definition": self.definition,
        }
