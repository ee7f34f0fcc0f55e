"""Scores at later dates by the cuts of an earlier one.

Ranks are relative: a fifth of the customers is always at the top, however good the others have
become. Between two dates only frozen cuts say who moved.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from retentionkit.durations import alike_windows
from retentionkit.errors import DataError, OptionError, warn
from retentionkit.results import Columns, Result
from retentionkit.rfm._cuts import Scale
from retentionkit.rfm._drift import drift_between
from retentionkit.rfm._levels import counts_at, listed, starts_of
from retentionkit.rfm._notes import say_notes
from retentionkit.rfm._scales import as_measured, by_scales, scaled, scored
from retentionkit.rfm._scorer_file import from_text, to_text
from retentionkit.rfm._scoring import check_table, read_scoring

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._drift import Drift
    from retentionkit.rfm._scales import Scaled
    from retentionkit.rfm._scored import Dimension, RFMScores
    from retentionkit.rfm._scoring import Bins, Compat, Ties
    from retentionkit.rfm._table import RFMTable

__all__ = ["Scorer"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scorer(Result):
    """Cuts frozen at one date, to score the customers of later ones.

    Attributes
    ----------
    cuts
        Where each level but the lowest begins, by dimension, rising; for recency the most days of
        each level but the lowest. A customer at a cut belongs to the better level, or the best.
    levels
        The scores, from the lowest to the highest, by dimension: one more than cuts. By rank only
        those that occur at the fit.
    customers
        Customers at each level on the date of the fit, by dimension: what drift is measured from.
    bins
        Number of bins of recency, frequency and money.
    weights
        Weights of the three in the combined score.
    floor
        Differences of money below this are none.
    as_of
        The last day counted at the fit.
    window
        Length of the window of the fit, in days; a later one may differ by a tenth.
    currency
        Currency of the fit; later tables must have the same.
    n
        Customers of the fit.
    definition
        One sentence: how scores were made.
    kind
        The kind of frame that the caller brought; no part of comparisons and files.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> before = rk.rfm.measure(log, as_of="1998-03-31", window="6 months")
    >>> later = rk.rfm.measure(log, as_of="1998-06-30", window="6 months")
    >>> scorer = rk.rfm.Scorer.fit(before)
    >>> scorer.score(later).cuts == scorer.cuts
    True
    """

    cuts: Mapping[Dimension, tuple[float, ...]]
    levels: Mapping[Dimension, tuple[int, ...]]
    customers: Mapping[Dimension, tuple[int, ...]]
    bins: tuple[int, int, int]
    weights: tuple[float, float, float]
    floor: float
    as_of: dt.date
    window: int
    currency: str | None
    n: int
    definition: str
    kind: FrameKind | None = dataclasses.field(default=None, compare=False)

    _heading: ClassVar[str] = "RFM scorer"

    @classmethod
    def fit(
        cls,
        table: RFMTable,
        *,
        bins: Bins | None = None,
        ties: Ties = "midrank",
        nested: bool = False,
        cuts: Literal["quantiles", "mean"] | Mapping[Dimension, Sequence[float]] | None = None,
        weights: tuple[float, float, float] = (1, 1, 1),
        compat: Compat | None = None,
    ) -> Scorer:
        """Take the cuts from a table of measures.

        Parameters
        ----------
        table
            The measures, from `measure`, with a window that later tables can have too.
        bins, ties, nested, cuts, weights, compat
            As in `score`. Nested scores and spread ties have no cuts and cannot be frozen.

        Returns
        -------
        Scorer

        Raises
        ------
        OptionError
            As in `score`, and for what cannot be frozen.
        DataError
            Nobody in the table has an order.
        KindError
            `table` is no table of measures.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> table = rk.rfm.measure(log, as_of="1998-03-31", window="6 months")
        >>> rk.rfm.Scorer.fit(table).cuts["recency"]
        (14.0, 35.0, 76.0, 125.0)
        """
        how = read_scoring(
            table, bins=bins, ties=ties, nested=nested, cuts=cuts, weights=weights, compat=compat
        )
        if how.nested or how.spread:
            raise OptionError(
                "These scores cannot be frozen: they are no function of a customer's measures.",
                received=f"ties={ties!r}, nested={nested!r}",
                allowed="ties='midrank', nested=False",
                do="Freeze single scores, or score each date by itself and do not compare them.",
            )
        parts = scaled(table, how)
        scales: dict[Dimension, Scale] = {}
        customers: dict[Dimension, tuple[int, ...]] = {}
        for name, part in parts.items():
            scale = cast("Scale", part.scale)  # only nested scores and spread ties have none
            scales[name], customers[name] = scale, counts_at(part.score, scale.levels)
        return cls(
            cuts={name: as_measured(name, scale.begins) for name, scale in scales.items()},
            levels={name: scale.levels for name, scale in scales.items()},
            customers=customers,
            bins=how.bins,
            weights=how.weights,
            floor=max(scale.floor for scale in scales.values()),
            as_of=table.as_of,
            window=table.window,
            currency=table.currency,
            n=len(parts["recency"].score),
            definition=how.frozen,
            kind=table.kind,
        )

    def score(self, table: RFMTable) -> RFMScores:
        """Score the customers of a table by the frozen cuts.

        Parameters
        ----------
        table
            The measures, at any date; their window must have the length of the fit's.

        Returns
        -------
        RFMScores
            On the table of the fit, what `score` gives. A customer's scores do not depend on the
            others in the table.

        Raises
        ------
        DataError
            The window or the currency is another than at the fit, there is no money although the
            fit had some, or nobody in the table has an order.
        KindError
            `table` is no table of measures.

        Warns
        -----
        RetentionKitWarning
            The customers have moved far from where they were at the fit: a population stability
            index above 0.25 which is more than chance. See `drift`.
        """
        parts = self._parts(table)
        large = self._drift(table, parts, 0.95).large
        if large:
            message = (
                f"Scores by the cuts of {self.as_of} have moved far by {table.as_of}: "
                f"{', '.join(large)}. If customers really changed, this is what you want to see; "
                "if prices, the mix of customers or the way of counting changed, fit again."
            )
            warn(message)
        kept = self.definition.removesuffix(".")
        return scored(
            table,
            parts,
            bins=self.bins,
            weights=self.weights,
            notes=say_notes(table, parts, self.bins),
            definition=f"{kept}; cuts of {self.as_of} kept.",
        )

    def drift(self, table: RFMTable, *, confidence: float = 0.95) -> Drift:
        """How far the customers have moved over the levels since the fit.

        Parameters
        ----------
        table
            The measures at a later date, with a window of the same length.
        confidence
            Level of the intervals.

        Returns
        -------
        Drift

        Raises
        ------
        DataError, KindError
            As in `score`.
        OptionError
            `confidence` is no level.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> before = rk.rfm.measure(log, as_of="1998-03-31", window="6 months")
        >>> later = rk.rfm.measure(log, as_of="1998-06-30", window="6 months")
        >>> rk.rfm.Scorer.fit(before).drift(later).reading
        ('stable', 'stable', 'stable')
        """
        return self._drift(table, self._parts(table), confidence)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the scorer as a small JSON file for `load`; it holds no customer."""
        Path(path).write_text(to_text(self.to_dict()), encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scorer:
        """A scorer from the file that `save` wrote.

        Parameters
        ----------
        path
            The JSON file. Reading it runs no code from it.

        Returns
        -------
        Scorer
            Equal to the one saved, to the last bit.

        Raises
        ------
        DataError
            The file is no saved scorer, or one of a newer version, or damaged.

        Examples
        --------
        >>> import os, tempfile
        >>> import retentionkit as rk
        >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
        >>> scorer = rk.rfm.Scorer.fit(table)
        >>> path = os.path.join(tempfile.mkdtemp(), "scorer.json")
        >>> scorer.save(path)
        >>> rk.rfm.Scorer.load(path).equals(scorer)
        True
        """
        return cls(**from_text(Path(path).read_bytes(), path))

    def _parts(self, table: RFMTable) -> dict[Dimension, Scaled]:
        """The scores of each dimension, if the table can be compared with that of the fit."""
        if not alike_windows(self.window, check_table(table).window):
            _check_alike("window", f"{self.window} days", f"{table.window} days")
        _check_alike("currency", self.currency, table.currency)
        money = ("no money", "money")
        there = table.net_spend is not None
        _check_alike("measures", money["monetary" in self.cuts], money[there])
        scales: dict[Dimension, Scale] = {}
        for name, cuts in self.cuts.items():
            floor = self.floor if name == "monetary" else 0.0
            scales[name] = Scale(as_measured(name, cuts), self.levels[name], floor)
        return by_scales(table, scales)

    def _drift(
        self, table: RFMTable, parts: Mapping[Dimension, Scaled], confidence: float
    ) -> Drift:
        after: dict[Dimension, tuple[int, ...]] = {
            name: counts_at(part.score, self.levels[name]) for name, part in parts.items()
        }
        fit = (self.as_of, self.customers)
        return drift_between(fit, (table.as_of, after), kind=table.kind, confidence=confidence)

    def _table(self) -> Columns:
        rows = [
            (name, level, start, people, people / self.n)
            for name in self.levels
            for level, start, people in zip(
                self.levels[name],
                starts_of(name, self.cuts[name]),
                self.customers[name],
                strict=True,
            )
        ]
        names = ("dimension", "score", "from_value", "customers", "share")
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))

    def _printed(self) -> Columns:
        """One row for each dimension, as long as its cuts."""
        return {
            "dimension": list(self.levels),
            "scores": [listed(levels) for levels in self.levels.values()],
            "cuts": [listed(cuts) or "one level" for cuts in self.cuts.values()],
        }

    def _facts(self) -> Mapping[str, str]:
        currency = {} if self.currency is None else {"currency": self.currency}
        return {
            "customers": f"{self.n:,}",
            "as of": f"{self.as_of}, window of {self.window:,} days",
            **currency,
            "definition": self.definition,
        }


def _check_alike(what: str, fitted: str | None, given: str | None) -> None:
    if fitted == given:
        return
    raise DataError(
        f"The {what} of the table and of the fit differ, so that scores cannot be compared.",
        received=f"{given}; the fit had {fitted}",
        allowed="the same as at the fit",
        do="Measure both dates alike, such as with window='12 months', or fit again.",
    )
