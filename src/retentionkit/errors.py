"""What can go wrong, by kind, and how each error speaks.

Every error says four things: what is wrong, what was received, what is allowed, and what to do.
Each is also the builtin error that a caller would expect, so `except ValueError` works in a
program that has never heard of this library.
"""

from __future__ import annotations

import inspect
import warnings
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ColumnError",
    "ConvergenceError",
    "DataError",
    "KindError",
    "MissingExtraError",
    "OptionError",
    "RetentionKitError",
    "RetentionKitWarning",
]

_OURS = f"{__name__.partition('.')[0]}."


class RetentionKitError(Exception):
    """The root of all errors of this library.

    Parameters
    ----------
    wrong
        What is wrong, as one sentence.
    received
        What was received; shown with `repr` unless it is text.
    allowed
        What would have been accepted.
    do
        What the caller can do about it.

    Examples
    --------
    >>> from retentionkit.errors import OptionError
    >>> units = "'day', 'week'"
    >>> print(OptionError("Unknown unit.", received="fortnight", allowed=units, do="Use days."))
    Unknown unit.
      received: fortnight
      allowed:  'day', 'week'
      do:       Use days.
    """

    def __init__(self, wrong: str, *, received: object, allowed: str, do: str) -> None:
        self.wrong = wrong
        self.received = received if isinstance(received, str) else repr(received)
        self.allowed = allowed
        self.do = do
        super().__init__(wrong)

    def __reduce__(self) -> tuple[Callable[[], RetentionKitError], tuple[()]]:
        """Pickled with its parts, so that an error of a worker process reaches its caller."""
        return partial(type(self), self.wrong, **self._parts()), ()

    def _parts(self) -> dict[str, str]:
        return {"received": self.received, "allowed": self.allowed, "do": self.do}

    def __str__(self) -> str:
        """The four parts, one on each line."""
        return (
            f"{self.wrong}\n  received: {self.received}"
            f"\n  allowed:  {self.allowed}\n  do:       {self.do}"
        )


class DataError(RetentionKitError, ValueError):
    """Values in a frame or array cannot be what they are said to be."""


class ColumnError(RetentionKitError, KeyError):
    """A frame has no such column."""


class KindError(RetentionKitError, TypeError):
    """An object of another kind is needed: a frame, a model, other histories."""


class OptionError(RetentionKitError, ValueError):
    """An argument lies outside what the function takes."""


class ConvergenceError(RetentionKitError, RuntimeError):
    """A fit did not reach a maximum of the likelihood."""


class MissingExtraError(RetentionKitError, ImportError):
    """An optional dependency is needed and not installed."""


class RetentionKitWarning(UserWarning):
    """A result is right as defined, but may not be what was meant."""


def warn(message: str) -> None:
    """Warn at the line of the caller that called the library, however deep inside it this is."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and f"{frame.f_globals.get('__name__')}.".startswith(_OURS):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, RetentionKitWarning, stacklevel=level)
