"""Customers in segments, whoever drew the lines: rules, stages, clusters or the caller."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.results import Columns, Result, frozen_array
from retentionkit.rfm._scored import RFMScores
from retentionkit.rfm._table import RFMTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import FrameKind

__all__ = [
    "OUTSIDE",
    "REFUND_ONLY",
    "UNASSIGNED",
    "Language",
    "Segments",
    "check_segments",
    "make_segments",
    "measures_of",
]

#: Keys, English labels or Chinese labels.
Language: TypeAlias = Literal["key", "en", "zh"]

#: Position of customers whom no rule takes.
UNASSIGNED: Final = -1
#: Position of customers who only sent goods back.
REFUND_ONLY: Final = -2
#: What these two are called, by language.
OUTSIDE: Final[dict[Language, tuple[str, str]]] = {
    "key": ("unassigned", "refund_only"),
    "en": ("Unassigned", "Refunds only"),
    "zh": ("未分类", "仅退款"),
}


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
        One sentence: how the segments were made.
    by_window
        Whether a longer window of the measures moves customers by itself; stages have their own.
    """

    table: RFMTable
    position: NDArray[np.int64]
    names: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    ranked: bool
    definition: str
    by_window: bool = True

    _heading: ClassVar[str] = "Segments"

    @classmethod
    def from_labels(
        cls,
        table: RFMTable | RFMScores,
        labels: ArrayLike | Sequence[object],
        *,
        names: Sequence[str] | Mapping[str, str] | None = None,
        ranked: bool = False,
        definition: str = "Segments as labelled by the caller.",
    ) -> Segments:
        """Segments from a label for each customer.

        Parameters
        ----------
        table
            The measures, or scores with their measures.
        labels
            One label for each row of `table`; None for customers without a segment. The label of a
            customer who only sent goods back is not used.
        names
            The segments in their order, or a mapping of names to Chinese labels. Default: the
            labels that occur, sorted.
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
            The number of labels is not that of the customers, or a label is not among `names`.

        Examples
        --------
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> labels = ["many" if n > 1 else "one" for n in table.orders]
        >>> rk.rfm.Segments.from_labels(table, labels, names=["one", "many"]).counts
        array([1218, 1139])
        """
        measures = measures_of(table)
        given: list[Any] = [_plain_label(label) for label in np.asarray(labels, dtype=object)]
        if len(given) != len(measures):
            raise DataError(
                "There must be one label for each customer.",
                received=f"{len(given):,} labels, {len(measures):,} customers",
                allowed="as many labels as rows of the table, in their order",
                do="Join the labels to table.to_frame() by customer first.",
            )
        keys = (
            sorted({x for x in given if x is not None}, key=str) if names is None else list(names)
        )
        place = {key: at for at, key in enumerate(keys)} | {None: UNASSIGNED}
        unseen = sorted({str(label) for label in given if label not in place})
        if unseen:
            raise DataError(
                "Some labels are not among `names`.",
                received=", ".join(map(repr, unseen[:10])),
                allowed=", ".join(map(repr, keys)),
                do="Name every segment, or pass None for customers without one.",
            )
        position = np.array([place[label] for label in given], dtype=np.int64)
        texts = tuple(map(str, keys))
        return make_segments(
            measures,
            position,
            names=texts,
            chinese=tuple(names.values()) if isinstance(names, Mapping) else texts,
            ranked=ranked,
            definition=definition,
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
            There is no such segment.
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
            There is no such segment.
        """
        return np.isin(self.position, [self.place(name) for name in names])

    def place(self, name: str) -> int:
        """The position of a segment.

        Parameters
        ----------
        name
            Key of a segment; also `"unassigned"` (-1) and `"refund_only"` (-2).

        Returns
        -------
        int

        Raises
        ------
        OptionError
            There is no such segment.
        """
        places = dict(zip(self.names, range(len(self.names)), strict=True))
        places |= dict(zip(OUTSIDE["key"], (UNASSIGNED, REFUND_ONLY), strict=True))
        if name in places:
            return places[name]
        raise OptionError(
            "There is no such segment.",
            received=repr(name),
            allowed=", ".join(map(repr, places)),
            do="Pass the key of a segment, as in `names`.",
        )

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.table)

    def _frame_kind(self) -> FrameKind:
        return self.table.kind or "pandas"

    def _table(self) -> Columns:
        return {
            **self.table.columns(),
            "segment": self.labels(),
            "label": self.labels(language="en"),
        }

    def _printed(self) -> Columns:
        more = [(n, at) for at, n in enumerate((self.n_unassigned, self.n_refund_only)) if n]
        counts = [*self.counts.tolist(), *(count for count, _ in more)]
        keys = [*self.names, *(OUTSIDE["key"][at] for _, at in more)]
        texts = [*self.english, *(OUTSIDE["en"][at] for _, at in more)]
        share = [count / max(len(self), 1) for count in counts]
        return {"segment": keys, "label": texts, "customers": counts, "share": share}

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{len(self):,}",
            "as of": str(self.table.as_of),
            "definition": self.definition,
        }


def make_segments(
    table: RFMTable,
    position: NDArray[np.int64],
    *,
    names: tuple[str, ...],
    chinese: tuple[str, ...],
    definition: str,
    english: tuple[str, ...] | None = None,
    ranked: bool = False,
) -> Segments:
    """Segments of these positions; customers who only sent goods back stand apart."""
    apart = np.where(table.refund_only, REFUND_ONLY, position)
    return Segments(
        table=table,
        position=frozen_array(apart, np.int64),
        names=names,
        english=names if english is None else english,
        chinese=chinese,
        ranked=ranked,
        definition=definition,
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


def _plain_label(label: Any) -> Any:  # noqa: ANN401 - a label of any kind
    """A label as a Python object; None where it is missing."""
    plain: Any = label.item() if hasattr(label, "item") else label
    return None if plain is None or plain != plain else plain  # noqa: PLR0124 - NaN
