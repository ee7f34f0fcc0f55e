"""Tables of rules as JSON that people can read and change."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from retentionkit.errors import DataError, RetentionKitError
from retentionkit.results import as_json
from retentionkit.rfm._bounds import Bound
from retentionkit.rfm._rule import Rule

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from retentionkit.results import JSONValue
    from retentionkit.rfm._bounds import Limit
    from retentionkit.rfm._rules import SegmentRules

__all__ = ["as_document", "from_document", "read_document", "write_document"]

_SCHEMA: Final = "retentionkit/segment-rules"
_VERSION: Final = 1
_SETTINGS: Final = ("bins", "weights", "window", "currency", "ranked", "definition")
_TEXTS: Final = ("english", "chinese", "note")


def as_document(rules: SegmentRules) -> dict[str, JSONValue]:
    """The rules as strict JSON."""
    settings = {name: as_json(getattr(rules, name)) for name in _SETTINGS}
    stated = {name: value for name, value in settings.items() if value not in (None, False, "")}
    listed: list[JSONValue] = [_rule(rule) for rule in rules.rules]
    return {"schema": _SCHEMA, "version": _VERSION, **stated, "rules": listed}


def from_document(document: object) -> dict[str, Any]:
    """The arguments of `SegmentRules` that a document states."""
    try:
        return _read(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        detail = error.wrong if isinstance(error, RetentionKitError) else repr(error)
        raise DataError(
            f"This is no table of rules: {detail}",
            received=repr(document)[:200],
            allowed=f"a document of schema {_SCHEMA!r}, version {_VERSION}, with a list of rules",
            do="Compare it with what SegmentRules.to_dict() makes.",
        ) from error


def write_document(rules: SegmentRules, path: str | os.PathLike[str]) -> None:
    """The rules as a JSON file with one rule on a line, like the table that it is."""
    say = partial(json.dumps, allow_nan=False, ensure_ascii=False)
    document = as_document(rules)
    listed = ",\n    ".join(say(_rule(rule)) for rule in rules.rules)
    lines = [f"  {say(name)}: {say(part)}" for name, part in document.items() if name != "rules"]
    lines.append(f'  "rules": [\n    {listed}\n  ]')
    Path(path).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read_document(path: str | os.PathLike[str]) -> object:
    """What a JSON file holds."""
    raw = Path(path).read_bytes()
    try:
        found: object = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(
            "The file is no JSON.",
            received=f"{path}: {raw[:60]!r}",
            allowed="a JSON file, as SegmentRules.save writes it",
            do="Compare it with a file that SegmentRules.save made.",
        ) from error
    return found


def _rule(rule: Rule) -> dict[str, JSONValue]:
    texts = {name: getattr(rule, name) for name in _TEXTS}
    conditions: dict[str, JSONValue] = {
        name: _condition(limit) for name, limit in rule.conditions.items()
    }
    stated = {name: text for name, text in texts.items() if text}
    return {"name": rule.name, **stated, "conditions": conditions}


def _condition(limit: Limit) -> JSONValue:
    """The shortest way to write a condition."""
    if not isinstance(limit, Bound):
        return limit
    low, high = _short(limit.low), _short(limit.high)
    if low == high:
        return low
    if limit.includes_low and not limit.includes_high:
        return [low, high]
    flags: dict[str, JSONValue] = {
        "includes_low": limit.includes_low,
        "includes_high": limit.includes_high,
    }
    return {"low": low, "high": high, **flags}


def _short(number: float | None) -> float | None:
    return int(number) if number is not None and number.is_integer() else number


def _read(document: Any) -> dict[str, Any]:  # noqa: ANN401 - of a file that anybody may have written
    head = (document.get("schema", _SCHEMA), document.get("version", _VERSION))
    if head != (_SCHEMA, _VERSION):
        message = f"schema {head[0]!r}, version {head[1]!r}"
        raise ValueError(message)
    unknown = set(document) - {"schema", "version", "rules", *_SETTINGS}
    if unknown:
        message = f"unknown entries {sorted(unknown)}"
        raise ValueError(message)
    settings = {name: document[name] for name in _SETTINGS if name in document}
    return {"rules": [_read_rule(rule) for rule in document["rules"]], **settings}


def _read_rule(entry: Mapping[str, Any]) -> Rule:
    texts = {name: entry[name] for name in entry if name not in {"name", "conditions"}}
    conditions: Mapping[str, Any] = entry.get("conditions", {})
    limits = {name: _read_condition(limit) for name, limit in conditions.items()}
    return Rule(entry["name"], **texts, **limits)


def _read_condition(limit: Any) -> Any:  # noqa: ANN401 - checked where a rule is made
    return Bound(**limit) if hasattr(limit, "keys") else limit
