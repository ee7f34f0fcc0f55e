"""Many comparisons at once: p-values that hold for all of them together.

References
----------
.. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
   Journal of Statistics 6(2), 65-70.
.. [2] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
   Royal Statistical Society B 57(1), 289-300.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Multiplicity", "adjusted_p_values"]

#: How p-values of several comparisons are raised.
Multiplicity: TypeAlias = Literal["holm", "bonferroni", "benjamini-hochberg", "none"]

MULTIPLICITIES: Final[tuple[Multiplicity, ...]] = get_args(Multiplicity)


def adjusted_p_values(p_values: ArrayLike, *, method: Multiplicity = "holm") -> NDArray[np.float64]:
    """P-values that may be read one by one although there are many of them.

    Of twenty comparisons in which nothing differs, one has a p-value below 0.05 on average.

    Parameters
    ----------
    p_values
        P-values of the comparisons, shape (n,); NaN where there is none, which does not count.
    method
        `"holm"`: the chance that any finding is false stays below the level [1]_; `"bonferroni"`:
        the same, never less strict; `"benjamini-hochberg"`: the expected share of false ones among
        the findings does [2]_; `"none"`: as they are.

    Returns
    -------
    ndarray
        Adjusted p-values, shape (n,), none below its own; NaN where there was none.

    Raises
    ------
    OptionError
        There is no such method.
    DataError
        Some are not between 0 and 1.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6(2), 65-70.
    .. [2] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of
       the Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.compare.adjusted_p_values([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    check_choice("method", method, MULTIPLICITIES)
    p = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(p)
    found = p[known]
    if p.ndim != 1 or ((found < 0) | (found > 1)).any():
        raise DataError(
            "These are no p-values.",
            received=repr(p_values)[:80],
            allowed="numbers from 0 to 1 in one dimension; NaN where there is none",
            do="Pass one p-value for each comparison.",
        )
    adjusted = np.full(len(p), np.nan)
    adjusted[known] = _adjusted(found, method)
    return adjusted


def _adjusted(p: NDArray[np.float64], method: Multiplicity) -> NDArray[np.float64]:
    if method == "none" or len(p) == 0:
        return p
    if method == "bonferroni":
        return np.minimum(p * len(p), 1.0)
    if method == "benjamini-hochberg":
        from scipy.stats import false_discovery_control  # noqa: PLC0415 - loaded when needed

        return np.asarray(false_discovery_control(p), dtype=np.float64)
    order = np.argsort(p, kind="stable")
    found = np.empty(len(p))
    found[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return found
