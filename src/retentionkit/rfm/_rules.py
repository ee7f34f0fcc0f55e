"""Segment rules: the table that says who belongs where, kept in one object or file.

The first rule that matches wins. Rules are on scores or on measures; what the numbers are worth
only with (bins, window, currency) travels with them and is checked against the data.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.durations import duration_in
from retentionkit.results import Columns, JSONValue, Result
from retentionkit.rfm._bounds import SCORES
from retentionkit.rfm._matching import (
    assumed_currency,
    say_data,
    say_weights,
    say_window,
    takes,
    values_of,
)
from retentionkit.rfm._names import check_ranked
from retentionkit.rfm._rule import dimensions_of
from retentionkit.rfm._rule_checks import check_rules, read_bins, weights_of
from retentionkit.rfm._rule_files import as_document, from_document, read_document, write_document
from retentionkit.rfm._segment_cuts import cuts_of
from retentionkit.rfm._segments import UNASSIGNED, Segments, make_segments, measures_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from retentionkit.durations import Duration
    from retentionkit.rfm._findings import RuleLint
    from retentionkit.rfm._rule import Rule
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._table import RFMTable

__all__ = ["SegmentRules"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class SegmentRules(Result):
    """A table of rules; the first one that matches a customer names the segment.

    Parameters
    ----------
    rules
        The rules in their order. Rules of the same name are boxes of one segment.
    bins
        For rules on scores: the number of bins of recency, frequency and money that the scores
        must have; one number for all three. Default: 5.
    weights
        For rules on the combined score: the weights of recency, frequency and money that it must
        have. Default: equal ones.
    window
        Length of the window in which the measures must have been taken, such as `"12 months"`.
        Default: any.
    currency
        Currency of the money in the rules. A table that names another one is refused.
    ranked
        Whether the segments are ranked, the best one first, so that a move is up or down.
    definition
        What the rules are and where they come from, in one sentence.

    Attributes
    ----------
    names
        Keys of the segments, in their order.
    english, chinese
        Their labels for people.

    Raises
    ------
    OptionError
        There is no rule or no condition, scores and measures are mixed, or rules of the same
        segment have different labels.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rules = rk.rfm.SegmentRules(
    ...     [
    ...         rk.rfm.Rule("many", orders=(3, None)),
    ...         rk.rfm.Rule("few", orders=(1, 3)),
    ...     ]
    ... )
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    >>> rules.assign(table).counts
    array([ 736, 1621])
    >>> rules.lint().clean
    True
    """

    rules: tuple[Rule, ...]
    bins: tuple[int, int, int] | None
    weights: tuple[float, float, float] | None
    window: Duration | None
    currency: str | None
    ranked: bool
    definition: str

    _heading: ClassVar[str] = "Segment rules"

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        bins: int | tuple[int, int, int] | None = None,
        weights: tuple[float, float, float] | None = None,
        window: Duration | None = None,
        currency: str | None = None,
        ranked: bool = False,
        definition: str = "",
    ) -> None:
        given = check_rules(tuple(rules))
        on_scores = any(name in SCORES for rule in given for name in rule.conditions)
        if window is not None:
            duration_in("window", window, "day")
        fields: dict[str, Any] = {
            "rules": given,
            "bins": read_bins(bins, on_scores=on_scores),
            "weights": weights_of(given, weights),
            "window": window,
            "currency": currency,
            "ranked": check_ranked(ranked),
            "definition": definition,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the segments, in their order."""
        return tuple(dict.fromkeys(rule.name for rule in self.rules))

    @property
    def english(self) -> tuple[str, ...]:
        """English labels of the segments."""
        stated = {rule.name: rule.english for rule in self.rules if rule.english is not None}
        plain = {name: name.replace("_", " ") for name in self.names}
        return tuple(stated.get(name, text[:1].upper() + text[1:]) for name, text in plain.items())

    @property
    def chinese(self) -> tuple[str, ...]:
        """Chinese labels of the segments; the English ones where there are none."""
        stated = {rule.name: rule.chinese for rule in self.rules if rule.chinese is not None}
        both = zip(self.names, self.english, strict=True)
        return tuple(stated.get(name, text) for name, text in both)

    def assign(self, data: RFMTable | RFMScores) -> Segments:
        """The segment of each customer.

        Parameters
        ----------
        data
            Scores, if the rules are on scores; a table of measures, or scores with their measures,
            if they are on measures.

        Returns
        -------
        Segments
            Customers whom no rule takes are unassigned; `lint` says which they are.

        Raises
        ------
        KindError
            `data` is something else, or the rules are on scores and it has none.
        DataError
            Bins, weights, window or currency are not those of the rules, or there is no money.

        Warns
        -----
        RetentionKitWarning
            The rules are for money in a currency, and the log does not say in which its money is.

        Examples
        --------
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> one = rk.rfm.SegmentRules([rk.rfm.Rule("once", orders=1)])
        >>> one.assign(table).n_unassigned
        1139
        """
        values = values_of(self, data)
        table = measures_of(data)
        position = np.full(len(table), UNASSIGNED, dtype=np.int64)
        place = dict(zip(self.names, range(len(self.names)), strict=True))
        for rule, taken in reversed(list(zip(self.rules, takes(self, values), strict=True))):
            position[taken] = place[rule.name]
        return make_segments(
            table,
            position,
            names=self.names,
            english=self.english,
            chinese=self.chinese,
            ranked=self.ranked,
            definition=f"{self._sentence()} {say_data(self, data)}",
            cuts=None if self.bins is None else cuts_of(data, dimensions_of(self.rules)),
            assumed_currency=assumed_currency(self, table),
        )

    def _sentence(self) -> str:
        """How segments are made by these rules, in words."""
        size = "" if self.bins is None else " × ".join(map(str, self.bins))
        on = f"scores of {size} bins" if size else "measures"
        if self.weights is not None:
            on += f" weighted {say_weights(self.weights)}"
        window = "" if self.window is None else f" in a window of {say_window(self.window)}"
        money = "" if self.currency is None else f", money in {self.currency}"
        own = f"{self.definition.rstrip('.')}. " if self.definition else ""
        rules = "rule" if len(self.rules) == 1 else f"of {len(self.rules)} rules"
        return f"{own}The first {rules} that matches, on {on}{window}{money}."

    def lint(self, data: RFMTable | RFMScores | None = None) -> RuleLint:
        """Gaps, overlaps, rules that are never reached, and bounds without a number.

        Every combination of scores, or of pieces into which the bounds cut the measures, is tried.
        Days, orders and active days are whole numbers from 0, 1 and 1 on; money is any number. What
        measures say of each other, such as that net spend is orders times their mean, is not used:
        a gap may be one in which nobody can be. Pass data to see how many customers are there.

        Parameters
        ----------
        data
            As for `assign`, to count the customers of each finding. Default: none are counted.

        Returns
        -------
        RuleLint
            The findings; `clean` if there are none.

        Raises
        ------
        KindError, DataError
            As for `assign`.
        OptionError
            The bounds cut the measures into more than a million combinations.

        Examples
        --------
        >>> import retentionkit as rk
        >>> for finding in rk.rfm.TRAVEL_TIERS.lint().findings:
        ...     print(finding)
        No rule takes orders = 1, mean order value > 3,000.
        No rule takes orders ≥ 3, mean order value < 5,000.
        gold (rule 2) does not give mean order value: any value passes.
        """
        from retentionkit.rfm._lint import lint_rules  # noqa: PLC0415 - it reads this file

        return lint_rules(self, data)

    def to_dict(self) -> dict[str, JSONValue]:
        """The rules as strict JSON, for `from_dict`."""
        return as_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, JSONValue]) -> SegmentRules:
        """The rules of which `to_dict` or a hand made the document.

        Parameters
        ----------
        document
            `rules`, a list of rules, each with its `name` and `conditions`; and, where wanted,
            `bins`, `weights`, `window`, `currency`, `ranked`, `definition`. A condition is a
            number, a pair [low, high], `"not given"`, or the fields of a `Bound`.

        Returns
        -------
        SegmentRules

        Raises
        ------
        DataError
            The document is no table of rules.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.rfm.SegmentRules.from_dict(rk.rfm.EIGHT.to_dict()).equals(rk.rfm.EIGHT)
        True
        """
        return cls(**from_document(document))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the rules as a JSON file that people can read and change.

        Parameters
        ----------
        path
            The file; it is replaced.
        """
        write_document(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SegmentRules:
        """The rules from a file that `save` or a hand wrote.

        Parameters
        ----------
        path
            The JSON file.

        Returns
        -------
        SegmentRules

        Raises
        ------
        DataError
            The file holds no table of rules.
        """
        return cls(**from_document(read_document(path)))

    def __len__(self) -> int:
        """The number of rules."""
        return len(self.rules)

    def _table(self) -> Columns:
        return {**self._printed(), "note": [rule.note for rule in self.rules]}

    def _printed(self) -> Columns:
        labels = dict(zip(self.names, self.english, strict=True))
        chinese = dict(zip(self.names, self.chinese, strict=True))
        cells = {
            name: [str(rule.conditions.get(name, "any")) for rule in self.rules]
            for name in dimensions_of(self.rules)
        }
        return {
            "segment": [rule.name for rule in self.rules],
            "english": [labels[rule.name] for rule in self.rules],
            "chinese": [chinese[rule.name] for rule in self.rules],
            **cells,
        }

    def _facts(self) -> Mapping[str, str]:
        notes = [f"{rule.name}: {rule.note}" for rule in self.rules if rule.note]
        order = {"ranked": "the best segment first"} if self.ranked else {}
        return {
            "definition": self._sentence(),
            **order,
            **{f"note {at}": note for at, note in enumerate(notes, start=1)},
        }
