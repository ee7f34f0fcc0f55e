"""Axes to draw into, and the few things that all pictures share."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from retentionkit.errors import KindError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ACTUAL", "MODEL", "QUIET", "axes", "check_drawn", "need_matplotlib"]

ACTUAL: Final = "#222222"
MODEL: Final = "#1f6fb4"
QUIET: Final = "#8a8a8a"


def axes(ax: Axes | None, *, size: tuple[float, float] = (7.0, 4.2)) -> Axes:
    """The caller's axes, or new ones on a figure of their own, without the upper frame."""
    need_matplotlib()
    from matplotlib.pyplot import subplots  # noqa: PLC0415 - an extra, loaded when needed

    if ax is None:
        ax = subplots(figsize=size, layout="constrained")[1]
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def need_matplotlib() -> None:
    """Refuse to draw where the extra is not installed."""
    try:
        import_module("matplotlib.pyplot")
    except ImportError as error:
        raise MissingExtraError(
            "Pictures need matplotlib.",
            received="matplotlib is not installed",
            allowed="matplotlib 3.10.7 or later",
            do='pip install "retentionkit[plots]"',
        ) from error


def check_drawn(given: object, *kinds: type, name: str, do: str) -> None:
    """Refuse what the picture is not of; a fit in the place of a result is the common slip."""
    if not isinstance(given, kinds):
        raise KindError(
            f"`rk.plots.{name}` does not draw that.",
            received=f"an object of type {type(given).__name__}",
            allowed=" or ".join(kind.__name__ for kind in kinds),
            do=f"rk.plots.{name}({do})",
        )
