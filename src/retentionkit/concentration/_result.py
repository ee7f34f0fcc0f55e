"""What is known of the concentration of some customers' value."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from retentionkit.arguments import check_number
from retentionkit.concentration._bootstrap import ConcentrationBootstrap, bootstrapped
from retentionkit.concentration._claim import ConcentrationClaim, check_claim, make_claim
from retentionkit.concentration._difference import gini_difference
from retentionkit.concentration._figures import (
    caution,
    estimated,
    figures_table,
    kinds,
    share_kind,
    top_kind,
)
from retentionkit.results import Columns, Estimate, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.concentration._sample import Lorenz, Negative, Sample
    from retentionkit.frames import FrameKind

__all__ = ["Concentration"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Concentration(Result):
    """How unequally customers contribute, made by `concentration`.

    Undefined figures are NaN: all of them where nobody brought anything, all but the Gini
    coefficient where there are negative values, intervals for a single customer.

    Attributes
    ----------
    gini
        Gini coefficient, from 0 (all customers alike) to (n - 1)/n (one brings everything).
    gini_unbiased
        The same times n/(n - 1): from 0 to 1, whatever n. With `negative="normalised"` both are
        the normalised form.
    hhi
        Sum of the squared shares of the customers, from 1/n to 1.
    effective_customers
        1/HHI: how many equal customers would be as concentrated.
    deciles
        Share of the value that each tenth of the customers brings, the most valuable tenth first,
        shape (10,). A customer on a boundary counts in parts.
    n
        Customers counted.
    total
        Their value together.
    n_zero
        Customers among them who brought nothing.
    n_negative, negative_total
        Customers with negative values, and their value together, as received.
    negative
        What was done with them.
    window
        Days in which the value was counted; None if it was not said.
    confidence
        Confidence level of all intervals.
    definition
        What was counted, in one sentence.
    kind
        The kind of frame that the values came from.
    sample
        The sorted values; no part of comparisons and exports.
    """

    gini: Estimate
    gini_unbiased: Estimate
    hhi: Estimate
    effective_customers: Estimate
    deciles: NDArray[np.float64]
    n: int
    total: float
    n_zero: int
    n_negative: int
    negative_total: float
    negative: Negative
    window: float | None
    confidence: float
    definition: str
    kind: FrameKind | None = None
    sample: Sample = dataclasses.field(kw_only=True, compare=False)

    _heading: ClassVar[str] = "Concentration of value"

    @property
    def lorenz(self) -> Lorenz:
        """Share of customers, least valuable first, and their share of the value: each corner."""
        return self.sample.lorenz()

    def top_share(self, p: float) -> Estimate:
        """Share of the value that the most valuable share p of the customers bring.

        Parameters
        ----------
        p
            Share of the customers, such as 0.2; a customer on the boundary counts in parts.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            If p is no share above 0.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.rfm.concentration([5.0, 5.0, 10.0, 80.0]).top_share(0.5).value
        0.9
        """
        check_number("p", p, low=0, high=1, open_low=True, do="Write 20 % as 0.2.")
        return estimated(self.sample, top_kind(p), self.confidence)

    def share_needed(self, q: float = 0.8) -> Estimate:
        """Share of the customers, the most valuable first, who bring the share q of the value.

        Parameters
        ----------
        q
            Share of the value.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            If q is no share above 0.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.rfm.concentration([5.0, 5.0, 10.0, 80.0]).share_needed(0.8).value
        0.25
        """
        check_number("q", q, low=0, high=1, open_low=True, do="Write 80 % as 0.8.")
        return estimated(self.sample, share_kind(q), self.confidence)

    def claim(self, *, customers: float, value: float) -> ConcentrationClaim:
        """Whether a sentence such as "12 % of customers bring 65 % of revenue" holds here.

        Parameters
        ----------
        customers
            Share of the customers, the most valuable ones.
        value
            Share of the value that they are said to bring, or more.

        Returns
        -------
        ConcentrationClaim

        Raises
        ------
        OptionError
            If these are no shares, or would be true of equal customers.

        Notes
        -----
        The customers are those who bring most, whoever they are. `SegmentProfile.claim` asks the
        same of named segments.

        Examples
        --------
        >>> import retentionkit as rk
        >>> claim = rk.rfm.concentration([1.0, 2.0, 3.0, 4.0]).claim(customers=0.12, value=0.65)
        >>> claim.verdict, round(claim.gini_at_least, 2), round(claim.per_head_ratio, 1)
        ('does not hold', 0.53, 13.6)
        """
        check_claim(customers, value)
        top = self.top_share(customers)
        return make_claim(
            customers=customers, value=value, top_share=top, gini=self.gini, kind=self.kind
        )

    def difference(self, other: Concentration) -> Estimate:
        """The unbiased Gini coefficient of another period or group, less that of this one.

        Parameters
        ----------
        other
            The later, or the other.

        Returns
        -------
        Estimate

        Warns
        -----
        RetentionKitWarning
            If the windows differ by more than months do, or are not known: the length of the
            window by itself changes every figure.

        Raises
        ------
        KindError
            If `other` is no concentration.
        OptionError
            If the two treat negative customers differently.

        Examples
        --------
        >>> import retentionkit as rk
        >>> spring = rk.rfm.concentration([2.0, 3.0, 5.0, 6.0], window="3 months")
        >>> summer = rk.rfm.concentration([1.0, 2.0, 4.0, 9.0], window="3 months")
        >>> round(spring.difference(summer).value, 3)
        0.25
        """
        return gini_difference(self, other)

    def bootstrap(
        self,
        *,
        n_resamples: int = 1000,
        customers: float = 0.2,
        value: float = 0.8,
        rng: np.random.Generator | int = 0,
    ) -> ConcentrationBootstrap:
        """The figures with studentised bootstrap intervals, for few or skewed customers.

        Parameters
        ----------
        n_resamples
            Resamples, 100 or more.
        customers
            Share of the customers whose share of the value is told.
        value
            Share of the value for which the share of the customers is told.
        rng
            Seed or generator.

        Returns
        -------
        ConcentrationBootstrap

        Raises
        ------
        OptionError
            If there are fewer resamples, or weights that are no whole numbers.

        Examples
        --------
        >>> import retentionkit as rk
        >>> drawn = rk.rfm.concentration([1.0, 2.0, 4.0, 4.0, 9.0]).bootstrap(n_resamples=200)
        >>> drawn.n_resamples, round(drawn.gini.value, 2)
        (200, 0.36)
        """
        check_number("customers", customers, low=0, high=1, open_low=True)
        check_number("value", value, low=0, high=1, open_low=True)
        found = bootstrapped(
            self.sample,
            {
                **kinds(self.sample.n, normalised=self.negative == "normalised"),
                "top_share": top_kind(customers),
                "share_needed": share_kind(value),
            },
            confidence=self.confidence,
            n_resamples=n_resamples,
            rng=rng,
        )
        return ConcentrationBootstrap(
            **found,
            customers=customers,
            value=value,
            n_resamples=int(n_resamples),
            definition="Customers drawn with replacement; limits from the distribution of each "
            "figure's distance in its own standard errors.",
            kind=self.kind,
        )

    def _table(self) -> Columns:
        figures = {"gini": self.gini, "gini_unbiased": self.gini_unbiased}
        for p in (0.01, 0.1, 0.2):
            figures[f"share_of_top_{100 * p:g}_percent"] = self.top_share(p)
        figures["customers_for_80_percent"] = self.share_needed(0.8)
        figures |= {"hhi": self.hhi, "effective_customers": self.effective_customers}
        return figures_table(figures)

    def _facts(self) -> Mapping[str, str]:
        zero = f", {self.n_zero:,} of them without value" if self.n_zero else ""
        window = {} if self.window is None else {"window": f"{self.window:g} days"}
        return {
            "customers": f"{self.n:,}{zero}",
            "total": f"{self.total:,.2f}",
            **window,
            "confidence": f"{100 * self.confidence:g} %",
            **caution(self.hhi),
            "definition": self.definition,
        }
