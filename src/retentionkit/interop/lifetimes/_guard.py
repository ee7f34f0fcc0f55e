"""lifetimes, imported so that the process does not notice.

Its import adds a filter that hides every FutureWarning and switches a pandas option off; its
likelihoods add the filter again.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from retentionkit.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["generate_data", "undisturbed"]

_OPTION = "mode.chained_assignment"


@contextmanager
def undisturbed() -> Generator[None, None, None]:
    """Warning filters and the pandas option are afterwards what they were."""
    import pandas as pd  # noqa: PLC0415 - loaded when needed

    options: Any = pd
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = options.get_option(_OPTION)
        try:
            yield
        finally:
            options.set_option(_OPTION, before)


def generate_data() -> tuple[Any, Any]:
    """The package lifetimes and its module of simulators."""
    try:
        with undisturbed():
            import lifetimes  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
            import lifetimes.generate_data as simulators  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError(
            "A fitter of lifetimes cannot be made without lifetimes.",
            received="lifetimes is not installed",
            allowed="lifetimes 0.11.3 or later",
            do='pip install "retentionkit[lifetimes]"',
        ) from error
    return lifetimes, simulators
