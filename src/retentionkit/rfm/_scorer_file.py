"""What a saved scorer looks like: cuts, levels and counts; never customers, never code."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from typing import TYPE_CHECKING, Any, Final

from retentionkit.errors import DataError, RetentionKitError
from retentionkit.rfm._scored import DIMENSIONS
from retentionkit.rfm._scoring import read_weights

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["from_text", "to_text"]

_SCHEMA: Final = "retentionkit/rfm-scorer"
_VERSION: Final = 1
_FIELDS: Final = (
    "cuts",
    "levels",
    "customers",
    "bins",
    "weights",
    "floor",
    "as_of",
    "window",
    "currency",
    "n",
    "definition",
)


def to_text(fields: Mapping[str, Any]) -> str:
    """The fields of a scorer as strict JSON."""
    document = {"schema": _SCHEMA, "version": _VERSION, **fields}
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def from_text(raw: bytes, path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of a scorer from the bytes of a file, each of them checked."""
    try:
        return _read(json.loads(raw.decode("utf-8"), parse_constant=_refuse))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        detail = error.wrong if isinstance(error, RetentionKitError) else str(error)
        raise DataError(
            f"The file is no scorer that this version can read: {detail}",
            received=f"{path}: {raw[:60]!r}",
            allowed=f"JSON of schema {_SCHEMA!r}, version {_VERSION}",
            do="Save the scorer again with Scorer.save, or update retentionkit.",
        ) from error


def _refuse(constant: str) -> float:
    message = f"{constant} is no number of JSON"
    raise ValueError(message)


def _need(fits: object, what: str) -> None:
    if not fits:
        raise ValueError(what)


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    _need(document["schema"] == _SCHEMA, f"schema {document['schema']!r}")
    _need(document["version"] == _VERSION, f"version {document['version']!r}")
    found = {name: document[name] for name in _FIELDS}
    names = tuple(found["cuts"])
    _need(names in {DIMENSIONS, DIMENSIONS[:-1]}, f"cuts of {names}")
    found["bins"] = tuple(_whole(number, 2) for number in found["bins"])
    _need(len(found["bins"]) == len(DIMENSIONS), "three numbers of bins are needed")
    found["weights"] = read_weights(found["weights"], money=len(names) == len(DIMENSIONS))
    found["n"], found["window"] = _whole(found["n"], 1), _whole(found["window"], 1)
    for name, bins in zip(names, found["bins"], strict=False):
        cuts = tuple(_number(cut) for cut in found["cuts"][name])
        levels = tuple(_whole(level, 1) for level in found["levels"][name])
        people = tuple(_whole(count, 0) for count in found["customers"][name])
        _need(list(cuts) == sorted(cuts), f"cuts of {name} do not rise")
        _need(_rise(levels), f"levels of {name} do not rise")
        _need(len(cuts) + 1 == len(levels) == len(people), f"cuts and levels of {name} differ")
        _need(levels[-1] <= bins, f"levels of {name} above the number of bins")
        _need(sum(people) == found["n"], f"customers of {name} are not n")
        found["cuts"][name], found["levels"][name] = cuts, levels
        found["customers"][name] = people
    found["floor"] = _number(found["floor"])
    _need(found["floor"] >= 0, "floor below 0")
    found["as_of"] = dt.date.fromisoformat(found["as_of"])
    _need(found["currency"] is None or isinstance(found["currency"], str), "currency")
    _need(isinstance(found["definition"], str), "definition")
    return found


def _whole(number: object, low: int) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and number >= low:
        return number
    message = f"{number!r} is no whole number from {low}"
    raise ValueError(message)


def _number(number: object) -> float:
    if isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number):
        return float(number)
    message = f"{number!r} is no finite number"
    raise ValueError(message)


def _rise(numbers: tuple[float, ...]) -> bool:
    return all(low < high for low, high in itertools.pairwise(numbers))
