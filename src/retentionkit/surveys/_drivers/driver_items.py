"""The items of a driver analysis: which columns, under which labels, in which phase and scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from retentionkit.arguments import probably
from retentionkit.errors import OptionError
from retentionkit.surveys._drivers.driver_labels import PHASE_ALIASES, PHASES, Phase
from retentionkit.surveys._drivers.numeric_columns import Asked
from retentionkit.surveys._scales.stated_ends import check_ends, refuse_outside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._scales.stated_ends import EndsOf

__all__ = ["Items", "Named", "item_phases", "named_items", "read_scale", "unlike_scales"]

#: Columns, or labels and their columns.
Named: TypeAlias = "Iterable[str] | Mapping[str, str]"

_FEWEST: Final = 2


class Items(NamedTuple):
    """Items in the order of the caller, and the phase of each."""

    asked: tuple[Asked, ...]
    phases: tuple[Phase | None, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the items are called."""
        return tuple(item.label for item in self.asked)


def named_items(items: Named | None, phases: Mapping[str, Named] | None) -> Items:
    """The items of `items`, or of all phases, with their phases."""
    if items is None and phases is None:
        raise OptionError(
            "There are no items.",
            received="neither `items` nor `phases`",
            allowed="columns, such as items=['guide', 'hotel']",
            do="Name the columns of the touchpoints.",
        )
    by_phase = {} if phases is None else item_phases(phases)
    pairs: list[tuple[tuple[str, str], Phase | None]]
    if items is None:
        pairs = [(pair, phase) for phase in PHASES for pair in by_phase.get(phase, [])]
    else:
        where: dict[str, Phase | None] = {
            label: phase for phase, found in by_phase.items() for label, _ in found
        }
        pairs = [(pair, where.pop(pair[0], None)) for pair in _pairs(items, "items")]
        if where:
            raise OptionError(
                "A phase names an item that is none.",
                received=", ".join(map(repr, where)),
                allowed=", ".join(repr(label) for (label, _), _ in pairs),
                do="Use the labels of `items`, or leave `items` out.",
            )
    if len(pairs) < _FEWEST:
        raise OptionError(
            "Importance compares items.",
            received=f"{len(pairs)} item",
            allowed="two or more items",
            do="Name more columns, or ask how the two go together with `value_chain`.",
        )
    asked = tuple(Asked(name, label, "items") for (label, name), _ in pairs)
    return Items(asked, tuple(phase for _, phase in pairs))


def item_phases(phases: Mapping[str, Named]) -> dict[Phase, list[tuple[str, str]]]:
    """Label and column of the items of each phase; Chinese names of phases are understood."""
    given: Any = phases  # callers without a type checker may pass anything
    if not isinstance(given, Mapping):
        raise _no_items("phases", given)
    found: dict[Phase, list[tuple[str, str]]] = {}
    for name, items in phases.items():
        if name not in PHASE_ALIASES:
            near = probably(name, PHASES, PHASE_ALIASES)
            raise OptionError(
                "This is no phase of a journey.",
                received=repr(name),
                allowed="'before', 'during', 'after', or 行前, 行中, 行后",
                do=f"Write {near} if that is meant." if near else "Use one of them.",
            )
        found.setdefault(PHASE_ALIASES[name], []).extend(_pairs(items, "phases"))
    labels = [label for pairs in found.values() for label, _ in pairs]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise OptionError(
            "An item belongs to one phase.",
            received=f"{twice[0]!r} more than once",
            allowed="each item once",
            do="Leave it out of the others.",
        )
    return found


def read_scale(
    scale: EndsOf | None, labels: tuple[str, ...], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Lowest and highest answer of each item, shape (k, 2); those that occur if not stated."""
    if scale is None:
        return np.tile([values.min(), values.max()], (len(labels), 1)).astype(np.float64)
    if isinstance(scale, Mapping):
        lacking = [label for label in labels if label not in scale]
        if lacking:
            raise OptionError(
                "Some items have no scale.",
                received=f"no scale of {', '.join(map(repr, lacking))}",
                allowed="lowest and highest answer of each item",
                do="Name all items, or pass one scale for all, such as scale=(1, 5).",
            )
    pairs = [scale[label] if isinstance(scale, Mapping) else scale for label in labels]
    ends = [check_ends("scale", pair) for pair in pairs]
    do = "Correct them, or state the scale of each item: scale={'guide': (0, 10), ...}."
    for label, answers, pair in zip(labels, values.T, ends, strict=True):
        refuse_outside(label, answers, pair, do=do)
    return np.array(ends, dtype=np.float64)


def unlike_scales(labels: tuple[str, ...], values: NDArray[np.float64]) -> list[str]:
    """Items whose answers all stay in the lower half of what the others reach."""
    middle = (values.min() + values.max()) / 2
    reached = values.max(axis=0)
    return [label for label, top in zip(labels, reached, strict=True) if top <= middle]


def _pairs(items: Any, argument: str) -> list[tuple[str, str]]:  # noqa: ANN401 - anything may come
    """Label and column of each item."""
    kind: type = type(items)  # pyright: ignore[reportUnknownVariableType]
    if issubclass(kind, str | bytes | AbstractSet) or not issubclass(kind, Iterable):
        raise _no_items(argument, items)
    if issubclass(kind, Mapping):
        return [(str(label), name) for label, name in items.items()]
    return [(str(name), name) for name in items]


def _no_items(argument: str, received: object) -> OptionError:
    allowed = "a list of columns, or a mapping of labels to columns"
    if argument == "phases":
        allowed = f"'before', 'during' and 'after', each with {allowed}"
    return OptionError(
        f"`{argument}` does not name columns.",
        received=repr(received)[:80],
        allowed=allowed,
        do=f"Write {argument}=['guide', 'hotel']."
        if argument == "items"
        else "Write phases={'before': ['booking'], 'during': ['guide', 'hotel']}.",
    )
