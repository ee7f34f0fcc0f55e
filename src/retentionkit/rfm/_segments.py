"""Customers in segments, whoever drew the lines: rules, stages, clusters or the caller."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import KindError, OptionError
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.rfm._labels import positions_of
from retentionkit.rfm._names import check_labels, check_names, check_ranked
from retentionkit.rfm._outside import (
    OUTSIDE,
    REFUND_ONLY,
    UNASSIGNED,
    no_such_segment,
)
from retentionkit.rfm._scored import RFMScores
from retentionkit.rfm._segment_cuts import cuts_of
from retentionkit.rfm._table import RFMTable, columns_of
from retentionkit.transitions import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._segment_cuts import Cuts

__all__ = [
    "OUTSIDE",
    "REFUND_ONLY",
    "UNASSIGNED",
    "Segments",
    "check_segments",
    "make_segments",
    "measures_of",
]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Segments(Result):
    """Each customer's segment: by `SegmentRules.assign`, `lifecycle`, `cluster` or labels.

    Attributes
    ----------
    table
        The measures of the customers.
    position
        Position of each customer's segment in `names`, shape (n,); -1 for customers whom no
        segment takes, -2 for those who only sent goods back.
    names
        Keys of the segments, in the order in which they were stated.
    english, chinese
        Labels of the segments for people.
    ranked
        Whether the segments are ranked, the best one first, so that a move is up or down.
    definition
        How the segments were made.
    by_window
        Whether a longer window of the measures moves customers by itself; stages have their own.
    cuts
        From which measure on each score was given, by dimension and score; for recency up to how
        many days. Empty if scores are no functions of single measures (nested scoring, ties spread
        by id); None for segments that are not made of scores.
    assumed_currency
        What the money was taken to be in, where the log does not say; None if nothing was assumed.
    """

    table: RFMTable
    position: NDArray[np.int64]
    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    ranked: bool
    definition: str
    by_window: bool = True
    cuts: Cuts | None = None
    assumed_currency: str | None = None

    _heading: ClassVar[str] = "Segments"

    @classmethod
    def from_labels(
        cls,
        table: RFMTable | RFMScores,
        labels: ArrayLike | Iterable[object],
        *,
        names: Sequence[str] | Mapping[str, str] | None = None,
        ranked: bool = False,
        definition: str = "Segments as labelled by the caller.",
    ) -> Segments:
        """Segments from a label for each customer.

        Parameters
        ----------
        table
            The measures, or the scores of which the labels are made.
        labels
            One label for each row of `table`, as a list, an array or a series: text, numbers or
            truth values, which are named as text. Missing (None, NaN, NA, null) for customers
            without a segment. The label of a customer who only sent goods back is not used.
        names
            The segments in their order, or a mapping of names to Chinese labels. Default: the
            labels that occur, sorted; of categories in their order.
        ranked
            Whether the first segment is the best one, the next one the second best, and so on.
        definition
            How the segments were made.

        Returns
        -------
        Segments

        Raises
        ------
        DataError
            The labels are no column of one kind, not as many as the customers, or one is not among
            `names`.
        OptionError
            A name is no text, empty, there twice, or one of `"unassigned"`, `"refund_only"`,
            `"entered"` and `"exited"`, which are said of others; or `ranked` is no truth value.

        Examples
        --------
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> labels = ["many" if n > 1 else "one" for n in table.orders]
        >>> rk.rfm.Segments.from_labels(table, labels, names=["one", "many"]).counts
        array([1218, 1139])
        """
        measures = measures_of(table)
        keys, position = positions_of(labels, len(measures), names)
        return make_segments(
            measures,
            position,
            names=keys,
            chinese=tuple(names.values()) if isinstance(names, Mapping) else keys,
            ranked=ranked,
            definition=definition,
            cuts=cuts_of(table),
        )

    @property
    def customer(self) -> NDArray[Any]:
        """Customer ids, shape (n,)."""
        return self.table.customer

    @property
    def counts(self) -> NDArray[np.int64]:
        """Customers in each segment of `names`."""
        return np.bincount(self.position[self.position >= 0], minlength=len(self.names))

    @property
    def n_unassigned(self) -> int:
        """Customers whom no segment takes."""
        return int((self.position == UNASSIGNED).sum())

    @property
    def n_refund_only(self) -> int:
        """Customers who only sent goods back."""
        return int((self.position == REFUND_ONLY).sum())

    def labels(self, *, language: Language = "key") -> NDArray[Any]:
        """The segment of each customer as text, shape (n,).

        Parameters
        ----------
        language
            `"key"` for the names, `"en"` or `"zh"` for labels for people.

        Returns
        -------
        ndarray of str

        Raises
        ------
        OptionError
            `language` is none of these.
        """
        check_choice("language", language, get_args(Language))
        texts = {"key": self.names, "en": self.english, "zh": self.chinese}[language]
        return np.array([*texts, *OUTSIDE[language][::-1]], dtype=object)[self.position]

    def customers(self, *names: str) -> NDArray[Any]:
        """The ids of the customers in some segments.

        Parameters
        ----------
        *names
            Keys of segments; also `"unassigned"` and `"refund_only"`.

        Returns
        -------
        ndarray
            Customer ids.

        Raises
        ------
        OptionError
            There is no such segment, or none is named.
        """
        return self.customer[self.mask(*names)]

    def mask(self, *names: str) -> NDArray[np.bool_]:
        """Which customers are in some segments, shape (n,).

        Parameters
        ----------
        *names
            Keys of segments; also `"unassigned"` and `"refund_only"`.

        Returns
        -------
        ndarray of bool

        Raises
        ------
        OptionError
            There is no such segment, or none is named.
        """
        if not names:
            raise OptionError(
                "No segment is named.",
                received="no key",
                allowed=", ".join(map(repr, self._places())),
                do="Pass the keys of one or more segments; `customer` has the ids of all.",
            )
        return np.isin(self.position, [self._place(name) for name in names])

    def _place(self, name: str) -> int:
        """The position of a segment, or of those outside."""
        places = self._places()
        if name in [*places]:  # not a look-up: a list of names cannot be hashed
            return places[name]
        labels = dict(zip((*self.english, *OUTSIDE["en"]), places, strict=True))
        labels |= dict(zip((*self.chinese, *OUTSIDE["zh"]), places, strict=True))
        raise no_such_segment(name, places, labels)

    def _places(self) -> dict[str, int]:
        """Positions by key, those outside last."""
        keys = (*self.names, *OUTSIDE["key"])
        return dict(zip(keys, (*range(len(self.names)), UNASSIGNED, REFUND_ONLY), strict=True))

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.table)

    def _frame_kind(self) -> FrameKind:
        return self.table.kind or "pandas"

    def _table(self) -> Columns:
        return {
            **columns_of(self.table),
            "segment": self.labels(),
            "label": self.labels(language="en"),
            "chinese": self.labels(language="zh"),
        }

    def _printed(self) -> Columns:
        more = [(n, at) for at, n in enumerate((self.n_unassigned, self.n_refund_only)) if n]
        counts = [*self.counts.tolist(), *(count for count, _ in more)]
        keys = [*self.names, *(OUTSIDE["key"][at] for _, at in more)]
        texts = [*self.english, *(OUTSIDE["en"][at] for _, at in more)]
        share = [f"{100 * count / max(len(self), 1):.1f}" for count in counts]
        customers = np.array(counts, dtype=np.float64)  # printed with commas
        return {"segment": keys, "label": texts, "customers": customers, "% of customers": share}

    def _facts(self) -> Mapping[str, str]:
        refunds = f", and {self.n_refund_only:,} with refunds only" if self.n_refund_only else ""
        facts = {
            "customers": f"{len(self) - self.n_refund_only:,}{refunds}",
            "as of": str(self.table.as_of),
        }
        if self.assumed_currency is not None:
            facts["currency"] = f"taken to be {self.assumed_currency}; the log names none"
        return {**facts, "definition": self.definition}


def make_segments(
    table: RFMTable,
    position: NDArray[np.int64],
    *,
    names: tuple[str, ...],
    chinese: tuple[str, ...],
    definition: str,
    english: tuple[str, ...] | None = None,
    ranked: bool = False,
    cuts: Cuts | None = None,
    assumed_currency: str | None = None,
) -> Segments:
    """Segments of these positions; customers who only sent goods back stand apart."""
    for labels in (chinese, english or ()):
        check_labels(labels)
    apart = np.where(table.refund_only, REFUND_ONLY, position)
    return Segments(
        table=table,
        position=frozen_array(apart, np.int64),
        names=check_names(names),
        english=names if english is None else english,
        chinese=chinese,
        ranked=check_ranked(ranked),
        definition=definition,
        cuts=cuts,
        assumed_currency=assumed_currency,
    )


def measures_of(data: object) -> RFMTable:
    """The measures of a table or of scores; anything else is refused."""
    if isinstance(data, RFMTable):
        return data
    if isinstance(data, RFMScores):
        return data.table
    raise KindError(
        "This is neither a table of measures nor of scores.",
        received=f"an object of type {type(data).__name__}",
        allowed="RFMTable or RFMScores",
        do="Make it with rk.rfm.measure(transactions) or rk.rfm.score(table).",
    )


def check_segments(given: object) -> None:
    """Refuse what is no `Segments`; labels alone are the common slip."""
    if isinstance(given, Segments):
        return
    raise KindError(
        "These are no segments.",
        received=f"an object of type {type(given).__name__}",
        allowed="Segments",
        do="Make them with SegmentRules.assign or rk.rfm.Segments.from_labels(table, labels).",
    )
