"""A few readable rules that nearly say the same as the clusters."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Protocol

import numpy as np

from retentionkit.results import Columns, Result, frozen_array
from retentionkit.rfm._bounds import Bound, say_conditions
from retentionkit.rfm._cluster_space import measured
from retentionkit.rfm._matching import takes, values_of
from retentionkit.rfm._rule import Rule
from retentionkit.rfm._rules import SegmentRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._cluster_space import Feature
    from retentionkit.rfm._segments import Segments

__all__ = [
    "ClusterTree",
    "Grow",
    "Grown",
    "chinese_name",
    "english_name",
    "explain",
    "short_between",
]

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


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterTree(Result):
    """A shallow decision tree that explains clusters in the units of the measures.

    Attributes
    ----------
    rules
        The leaves of the tree as segment rules, of which each customer meets exactly one:
        `rules.assign(table)` makes segments of them, `rules.save(path)` keeps them.
    customers
        Customers of each rule, shape (number of rules,).
    right
        Share of them who are in the cluster that the rule names.
    fidelity
        Share of all customers whom the rules put into their own cluster.
    unexplained
        Clusters that no rule leads to.
    n
        Customers who were sorted by the rules.
    definition
        One sentence: how the tree was grown.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-12-31")
    >>> tree = rk.rfm.cluster(table, clusters=2, resamples=0).tree
    >>> round(tree.fidelity, 2), tree.rules.lint().clean
    (0.97, True)
    """

    rules: SegmentRules
    customers: NDArray[np.int64]
    right: NDArray[np.float64]
    fidelity: float
    unexplained: tuple[str, ...]
    n: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Rules that explain the clusters"

    def _table(self) -> Columns:
        return {
            "cluster": [rule.name for rule in self.rules.rules],
            "rule": [say_conditions(rule.conditions) for rule in self.rules.rules],
            "customers": self.customers,
            "right": self.right,
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
    row: NDArray[np.int64],
    coordinates: NDArray[np.float64],
    features: tuple[Feature, ...],
    grow: Grow,
    *,
    depth: int,
) -> ClusterTree:
    """The tree of some rows and their coordinates, and how well it holds for all customers."""
    pairs = [
        _levels(column, measured(segments.table, name)[row])
        for name, column in zip(features, coordinates.T, strict=True)
    ]
    # Ranks make the tree free of scale, and are exact in the single precision that it works in.
    ranks = np.column_stack([rank for rank, _, _ in pairs])
    grown = grow(ranks, segments.position[row], depth=depth)
    cuts = np.full(len(grown.feature), np.nan)
    for node in np.flatnonzero(grown.left != _LEAF).tolist():
        _, lowest, highest = pairs[int(grown.feature[node])]
        below = math.floor(grown.threshold[node])
        cuts[node] = short_between(float(highest[below]), float(lowest[below + 1]))
    leaves = _leaves(grown, cuts, 0, {})
    leaves.sort(key=lambda leaf: leaf[1])
    rules = SegmentRules(
        [_rule({features[at]: bound for at, bound in box.items()}, at) for box, at in leaves],
        currency=segments.table.currency,
        ranked=True,
        definition="Rules of a tree that explains clusters",
    )
    return _counted(rules, segments, depth)


def _levels(
    column: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Ranks by one coordinate, and the lowest and highest measure of each."""
    order = np.lexsort([values, column])
    new = np.append(True, np.diff(column[order]) > 0)
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.cumsum(new) - 1
    return ranks, values[order][new], values[order][np.append(new[1:], True)]


def _rule(box: dict[Feature, tuple[float, float]], cluster: int) -> Rule:
    conditions: dict[str, Any] = {
        name: Bound(*(None if math.isinf(limit) else limit for limit in limits))
        for name, limits in box.items()
    }
    return Rule(
        f"cluster_{cluster + 1}",
        english=english_name(cluster),
        chinese=chinese_name(cluster),
        **(conditions or {"orders": (1, None)}),
    )


def _counted(rules: SegmentRules, segments: Segments, depth: int) -> ClusterTree:
    """The rules with their customers, and how many of them they name rightly."""
    names, inside = segments.names, segments.position >= 0
    met = [found & inside for found in takes(rules, values_of(rules, segments.table))]
    customers = np.array([found.sum() for found in met])
    right = np.array(
        [
            (segments.position[found] == names.index(rule.name)).sum()
            for rule, found in zip(rules.rules, met, strict=True)
        ]
    )
    n = int(inside.sum())
    return ClusterTree(
        rules=rules,
        customers=frozen_array(customers, np.int64),
        right=frozen_array(right / customers, np.float64),
        fidelity=float(right.sum() / n),
        unexplained=tuple(name for name in names if name not in rules.names),
        n=n,
        definition=(
            f"A decision tree of at most {depth} questions, for which all clusters count the same "
            "and each rule takes 1 in 200 or more; `right` is the share of a rule's customers who "
            "are in its cluster."
        ),
        kind=segments.table.kind,
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


def english_name(cluster: int) -> str:
    """The label of a cluster for people."""
    return f"Cluster {cluster + 1}"


def chinese_name(cluster: int) -> str:
    """The same in Chinese."""
    return f"客群 {cluster + 1}"
