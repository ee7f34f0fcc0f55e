"""What a set of rules must satisfy before anything is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retentionkit.errors import KindError, OptionError
from retentionkit.rfm._bounds import SCORES, is_listed
from retentionkit.rfm._rule import Rule
from retentionkit.rfm._scoring import read_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_rules", "read_bins", "weights_of"]

_DEFAULT: Final = (5, 5, 5)
_EQUAL: Final = (1.0, 1.0, 1.0)


def check_rules(rules: Sequence[object]) -> tuple[Rule, ...]:
    """The rules, if together they are a table of rules."""
    found = tuple(rule for rule in rules if isinstance(rule, Rule))
    if len(found) < len(rules):
        raise KindError(
            "Something among the rules is no rule.",
            received=", ".join(sorted({type(rule).__name__ for rule in rules} - {"Rule"})),
            allowed="Rule objects",
            do="Write each rule as Rule('diamond', orders=(3, None)).",
        )
    kinds = {name in SCORES for rule in found for name in rule.conditions}
    if len(kinds) != 1:
        raise OptionError(
            "Rules must be on scores or on measures." if kinds else "No rule has a condition.",
            received=f"{len(found)} rules, on {'both' if kinds else 'neither'}",
            allowed="at least one condition, and all of them on scores or all on measures",
            do="Write the whole set in one of them, or make two sets.",
        )
    _check_labels(found)
    return found


def read_bins(bins: object, *, on_scores: bool) -> tuple[int, int, int] | None:
    """The bins of rules on scores, one number for each dimension; None for rules on measures."""
    if bins is None:
        return _DEFAULT if on_scores else None
    each: list[Any] = list(bins) if is_listed(bins) else [bins] * len(_DEFAULT)
    whole = [isinstance(size, int) and not isinstance(size, bool) and size >= 1 for size in each]
    if on_scores and len(each) == len(_DEFAULT) and all(whole):
        return (each[0], each[1], each[2])
    raise OptionError(
        "`bins` belongs to rules on scores and counts the bins of recency, frequency and money.",
        received=f"bins={bins!r} for rules on {'scores' if on_scores else 'measures'}",
        allowed="a whole number of at least 1, or three; none for rules on measures",
        do="Pass bins=(5, 5, 5), or leave it out.",
    )


def weights_of(rules: Sequence[Rule], weights: object) -> tuple[float, float, float] | None:
    """The weights of the combined score, equal unless given; None for rules that do not use it."""
    if any("combined" in rule.conditions for rule in rules):
        return read_weights(_EQUAL if weights is None else weights, money=True)
    if weights is None:
        return None
    raise OptionError(
        "`weights` belongs to rules on the combined score.",
        received=f"weights={weights!r}, and no condition on the combined score",
        allowed="weights beside a condition such as combined=(4, None)",
        do="Leave the weights out, or write a condition on the combined score.",
    )


def _check_labels(rules: Sequence[Rule]) -> None:
    for language in ("english", "chinese"):
        stated: dict[str, str] = {}
        for rule in rules:
            label: str | None = getattr(rule, language)
            if label is not None and stated.setdefault(rule.name, label) != label:
                raise OptionError(
                    "Two rules of one segment have different labels.",
                    received=f"{rule.name}: {stated[rule.name]!r} and {label!r}",
                    allowed="one label for each segment and language",
                    do="State the label in one of the rules only, or name the segments apart.",
                )
