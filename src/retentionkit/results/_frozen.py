"""Arrays and mappings that neither the caller nor a reader can change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, DTypeLike, NDArray


__all__ = ["FrozenMapping", "frozen_array", "frozen_mapping"]

K = TypeVar("K")
V = TypeVar("V")


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only copy, so that neither the caller nor a reader can change a result."""
    array: NDArray[Any] = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


class FrozenMapping(Mapping[K, V]):
    """A mapping that nobody can change, in the order in which it was made.

    Examples
    --------
    >>> frozen_mapping({"before": 3})
    {'before': 3}
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        """The value of a key."""
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        """The keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._items)

    def __repr__(self) -> str:
        """As a dict is written."""
        return repr(self._items)


def frozen_mapping(items: Mapping[K, V]) -> FrozenMapping[K, V]:
    """A copy that neither the caller nor a reader can change."""
    return FrozenMapping(items)
