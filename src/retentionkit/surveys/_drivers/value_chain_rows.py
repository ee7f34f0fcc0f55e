"""One link of a value chain, and one moderator of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IN_CHINESE", "STAGES", "ChainLink", "Moderated", "Moderator", "Stage"]

#: Stages of the chain, in their order; the last two stand side by side.
Stage: TypeAlias = Literal["perceived_value", "satisfaction", "repurchase", "loyalty", "advocacy"]
#: What may make the link from satisfaction to repurchase weaker or stronger.
Moderator: TypeAlias = Literal["switching_cost", "attachment"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
#: What they are called in Chinese.
IN_CHINESE: Final[Mapping[str, str]] = {
    "perceived_value": "感知价值",
    "satisfaction": "满意度",
    "repurchase": "复购",
    "loyalty": "忠诚度",
    "advocacy": "口碑推荐",
    "switching_cost": "转换成本",
    "attachment": "情感依恋",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ChainLink:
    """How two stages go together, part of `ValueChain`; undefined numbers are NaN.

    Attributes
    ----------
    source, target
        The earlier and the later stage.
    held
        The stages between them, which are held: none for neighbours.
    n
        Respondents who answered all of these.
    association, standard_error, low, high
        Correlation of neighbours; of others what is left of it once the stages between are held
        (partial correlation). The common scale of all links.
    p_value, adjusted_p_value
        Of no association; adjusted for all p-values of the chain.
    correlation, rank_correlation
        Pearson's and Spearman's, with nothing held.
    difference, difference_low, difference_high
        How much higher the later stage is, in its own unit (a rate for yes or no), where the
        earlier is one standard deviation higher (yes instead of no) and the stages between are
        alike.

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
    >>> link = chain.links[2]
    >>> link.source, link.target, link.held, round(link.association, 2)
    ('perceived_value', 'repurchase', ('satisfaction',), 0.43)
    """

    source: Stage
    target: Stage
    held: tuple[Stage, ...]
    n: int
    association: float
    standard_error: float
    low: float
    high: float
    p_value: float
    adjusted_p_value: float
    correlation: float
    rank_correlation: float
    difference: float
    difference_low: float
    difference_high: float

    @property
    def neighbours(self) -> bool:
        """Whether no stage lies between."""
        return not self.held


@dataclasses.dataclass(frozen=True, slots=True)
class Moderated:
    """The link from satisfaction to repurchase at low and high values of a moderator.

    Attributes
    ----------
    moderator
        `"switching_cost"` or `"attachment"`.
    n
        Respondents who answered all three.
    interaction, low, high
        By how much the link changes per standard deviation of the moderator.
    p_value, adjusted_p_value
        Of no change.
    low_value, high_value
        Where the link is told: the mean less and plus one standard deviation, or the least and
        highest answer if that is nearer; no and yes of a yes or no.
    at_low, at_low_low, at_low_high, at_high, at_high_low, at_high_high
        The link there: how much higher repurchase is, in its own unit (a rate for yes or no), per
        standard deviation of satisfaction.
    n_low, n_high
        Respondents at `low_value` or below, and at `high_value` or above.

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
    >>> row = chain.moderation.rows[0]
    >>> round(row.at_low, 2), round(row.at_high, 2)
    (0.2, 0.3)
    """

    moderator: Moderator
    n: int
    interaction: float
    low: float
    high: float
    p_value: float
    adjusted_p_value: float
    low_value: float
    high_value: float
    at_low: float
    at_low_low: float
    at_low_high: float
    at_high: float
    at_high_low: float
    at_high_high: float
    n_low: int
    n_high: int
