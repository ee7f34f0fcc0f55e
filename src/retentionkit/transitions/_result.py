"""Who moved from which label to which: counts, shares, and the rates that they give."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.intervals import share
from retentionkit.results import Columns, Estimate, Result
from retentionkit.transitions._printed import moves, printed_matrix
from retentionkit.transitions._shares import shares_of
from retentionkit.transitions._words import BASE, OUTSIDE, Language, Scope, keys_by_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Transitions"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Transitions(Result):
    """Who moved from which label to which, between two dates.

    Matrices have a row for each of the k labels at the first date and a last one, `"entered"`, for
    customers who were not there then; and a column for each label at the second date and a last
    one, `"exited"`, for customers who are not there any more.

    Attributes
    ----------
    names
        Keys of the labels.
    english, chinese
        Labels for people.
    counts
        Customers, shape (k + 1, k + 1).
    shares, low, high
        Share of the customers of a row, and its Wilson interval, shape (k + 1, k + 1); NaN for a
        row without customers. In the last row it is the share of those who entered.
    ranking
        Keys of the ranked labels, the best one first; None if there is no better and worse.
    scope
        `"all"`, or `"both"` for the customers who are there at both dates.
    confidence
        Level of the intervals.
    definition
        One sentence: shares of what.
    kind
        The kind of frame that the caller brought.
    """

    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    ranking: tuple[str, ...] | None
    scope: Scope
    confidence: float
    definition: str
    kind: FrameKind | None

    _heading: ClassVar[str] = "Transitions"

    @property
    def stayed(self) -> NDArray[np.int64]:
        """Customers of each label who have it at both dates, shape (k,)."""
        return self.counts.diagonal()[:-1]

    @property
    def entries(self) -> NDArray[np.int64]:
        """Customers of each label who were not there before, shape (k,)."""
        return self.counts[-1, :-1]

    @property
    def exits(self) -> NDArray[np.int64]:
        """Customers of each label before who are not there any more, shape (k,)."""
        return self.counts[:-1, -1]

    @property
    def before(self) -> NDArray[np.int64]:
        """Customers of each label at the first date, shape (k,)."""
        return np.asarray(self.counts[:-1].sum(axis=1))

    @property
    def after(self) -> NDArray[np.int64]:
        """Customers of each label at the second date, shape (k,)."""
        return np.asarray(self.counts[:, :-1].sum(axis=0))

    @property
    def net_flow(self) -> NDArray[np.int64]:
        """By how many customers each label grew or shrank, shape (k,)."""
        return self.after - self.before

    @property
    def n_before(self) -> int:
        """Customers at the first date: stayed, moved and exited."""
        return int(self.before.sum())

    @property
    def n_after(self) -> int:
        """Customers at the second date: stayed, moved and entered."""
        return int(self.after.sum())

    @property
    def n_stayed(self) -> int:
        """Customers with the same label at both dates."""
        return int(self.stayed.sum())

    @property
    def n_moved(self) -> int:
        """Customers who are there at both dates with different labels."""
        return int(self.counts[:-1, :-1].sum()) - self.n_stayed

    @property
    def n_entered(self) -> int:
        """Customers who were not there before."""
        return int(self.entries.sum())

    @property
    def n_exited(self) -> int:
        """Customers who are not there any more."""
        return int(self.exits.sum())

    def sources(self, *, language: Language = "key") -> tuple[str, ...]:
        """The names of the rows: the labels, and those who entered.

        Parameters
        ----------
        language
            `"key"` for the names, `"en"` or `"zh"` for labels for people.

        Returns
        -------
        tuple of str
            k + 1 names.

        Raises
        ------
        OptionError
            `language` is none of these.
        """
        return (*self._labels(language), OUTSIDE[language][0])

    def targets(self, *, language: Language = "key") -> tuple[str, ...]:
        """The names of the columns: the labels, and those who exited.

        Parameters
        ----------
        language
            `"key"` for the names, `"en"` or `"zh"` for labels for people.

        Returns
        -------
        tuple of str
            k + 1 names.

        Raises
        ------
        OptionError
            `language` is none of these.
        """
        return (*self._labels(language), OUTSIDE[language][1])

    def rate(self, source: str, target: str) -> Estimate:
        """The share of the customers of one label who have another one (or the same) afterwards.

        Those who are gone count in the denominator; `present_at_both().rate(...)` leaves them out.

        Parameters
        ----------
        source
            Key of a label before; `"entered"` for those who were not there.
        target
            Key of a label after; `"exited"` for those who are not there any more.

        Returns
        -------
        Estimate
            A share with its Wilson interval; NaN if nobody had the label.

        Raises
        ------
        OptionError
            There is no such label.
        """
        labels = keys_by_label(self.names, self.english, self.chinese)
        row = check_choice("source", source, self.sources(), labels=labels)
        column = check_choice("target", target, self.targets(), labels=labels)
        i, j = self.sources().index(row), self.targets().index(column)
        return share(
            int(self.counts[i, j]),
            # Nobody was neither there before nor after.
            int(self.counts[i].sum()) if min(i, j) < len(self.names) else 0,
            definition=f"Customers '{row}' before who are '{column}' after, as a share of "
            f"{self._base(repr(row))}; Wilson interval.",
            confidence=self.confidence,
        )

    def upgrade_rate(self, source: str | None = None) -> Estimate:
        """The share of the customers of ranked labels who have a better one afterwards.

        Customers who are gone, or have a label without a rank, count in the denominator only.

        Parameters
        ----------
        source
            Key of the label before; None for all that have a rank.

        Returns
        -------
        Estimate
            A share with its Wilson interval.

        Raises
        ------
        OptionError
            There is no better and worse, or the label has no rank.
        """
        return self._ranked_rate("better", source)

    def downgrade_rate(self, source: str | None = None) -> Estimate:
        """The share of the customers of ranked labels who have a worse one afterwards.

        Customers who are gone, or have a label without a rank, count in the denominator only: an
        exit is no downgrade. Its share is `rate(source, "exited")`.

        Parameters
        ----------
        source
            Key of the label before; None for all that have a rank.

        Returns
        -------
        Estimate
            A share with its Wilson interval.

        Raises
        ------
        OptionError
            There is no better and worse, or the label has no rank.
        """
        return self._ranked_rate("worse", source)

    def present_at_both(self) -> Self:
        """The same for the customers who are there at both dates: no entries, no exits.

        Returns
        -------
        Transitions
            Its shares are conditional on being there at the second date.
        """
        counts = self.counts.copy()
        counts[-1] = 0
        counts[:, -1] = 0
        parts: dict[str, Any] = shares_of(counts, self.confidence)
        said = self.definition.replace(BASE["all"], BASE["both"])
        return dataclasses.replace(self, **parts, scope="both", definition=said)

    def _labels(self, language: Language) -> tuple[str, ...]:
        check_choice("language", language, get_args(Language))
        return {"key": self.names, "en": self.english, "zh": self.chinese}[language]

    def _base(self, whose: str) -> str:
        """The denominator of a rate in words."""
        if self.scope == "both":
            return f"those {whose} before who are there at both dates"
        return f"all {whose} before, those who are gone included"

    def _places(self) -> list[int]:
        """Positions of the ranked labels, the best one first."""
        if self.ranking is not None:
            return [self.names.index(name) for name in self.ranking]
        raise OptionError(
            "There is no better and worse among these labels.",
            received="labels without a ranking",
            allowed="labels of which it is known which is better",
            do=f"Pass ranking=[...] with some of {list(self.names)}, the best one first.",
        )

    def _ranked(self) -> NDArray[np.int64]:
        """Customers by rank before (rows) and after, the best rank first."""
        places = self._places()
        return self.counts[np.ix_(places, places)]

    def _ranked_rate(self, side: Literal["better", "worse"], source: str | None) -> Estimate:
        places, counts = self._places(), self._ranked()
        moved = np.tril(counts, -1) if side == "better" else np.triu(counts, 1)
        rows, whose = np.arange(len(places)), "with a ranked label"
        if source is not None:
            labels = keys_by_label(self.names, self.english, self.chinese)
            check_choice("source", source, self.ranking or (), labels=labels)
            rows, whose = rows[[places.index(self.names.index(source))]], repr(source)
        return share(
            int(moved[rows].sum()),
            int(self.before[places][rows].sum()),
            definition=f"Customers {whose} before whose label is {side} after, as a share of "
            f"{self._base(whose)}; Wilson interval.",
            confidence=self.confidence,
        )

    def _table(self) -> Columns:
        size = len(self.names)
        # Nobody was neither there before nor after.
        cells = [(i, j) for i in range(size + 1) for j in range(size + 1) if min(i, j) < size]
        rows, columns = np.array(cells).T
        return {
            "from": [self.sources()[i] for i, _ in cells],
            "to": [self.targets()[j] for _, j in cells],
            "customers": self.counts[rows, columns],
            "share": self.shares[rows, columns],
            "low": self.low[rows, columns],
            "high": self.high[rows, columns],
        }

    def _printed(self) -> Columns:
        return self._matrix() or self._table()

    def _matrix(self) -> Columns | None:
        return printed_matrix(self.sources(), self.counts, outside=self.scope == "all")

    def _dates(self) -> tuple[str, str]:
        """What is said of the two dates."""
        return "", ""

    def _facts(self) -> Mapping[str, str]:
        both = f"{self.n_stayed:,} stayed, {self.n_moved:,} moved"
        first, second = self._dates()
        facts = {
            "before": f"{self.n_before:,} customers{first}: {both}, {self.n_exited:,} exited",
            "after": f"{self.n_after:,} customers{second}: {both}, {self.n_entered:,} entered",
        }
        if self.ranking is not None:
            before = int(self.before[self._places()].sum())
            gone = int(self.exits[self._places()].sum())
            facts["ranked"] = moves(self._ranked(), before, gone)
            facts["best first"] = ", ".join(self.ranking)
        if self._matrix() is not None:
            facts["table"] = "per cent of the customers of each row"
        return {**facts, "definition": self.definition}
