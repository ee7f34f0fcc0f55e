"""From perceived value to loyalty, link by link, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit._texts import p_text
from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._drivers.value_chain_rows import IN_CHINESE, STAGES, ChainLink, Moderated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import FrameKind
    from retentionkit.surveys._drivers.value_chain_rows import Stage

__all__ = ["ChainModeration", "ValueChain"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ChainModeration(Result):
    """What makes the link from satisfaction to repurchase weaker or stronger.

    Part of `ValueChain`.

    Attributes
    ----------
    rows
        One for each moderator.
    confidence
        Level of the intervals.
    definition
        One sentence.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import pandas as pd, retentionkit as rk
    >>> frame = pd.DataFrame({
    ...     "worth": [1, 2, 3, 4, 5, 3, 2, 5],
    ...     "csat": [1, 3, 2, 5, 4, 3, 3, 4],
    ...     "again": [0, 0, 1, 1, 1, 0, 1, 1],
    ...     "cost": [1, 4, 2, 3, 5, 1, 2, 3],
    ... })
    >>> chain = rk.surveys.value_chain(
    ...     frame,
    ...     perceived_value="worth",
    ...     satisfaction="csat",
    ...     repurchase="again",
    ...     switching_cost="cost",
    ... )
    >>> chain.moderation.to_frame()[["moderator", "n"]]
            moderator  n
    0  switching_cost  8
    """

    rows: tuple[Moderated, ...]
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Satisfaction and repurchase, by moderator"

    def _table(self) -> Columns:
        names = [field.name for field in dataclasses.fields(Moderated)]
        table: dict[str, list[object]] = {
            name: [getattr(row, name) for row in self.rows] for name in names
        }
        table["moderator_zh"] = [IN_CHINESE[row.moderator] for row in self.rows]
        return table

    def _printed(self) -> Columns:
        return {
            "moderator": [row.moderator for row in self.rows],
            "n": [row.n for row in self.rows],
            "link at low": [_limited(row.at_low, row.at_low_low, row.at_low_high)
                            for row in self.rows],
            "link at high": [_limited(row.at_high, row.at_high_low, row.at_high_high)
                             for row in self.rows],
            "change per SD": [_limited(row.interaction, row.low, row.high) for row in self.rows],
            "p adjusted": [p_text(row.adjusted_p_value) for row in self.rows],
        }  # fmt: skip

    def _facts(self) -> Mapping[str, str]:
        values = ", ".join(
            f"{row.moderator} {row.low_value:.3g} ({row.n_low:,} there or below) and "
            f"{row.high_value:.3g} ({row.n_high:,} there or above)"
            for row in self.rows
        )
        return {
            "low and high": values,
            "in brackets": f"{100 * self.confidence:g} % intervals",
            "definition": self.definition,
        }


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValueChain(Result):
    """Perceived value, satisfaction, repurchase, loyalty and advocacy, made by `value_chain`.

    Attributes
    ----------
    links
        Neighbouring stages first, then those further apart.
    moderation
        What switching cost and attachment change; None if neither was given.
    columns
        The column of each stage and moderator.
    missing
        How many respondents did not answer each.
    yes_or_no
        Stages and moderators that are 0 and 1.
    n
        Rows of the frame.
    multiplicity
        How p-values are adjusted.
    confidence
        Level of the intervals.
    notes
        What to bear in mind, one sentence each.
    definition
        What the links are.
    kind
        The kind of frame that the caller brought.
    """

    links: tuple[ChainLink, ...]
    moderation: ChainModeration | None
    columns: Mapping[str, str]
    missing: Mapping[str, int]
    yes_or_no: tuple[str, ...]
    n: int
    multiplicity: Multiplicity
    confidence: float
    notes: tuple[str, ...]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Value chain"

    def link(self, source: Stage, target: Stage) -> Estimate:
        """The association of two stages, with the stages between them held.

        Parameters
        ----------
        source, target
            The earlier and the later stage.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            One is no stage of this chain, or they do not follow each other.

        Examples
        --------
        >>> import pandas as pd, retentionkit as rk
        >>> frame = pd.DataFrame({
        ...     "worth": [1, 2, 3, 4, 5, 3, 2, 5],
        ...     "csat": [1, 3, 2, 5, 4, 3, 3, 4],
        ...     "again": [0, 0, 1, 1, 1, 0, 1, 1],
        ...     "cost": [1, 4, 2, 3, 5, 1, 2, 3],
        ... })
        >>> chain = rk.surveys.value_chain(
        ...     frame,
        ...     perceived_value="worth",
        ...     satisfaction="csat",
        ...     repurchase="again",
        ...     switching_cost="cost",
        ... )
        >>> chain.link("satisfaction", "repurchase")
        Estimate(0.526, 95 % -0.4627 to 0.9315, n = 8)
        """
        check_choice("source", source, STAGES)
        check_choice("target", target, STAGES)
        for row in self.links:
            if (row.source, row.target) == (source, target):
                limits = Interval(row.low, row.high, self.confidence)
                return Estimate(row.association, row.standard_error, limits, row.n, _of_link(row))
        raise OptionError(
            "There is no such link.",
            received=f"{source} to {target}",
            allowed=", ".join(f"{row.source} to {row.target}" for row in self.links),
            do="Name the earlier stage first, and give the columns of both to `value_chain`.",
        )

    def _table(self) -> Columns:
        rows = self.links
        names = [field.name for field in dataclasses.fields(ChainLink)]
        table: dict[str, list[object]] = {
            name: [getattr(row, name) for row in rows] for name in names
        }
        table["held"] = [", ".join(row.held) for row in rows]
        table["source_zh"] = [IN_CHINESE[row.source] for row in rows]
        table["target_zh"] = [IN_CHINESE[row.target] for row in rows]
        return table

    def _printed(self) -> Columns:
        rows = self.links
        return {
            "from": [row.source for row in rows],
            "to": [row.target for row in rows],
            "held": [len(row.held) or "–" for row in rows],
            "n": [row.n for row in rows],
            "association": [_limited(row.association, row.low, row.high) for row in rows],
            "p adjusted": [p_text(row.adjusted_p_value) for row in rows],
            "rank": [_two(row.rank_correlation) for row in rows],
            "difference": [_two(row.difference) for row in rows],
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"respondents": f"{self.n:,}"}
        absent = [f"{name} {count:,}" for name, count in self.missing.items() if count]
        if absent:
            facts["missing"] = ", ".join(absent)
        if self.yes_or_no:
            facts["yes or no"] = ", ".join(self.yes_or_no)
        facts["in brackets"] = f"{100 * self.confidence:g} % intervals"
        if self.moderation is not None:
            facts["moderated"] = "; ".join(map(_moderated, self.moderation.rows))
        if self.notes:
            facts["note"] = " ".join(self.notes)
        return {**facts, "definition": self.definition}


def _of_link(row: ChainLink) -> str:
    between = f", with {' and '.join(row.held)} held" if row.held else ""
    return (
        f"Correlation of {row.source} and {row.target}{between}, with a robust interval by "
        "Fisher's z. Association, not effect."
    )


def _moderated(row: Moderated) -> str:
    return (
        f"link {_two(row.at_low)} at low and {_two(row.at_high)} at high {row.moderator}, p "
        f"{p_text(row.adjusted_p_value, sign=True)}"
    )


def _limited(value: float, low: float, high: float) -> str:
    limits = "" if math.isnan(low) else f" ({low:z.2f} to {high:z.2f})"
    return _two(value) + limits


def _two(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:z.2f}"
