"""Rules put to customers: whether the data fit the rules, and whom each rule matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.durations import calendar_day, day_number, duration_in
from retentionkit.errors import DataError, KindError, warn
from retentionkit.rfm._bounds import Bound
from retentionkit.rfm._ranks import SAME, money_floor
from retentionkit.rfm._rule import dimensions_of
from retentionkit.rfm._scored import RFMScores
from retentionkit.rfm._segments import measures_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.durations import Duration
    from retentionkit.rfm._bounds import Limit
    from retentionkit.rfm._rules import SegmentRules
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "assumed_currency",
    "inside",
    "say_data",
    "say_orders_in",
    "say_weights",
    "say_window",
    "takes",
    "values_of",
]

_MONEY: Final = ("net_spend", "mean_order_value")
_HIGH_AND_LOW: Final = (2, 2, 2)


def values_of(rules: SegmentRules, data: RFMTable | RFMScores) -> dict[str, NDArray[np.float64]]:
    """The scores or measures that the rules use, by name, from data that fit the rules."""
    table = measures_of(data)
    _check_window(rules, table)
    _check_currency(rules, table)
    source: Any = table
    if rules.bins is not None:
        source = _checked_scores(rules, data)
    found = {name: getattr(source, name) for name in dimensions_of(rules.rules)}
    missing = [name for name, values in found.items() if values is None]
    if "combined" in found and source.monetary is None:
        missing.append("combined")  # of two scores it is another one than the rules mean
    if missing:
        raise DataError(
            "The rules are on money, and the log has none.",
            received=f"conditions on {', '.join(missing)}",
            allowed="a log with amounts",
            do="Pass amount= to Transactions, or write rules without money.",
        )
    return {name: _rounded(name, np.asarray(part, np.float64)) for name, part in found.items()}


def _rounded(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values, with nothing where refunds that cancel left a rest."""
    known = values[~np.isnan(values)]
    if name not in _MONEY or len(known) == 0:
        return values
    return np.where(np.abs(values) <= money_floor(known), 0.0, values)


def takes(
    rules: SegmentRules, values: Mapping[str, NDArray[np.float64]]
) -> Iterator[NDArray[np.bool_]]:
    """Whom each rule matches, rule by rule, whatever earlier rules take; shape (n,) each.

    A rule without conditions matches whoever is left.
    """
    size = next(iter(values.values())).shape
    left = np.ones(size, dtype=np.bool_)
    seen: dict[tuple[str, Limit], NDArray[np.bool_]] = {}  # tiers repeat their bounds
    for rule in rules.rules:
        found = np.ones(size, dtype=np.bool_) if rule.conditions else left.copy()
        for name, limit in rule.conditions.items():
            if isinstance(limit, Bound):
                key = (name, limit)
                if key not in seen:
                    seen[key] = limit.takes(values[name])
                found &= seen[key]
        left &= ~found
        yield found


def inside(
    where: Mapping[str, Bound], values: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Who lies in a box."""
    found = np.ones(next(iter(values.values())).shape, dtype=np.bool_)
    for name, bound in where.items():
        found &= bound.takes(values[name])
    return found


def say_window(window: Duration) -> str:
    """A window in words."""
    return window if isinstance(window, str) else f"{window:g} days"


def say_weights(weights: Sequence[float], between: str = ":") -> str:
    """Weights as a proportion, such as "2:1:1"."""
    return between.join(f"{weight:g}" for weight in weights)


def say_orders_in(table: RFMTable) -> str:
    """The window of a table as a half-open interval of days."""
    return f"[{table.first}, {calendar_day(day_number(table.as_of) + 1)})"


def say_data(rules: SegmentRules, data: RFMTable | RFMScores) -> str:
    """How the scores were made, if the rules are on scores, and the window of their measures."""
    scores = data.definition if isinstance(data, RFMScores) and rules.bins is not None else ""
    return f"{scores} Orders in {say_orders_in(measures_of(data))}.".lstrip()


def assumed_currency(rules: SegmentRules, table: RFMTable) -> str | None:
    """The currency of the rules, with a warning, where the log does not say what its money is."""
    if rules.currency is None or table.currency is not None or table.net_spend is None:
        return None
    warn(
        f"The rules are for money in {rules.currency}, and the log does not say in which currency "
        f"its money is: it was taken to be {rules.currency}. Name the column of its currency with "
        "Transactions(currency=...), or write the rules in the money of the log."
    )
    return rules.currency


def _how_to_score(bins: tuple[int, int, int] | None) -> str:
    """The call that makes the scores of rules."""
    if bins == _HIGH_AND_LOW:
        return "score(table, cuts='mean'), which is the convention, or bins=2 for halves"
    sizes = set(bins or ())
    return f"score(table, bins={sizes.pop() if len(sizes) == 1 else bins})"


def _checked_scores(rules: SegmentRules, data: object) -> RFMScores:
    if not isinstance(data, RFMScores):
        raise KindError(
            "The rules are on scores, and a table of measures has none: score first.",
            received=f"an object of type {type(data).__name__}",
            allowed="RFMScores",
            do=f"Pass {_how_to_score(rules.bins)}.",
        )
    if data.bins != rules.bins:
        raise DataError(
            "The scores have other bins than the rules.",
            received=f"scores of {data.bins} bins",
            allowed=f"scores of {rules.bins} bins",
            do=f"Pass {_how_to_score(rules.bins)}. Or write rules for {data.bins}.",
        )
    if rules.weights is not None and not _in_proportion(rules.weights, data.weights):
        raise DataError(
            "The scores are weighted in another way than the rules are for.",
            received=f"scores weighted {say_weights(data.weights)}",
            allowed=f"scores weighted {say_weights(rules.weights)}, or in proportion",
            do=f"Pass weights=({say_weights(rules.weights, ', ')}) to score, or "
            f"weights=({say_weights(data.weights, ', ')}) to SegmentRules.",
        )
    return data


def _in_proportion(weights: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two sets of weights give the same mean."""
    shares, theirs = (np.array(part) / sum(part) for part in (weights, others))
    return bool(np.allclose(shares, theirs, rtol=SAME, atol=0))


def _check_window(rules: SegmentRules, table: RFMTable) -> None:
    if rules.window is None:
        return
    days = int(duration_in("window", rules.window, "day"))
    if days != table.window:
        raise DataError(
            "The measures were taken in a window of another length than the rules are for.",
            received=f"a window of {table.window:,} days",
            allowed=f"a window of {say_window(rules.window)}, which is {days:,} whole days",
            do=f"Take them with measure(transactions, window={rules.window!r}).",
        )


def _check_currency(rules: SegmentRules, table: RFMTable) -> None:
    if rules.currency is None or table.currency in {None, rules.currency}:
        return
    raise DataError(
        "The money of the table is in another currency than that of the rules.",
        received=f"money in {table.currency}",
        allowed=f"money in {rules.currency}",
        do="Convert the amounts first, or write the rules in the currency of the log.",
    )
