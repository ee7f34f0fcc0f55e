"""The only door to dataframes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["KINDS", "Frame", "FrameKind", "build"]

FrameKind: TypeAlias = Literal["pandas", "polars", "pyarrow"]
Frame: TypeAlias = Any
KINDS: Final[tuple[FrameKind, ...]] = get_args(FrameKind)


def build(columns: Mapping[str, NDArray[Any] | Sequence[object]], kind: FrameKind) -> Frame:
    """A frame of that kind."""
    import pandas as pd

    return pd.DataFrame(dict(columns))
