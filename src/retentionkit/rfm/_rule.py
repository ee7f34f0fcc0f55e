"""One rule: a name and the conditions under which it takes a customer."""

from __future__ import annotations

import dataclasses
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from retentionkit.arguments import probably
from retentionkit.errors import OptionError
from retentionkit.rfm._bounds import (
    MEASURES,
    SCORES,
    Bound,
    Condition,
    Limit,
    read_condition,
    say_conditions,
)
from retentionkit.rfm._names import check_labels, check_names

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Rule", "dimensions_of"]

T = TypeVar("T")


def _names_checked(rule: type[T]) -> type[T]:
    """The class, refusing conditions on what is no score or measure in words of its own."""
    made = rule.__init__
    known = {field.name for field in dataclasses.fields(rule)}  # type: ignore[arg-type]

    @wraps(made)
    def checked(self: T, *texts: object, **given: object) -> None:
        unknown = [name for name in given if name not in known]
        if unknown:
            raise _no_condition(unknown)
        made(self, *texts, **given)

    setattr(rule, "__init__", checked)  # noqa: B010 - type checkers know the one of the dataclass
    return rule


@_names_checked
@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A box of a segment: who satisfies all of its conditions may belong to it.

    A condition is None (any value), a number (exactly that), a pair `(low, high)` for [low, high)
    with None for no limit, a `Bound`, or `"not given"`: the source names a limit without a number,
    which takes any value and is pointed out by the linter. A rule without conditions takes whoever
    is left.

    Parameters
    ----------
    name
        Key of the segment. Several rules of the same name are boxes of one segment.
    english, chinese
        Its labels for people. Default: those of another rule of that name, else made of the key.
    note
        What to know of this rule, such as whose bound it is.
    recency, frequency, monetary
        Conditions on scores; 1 is the worst, the number of bins the best.
    frequency_monetary
        Condition on the mean of the scores of frequency and money.
    combined
        Condition on the weighted mean of all three scores; the weights are those of the set.
    days_since_last, orders, active_days, net_spend, mean_order_value
        Conditions on measures.

    Raises
    ------
    OptionError
        The name is empty or one that is said of others (`"unassigned"`, `"refund_only"`,
        `"entered"`, `"exited"`), a condition is none or on what is no score or measure, or scores
        and measures are mixed.

    Examples
    --------
    >>> import retentionkit as rk
    >>> print(rk.rfm.Rule("diamond", orders=(3, None), mean_order_value=(5_000, None)))
    diamond: orders ≥ 3, mean order value ≥ 5,000
    """

    name: str
    _: dataclasses.KW_ONLY
    english: str | None = None
    chinese: str | None = None
    note: str = ""
    recency: Condition = None
    frequency: Condition = None
    monetary: Condition = None
    frequency_monetary: Condition = None
    combined: Condition = None
    days_since_last: Condition = None
    orders: Condition = None
    active_days: Condition = None
    net_spend: Condition = None
    mean_order_value: Condition = None

    def __post_init__(self) -> None:
        """Conditions as bounds, on scores or on measures."""
        _check_texts(self)
        for dimension in (*SCORES, *MEASURES):
            found = read_condition(dimension, getattr(self, dimension))
            unlimited = isinstance(found, Bound) and found.low is None and found.high is None
            object.__setattr__(self, dimension, None if unlimited else found)
        used = set(self.conditions)
        if used & set(SCORES) and used & set(MEASURES):
            raise OptionError(
                "A rule is on scores or on measures, not on both.",
                received=str(self),
                allowed=f"scores: {', '.join(SCORES)}; or measures: {', '.join(MEASURES)}",
                do="Write the whole set of rules in one of them.",
            )

    @property
    def conditions(self) -> dict[str, Limit]:
        """The conditions that were given, by score or measure."""
        found: dict[str, Limit | None] = {
            name: getattr(self, name) for name in (*SCORES, *MEASURES)
        }
        return {name: limit for name, limit in found.items() if limit is not None}

    def __str__(self) -> str:
        """The name and the conditions in words."""
        return f"{self.name}: {say_conditions(self.conditions)}"


def dimensions_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """The scores or measures that rules use, in the order in which they are listed."""
    used = {name for rule in rules for name in rule.conditions}
    return tuple(name for name in (*SCORES, *MEASURES) if name in used)


def _no_condition(unknown: list[str]) -> OptionError:
    names = (*SCORES, *MEASURES)
    meant = [probably(name, names, {}) for name in unknown]
    return OptionError(
        "A rule has conditions on scores or measures only.",
        received=", ".join(f"{name}=" for name in unknown),
        allowed=f"scores: {', '.join(SCORES)}; or measures: {', '.join(MEASURES)}; besides "
        "english, chinese and note",
        do=" ".join(f"Pass {name[1:-1]}= if that is meant." for name in meant if name)
        or "Pass one of them.",
    )


def _check_texts(rule: Rule) -> None:
    check_names([rule.name])
    check_labels([rule.english or "", rule.chinese or "", rule.note])
