"""What a caller gives for tiers: costs, uplifts, cuts and names, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["numbers_by_tier", "read_cuts", "read_names", "read_quantiles"]

#: Names of as many tiers, from the lowest to the highest, in English and Chinese.
_STANDARD: Final[Mapping[int, Mapping[str, str]]] = {
    2: {"basic": "基础级", "premium": "尊享级"},
    3: {"basic": "基础级", "standard": "标准级", "premium": "尊享级"},
    4: {"basic": "基础级", "standard": "标准级", "preferred": "优选级", "premium": "尊享级"},
    5: {
        "basic": "基础级",
        "standard": "标准级",
        "preferred": "优选级",
        "premium": "尊享级",
        "elite": "至尊级",
    },
}
_FEWEST: Final = 2


def numbers_by_tier(name: str, given: Sequence[float], *, size: int | None) -> NDArray[np.float64]:
    """Finite numbers that are not negative, one for each tier."""
    numbers = np.asarray(given)
    fits = numbers.ndim == 1 and numbers.dtype.kind in "iuf" and len(numbers) >= _FEWEST
    if (
        fits
        and np.isfinite(numbers).all()
        and (numbers >= 0).all()
        and size in {None, len(numbers)}
    ):
        return numbers.astype(np.float64)
    raise OptionError(
        f"`{name}` must be one number for each tier, finite and not negative.",
        received=repr(given),
        allowed=f"{size or '2 or more'} numbers from 0, from the lowest tier to the highest",
        do=f"Pass {name}=[0, ...] with the lowest tier first.",
    )


def read_cuts(cuts: Sequence[float], tiers: int) -> NDArray[np.float64]:
    """Values that rise from tier to tier."""
    numbers = np.asarray(cuts)
    fits = numbers.shape == (tiers - 1,) and numbers.dtype.kind in "iuf"
    if fits and np.isfinite(numbers).all() and (np.diff(numbers) > 0).all():
        return numbers.astype(np.float64)
    raise OptionError(
        "`cuts` must be values that rise from tier to tier.",
        received=repr(cuts),
        allowed=f"{tiers - 1} rising numbers: one less than there are tiers",
        do="Pass the value at which each tier but the lowest begins.",
    )


def read_quantiles(quantiles: Sequence[float], tiers: int) -> NDArray[np.float64]:
    """Shares of the customers that rise from tier to tier."""
    numbers = np.asarray(quantiles)
    fits = numbers.shape == (tiers - 1,) and numbers.dtype.kind in "iuf"
    if fits and ((numbers > 0) & (numbers < 1)).all() and (np.diff(numbers) > 0).all():
        return numbers.astype(np.float64)
    raise OptionError(
        "`quantiles` must be shares of the customers that rise from tier to tier.",
        received=repr(quantiles),
        allowed=f"{tiers - 1} rising numbers between 0 and 1: one less than there are tiers",
        do="Write 'the lower half, the next 40 %, the top 10 %' as quantiles=[0.5, 0.9].",
    )


def read_names(
    names: Sequence[str] | Mapping[str, str] | None, tiers: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and Chinese labels; names without a Chinese label stand for both."""
    if names is None and tiers in _STANDARD:
        names = _STANDARD[tiers]
    keys: tuple[str, ...] = () if names is None or isinstance(names, str) else tuple(names)
    if len(keys) == tiers == len(set(keys)):
        return keys, tuple(names.values()) if isinstance(names, Mapping) else keys
    raise OptionError(
        "`names` must be different names, one for each tier.",
        received=repr(names),
        allowed=f"{tiers} names from the lowest tier to the highest; without names, up to 5 tiers",
        do="Pass names=['bronze', 'silver', 'gold'], or a mapping of names to Chinese labels.",
    )
