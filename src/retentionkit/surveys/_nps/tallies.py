"""Answers counted by group: what all scores, intervals and differences of groups are made of.

A frame is read once. What is left of it are a few numbers for each group; with respondents who
answered several times, for each respondent in each group.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retentionkit import net_scores
from retentionkit.intervals import normal_quantile, t_quantile
from retentionkit.surveys._nps.nps_result import nps_of
from retentionkit.surveys._nps.sample import Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._nps.nps_result import NPS
    from retentionkit.surveys._nps.sample import Method

    Floats = NDArray[np.float64]

__all__ = ["Pairs", "Tallies", "added", "limits_of", "one_nps", "over", "paired"]


class Pairs(NamedTuple):
    """One line for each respondent in each group: the weight there, and the weighted points."""

    group: NDArray[np.int64]
    respondent: NDArray[np.int64]
    weight: Floats
    points: Floats

    def part(self, some: NDArray[np.bool_] | slice) -> Pairs:
        """Some of the lines."""
        return Pairs(self.group[some], self.respondent[some], self.weight[some], self.points[some])


@dataclasses.dataclass(frozen=True, slots=True)
class Tallies:
    """What groups of answers come to.

    Attributes
    ----------
    counts
        Promoters, passives and detractors of each group, shape (groups, 3).
    sums, squares
        Sums of the weights by group and kind of answer, and of their squares, same shape.
    unanswered, invalid
        Of each group, shape (groups,).
    pairs
        Respondents in groups; None where answers are independent.
    """

    counts: NDArray[np.int64]
    sums: Floats
    squares: Floats
    unanswered: NDArray[np.int64]
    invalid: NDArray[np.int64]
    pairs: Pairs | None = None

    def __post_init__(self) -> None:
        """Nobody can change them: results keep them."""
        own = (self.counts, self.sums, self.squares, self.unanswered, self.invalid)
        for array in (*own, *(self.pairs or ())):
            array.flags.writeable = False

    def __reduce__(self) -> tuple[type[Tallies], tuple[Any, ...]]:
        """Pickled and copied so that they are read-only again."""
        return Tallies, tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def __len__(self) -> int:
        """The number of groups."""
        return len(self.counts)

    @property
    def n(self) -> NDArray[np.int64]:
        """Numbers of answers."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def shares(self) -> Floats:
        """Shares of promoters, passives and detractors; NaN without answers."""
        total = self.sums.sum(axis=1, keepdims=True)
        return over(self.sums, total, empty=np.nan)

    @property
    def values(self) -> Floats:
        """The scores, -1 to 1; NaN without answers."""
        shares = self.shares
        return shares[:, 0] - shares[:, 2]

    @property
    def effective_n(self) -> Floats:
        """Kish's effective numbers of answers."""
        return over(self.sums.sum(axis=1) ** 2, self.squares.sum(axis=1), empty=0.0)

    @property
    def clusters(self) -> NDArray[np.int64] | None:
        """Numbers of respondents."""
        if self.pairs is None:
            return None
        return np.bincount(self.pairs.group, minlength=len(self))

    @property
    def linear(self) -> Floats:
        """How many independent answers of equal weight have the standard error, as in `Sample`."""
        independent = net_scores.effective_n(self.sums, self.squares)
        plain = (self.sums == self.squares).all(axis=1)  # weights of 1, to the last digit
        independent = np.where(plain, self.sums.sum(axis=1), independent)
        if self.pairs is None or self.clusters is None:
            return independent
        pairs, number = self.pairs, self.clusters
        value, _ = net_scores.moments(self.sums)
        residual = pairs.points - value[pairs.group] * pairs.weight
        scatter = added(pairs.group, residual**2, len(self))
        sizes = added(pairs.group, pairs.weight**2, len(self))
        return net_scores.clustered_n(
            independent, sums=self.sums, scatter=scatter, sizes=sizes, number=number
        )

    @property
    def worth(self) -> Floats:
        """How many intervals and differences take each group for, as in `Sample`."""
        return net_scores.cautious_n(self.linear, self.sums, self.squares)

    def merged(self, place: NDArray[np.int64], size: int) -> Tallies:
        """The groups added together that have the same place; -1 leaves one out."""

        def together(values: NDArray[Any]) -> NDArray[Any]:
            found: NDArray[Any] = np.zeros((size, *values.shape[1:]), dtype=values.dtype)
            np.add.at(found, place[place >= 0], values[place >= 0])
            return found

        return Tallies(
            counts=together(self.counts),
            sums=together(self.sums),
            squares=together(self.squares),
            unanswered=together(self.unanswered),
            invalid=together(self.invalid),
            pairs=None if self.pairs is None else _merged_pairs(self.pairs, place),
        )

    def total(self) -> Tallies:
        """All groups together."""
        return self.merged(np.zeros(len(self), dtype=np.int64), 1)


def over(above: Floats, below: Floats, *, empty: float) -> Floats:
    """A quotient, `empty` where there is nothing below."""
    some = below > 0
    return np.where(some, above / np.where(some, below, 1.0), empty)


def added(place: NDArray[np.int64], values: Floats, size: int = 0) -> Floats:
    """Sums of the values that have the same place."""
    return np.asarray(np.bincount(place, weights=values, minlength=size), dtype=np.float64)


def paired(
    group: NDArray[np.int64], respondent: NDArray[np.int64], weight: Floats, points: Floats
) -> Pairs:
    """One line for each respondent in each group."""
    people = int(respondent.max(initial=-1)) + 1
    keys, place = np.unique(group * people + respondent, return_inverse=True)
    place = place.reshape(-1)
    return Pairs(
        keys // max(people, 1),
        keys % max(people, 1),
        added(place, weight, len(keys)),
        added(place, points, len(keys)),
    )


def _merged_pairs(pairs: Pairs, place: NDArray[np.int64]) -> Pairs:
    group = place[pairs.group]
    kept = pairs.part(group >= 0)
    return paired(group[group >= 0], kept.respondent, kept.weight, kept.points)


def limits_of(tallies: Tallies, method: Method, confidence: float) -> tuple[Floats, Floats]:
    """Limits of each score on the scale -1 to 1, which may pass its ends; NaN where undefined.

    The same as `limits` gives for the answers of one group.
    """
    if method == "score":
        return net_scores.score(tallies.counts, confidence=confidence)
    z: Any = normal_quantile(confidence)
    if tallies.clusters is not None:
        z = t_quantile(tallies.clusters, confidence=confidence)
    some = tallies.n > 0
    counts = tallies.shares * tallies.worth[:, None]
    make = net_scores.wald if method == "wald" else net_scores.adjusted_wald
    with np.errstate(invalid="ignore", divide="ignore"):  # groups without answers
        low, high = make(counts, z=z)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)


def one_nps(tallies: Tallies, at: int, method: Method, confidence: float, definition: str) -> NPS:
    """The score of one group that has answers as a result."""
    one = _only(tallies, at)
    low, high = (float(limit[0]) for limit in limits_of(one, method, confidence))
    promoters, passives, detractors = one.counts[0].tolist()
    first, middle, last = one.sums[0].tolist()
    sample = Sample(
        counts=(promoters, passives, detractors),
        sums=(first, middle, last),
        linear=float(one.linear[0]),
        worth=float(one.worth[0]),
        effective_n=float(one.effective_n[0]),
        n_clusters=None if one.clusters is None else int(one.clusters[0]),
    )
    return nps_of(
        sample, (low, high), confidence, method, definition,
        unanswered=int(one.unanswered[0]), invalid=int(one.invalid[0]),
    )  # fmt: skip


def _only(tallies: Tallies, at: int) -> Tallies:
    place = np.full(len(tallies), -1, dtype=np.int64)
    place[at] = 0
    return tallies.merged(place, 1)
