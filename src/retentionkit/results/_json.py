"""Values as strict JSON: no NaN, no numpy scalars."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


__all__ = ["JSONValue", "as_json", "fields", "is_mapping", "is_numpy", "is_sequence"]

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"


def as_json(value: object) -> JSONValue:
    """A value as strict JSON; NaN and infinity become None.

    Examples
    --------
    >>> as_json(np.array([1.0, np.nan]))
    [1.0, None]
    """
    if is_numpy(value):
        return _array_as_json(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return _container_as_json(value)


def is_numpy(value: object) -> TypeGuard[NDArray[Any]]:
    return isinstance(value, np.ndarray | np.generic)  # both have what is asked of them here


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _array_as_json(value: NDArray[Any]) -> JSONValue:
    if value.dtype.kind == "M":  # nanoseconds would come out as bare integers
        return as_json(value.astype("datetime64[us]").tolist())
    return as_json(value.tolist())


def _container_as_json(value: object) -> JSONValue:
    if dataclasses.is_dataclass(value):
        return {name: as_json(item) for name, item in fields(value)}
    if is_mapping(value):
        return {str(key): as_json(item) for key, item in value.items()}
    if is_sequence(value):
        return [as_json(item) for item in value]
    return str(value)


def fields(value: object) -> list[tuple[str, object]]:
    """Name and value of each field of a dataclass that counts when results are compared."""
    names = [field.name for field in dataclasses.fields(cast("Any", value)) if field.compare]
    return [(name, getattr(value, name)) for name in names]
