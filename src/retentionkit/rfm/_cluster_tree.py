"""A few readable rules that nearly say the same as the clusters."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, Protocol

import numpy as np

from retentionkit.results import Columns, Result
from retentionkit.rfm._cluster_space import measured
from retentionkit.rfm._segments import Segments, make_segments, measures_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.rfm._cluster_space import Feature
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._table import RFMTable

__all__ = ["ClusterRule", "ClusterTree", "Grow", "Grown", "explain", "short_between"]

_LEAF: Final = -1


class Grown(NamedTuple):
    """A decision tree as arrays over its nodes; the root is the first."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    answer: NDArray[np.int64]


class Grow(Protocol):
    """Whatever grows a decision tree."""

    def __call__(
        self, ranks: NDArray[np.int64], position: NDArray[np.int64], *, depth: int
    ) -> Grown:
        """A tree that tells positions from ranks."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterRule:
    """Half-open bounds of measures, and the cluster of most customers within them.

    Attributes
    ----------
    bounds
        Lower limit (included) and upper limit (excluded) by measure; only measures with a limit.
    cluster
        Key of the cluster.
    customers
        Customers within the bounds.
    right
        Share of them who are in that cluster.
    """

    bounds: Mapping[Feature, tuple[float, float]]
    cluster: str
    customers: int
    right: float

    @property
    def text(self) -> str:
        """The bounds as a readable condition."""
        return " and ".join(map(_condition, self.bounds.items())) or "everybody"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterTree(Result):
    """A shallow decision tree that explains clusters in the units of the measures.

    Each customer meets exactly one rule.

    Attributes
    ----------
    rules
        The rules, by cluster; the one with the most customers first.
    names
        Keys of all clusters.
    fidelity
        Share of the customers whom the rules put into their own cluster.
    n
        Customers who were sorted by the rules.
    definition
        One sentence: how the tree was grown.
    """

    rules: tuple[ClusterRule, ...]
    names: tuple[str, ...]
    fidelity: float
    n: int
    definition: str

    _heading: ClassVar[str] = "Rules that explain the clusters"

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Clusters that no rule leads to."""
        reached = {rule.cluster for rule in self.rules}
        return tuple(name for name in self.names if name not in reached)

    def assign(self, table: RFMTable | RFMScores) -> Segments:
        """Segments by the rules instead of the clusters.

        Parameters
        ----------
        table
            Measures of customers, or scores with their measures.

        Returns
        -------
        Segments

        Raises
        ------
        DataError
            A measure of the rules is missing.
        """
        measures = measures_of(table)
        return make_segments(
            measures,
            _placed(self.rules, self.names, measures),
            names=self.names,
            chinese=chinese_names(len(self.names)),
            english=english_names(len(self.names)),
            ranked=True,
            definition=f"Rules of a tree that agrees with {100 * self.fidelity:.1f} % of the "
            "assignments to clusters.",
        )

    def _table(self) -> Columns:
        return {
            "cluster": [rule.cluster for rule in self.rules],
            "rule": [rule.text for rule in self.rules],
            "customers": [rule.customers for rule in self.rules],
            "right": [rule.right for rule in self.rules],
        }

    def _facts(self) -> Mapping[str, str]:
        missed = {"unexplained": ", ".join(self.unexplained)} if self.unexplained else {}
        return {
            "fidelity": f"{100 * self.fidelity:.1f} % of {self.n:,} customers",
            **missed,
            "definition": self.definition,
        }


def explain(
    segments: Segments,
    sample: NDArray[np.int64],
    features: tuple[Feature, ...],
    grow: Grow,
    *,
    depth: int,
) -> ClusterTree:
    """The tree of a sample of the customers, and how well it holds for all of them."""
    table, names = segments.table, segments.names
    values = [measured(table, name)[sample] for name in features]
    levels, ranks = zip(*(np.unique(x, return_inverse=True) for x in values), strict=True)
    columns = np.column_stack([rank.reshape(-1) for rank in ranks])
    # Ranks make the tree free of scale, and are exact in the single precision that it works in.
    grown = grow(columns, segments.position[sample], depth=depth)
    cuts = [
        short_between(*levels[at][math.floor(cut) : math.floor(cut) + 2]) if at >= 0 else math.nan
        for at, cut in zip(grown.feature.tolist(), grown.threshold.tolist(), strict=True)
    ]
    leaves = _leaves(grown, np.array(cuts), 0, {})
    bare = [
        ClusterRule({features[at]: edge for at, edge in sorted(box.items())}, names[answer], 0, 0.0)
        for box, answer in leaves
    ]
    return _counted(bare, segments, depth)


def _counted(bare: list[ClusterRule], segments: Segments, depth: int) -> ClusterTree:
    """The rules with their customers and how many of them they name rightly."""
    table, names = segments.table, segments.names
    inside = segments.position >= 0
    rules: list[ClusterRule] = []
    agreed = 0
    for rule in bare:
        met = _meets(rule, table) & inside
        right = int((met & (segments.position == names.index(rule.cluster))).sum())
        agreed += right
        customers = int(met.sum())
        rules.append(dataclasses.replace(rule, customers=customers, right=right / customers))
    rules.sort(key=lambda rule: (names.index(rule.cluster), -rule.customers, rule.text))
    n = int(inside.sum())
    return ClusterTree(
        rules=tuple(rules),
        names=names,
        fidelity=agreed / n,
        n=n,
        definition=(
            f"A decision tree of at most {depth} questions; `right` is the share of a rule's "
            "customers who are in its cluster."
        ),
    )


def _leaves(
    grown: Grown,
    cuts: NDArray[np.float64],
    node: int,
    box: dict[int, tuple[float, float]],
) -> list[tuple[dict[int, tuple[float, float]], int]]:
    """Bounds and answers of the leaves below a node; one where all answers are the same."""
    if grown.left[node] == _LEAF:
        return [(box, int(grown.answer[node]))]
    at, cut = int(grown.feature[node]), float(cuts[node])
    low, high = box.get(at, (-math.inf, math.inf))
    below = _leaves(grown, cuts, int(grown.left[node]), {**box, at: (low, cut)})
    above = _leaves(grown, cuts, int(grown.right[node]), {**box, at: (cut, high)})
    answers = {answer for _, answer in [*below, *above]}
    return [(box, answers.pop())] if len(answers) == 1 else [*below, *above]


def _placed(
    rules: Iterable[ClusterRule], names: tuple[str, ...], table: RFMTable
) -> NDArray[np.int64]:
    position = np.full(len(table), -1, dtype=np.int64)
    for rule in rules:
        position[_meets(rule, table)] = names.index(rule.cluster)
    return position


def _meets(rule: ClusterRule, table: RFMTable) -> NDArray[np.bool_]:
    met = np.ones(len(table), dtype=np.bool_)
    for name, (low, high) in rule.bounds.items():
        values = measured(table, name)
        met &= (values >= low) & (values < high)
    return met


def short_between(low: float, high: float) -> float:
    """The shortest decimal above `low` and not above `high`, near their middle.

    Examples
    --------
    >>> short_between(2, 3), short_between(2, 7), short_between(61.337, 61.352)
    (3.0, 5.0, 61.34)
    """
    low, high = float(low), float(high)
    middle = low + (high - low) / 2
    most = math.ceil(math.log10(high - low))
    for power in range(most, most - 4, -1):
        near = round(math.floor(middle / 10.0**power + 0.5) * 10.0**power, max(-power, 0))
        if low < near <= high:
            return near
    return high


def _condition(bound: tuple[Feature, tuple[float, float]]) -> str:
    name, (low, high) = bound
    if math.isinf(low):
        return f"{name} < {high:.12g}"
    return f"{name} ≥ {low:.12g}" if math.isinf(high) else f"{low:.12g} ≤ {name} < {high:.12g}"


def english_names(k: int) -> tuple[str, ...]:
    """Labels of the clusters for people."""
    return tuple(f"Cluster {at}" for at in range(1, k + 1))


def chinese_names(k: int) -> tuple[str, ...]:
    """The same in Chinese."""
    return tuple(f"客群 {at}" for at in range(1, k + 1))
