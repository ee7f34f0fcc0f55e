"""Doors: the names of a package, each loaded when it is first used.

`import retentionkit` must stay light for programs that embed it, so a door only knows where its
names live (PEP 562). Type checkers read the ordinary imports that each door also states.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["open_door"]


def open_door(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose public names are loaded on first use.

    Parameters
    ----------
    package
        The package's `__name__`.
    names
        Public name to the module that holds it, relative to the package; a public name that is
        its own module maps to that module's name.
    """

    def load(name: str) -> object:
        if name not in names:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(f"{package}.{names[name]}")
        found: object = module if names[name] == name else getattr(module, name)
        setattr(sys.modules[package], name, found)
        return found

    def listing() -> list[str]:
        return sorted(names)

    return load, listing
