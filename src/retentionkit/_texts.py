"""Numbers as people read them in printed results."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["counted", "p_text", "per_cent"]

_SMALL: Final = 0.001


def per_cent(value: float, low: float, high: float, *, unit: str = "") -> str:
    """A share and its limits in per cent; a dash where it is undefined.

    Examples
    --------
    >>> per_cent(0.174, 0.1588, 0.1893), per_cent(-0.001, -0.003, -0.0001, unit=" %")
    ('17.4 (15.9 to 18.9)', '-0.1 % (-0.3 to 0.0 %)')
    """
    if math.isnan(value):
        return "–"
    limits = "" if math.isnan(low) else f" ({100 * low:z.1f} to {100 * high:z.1f}{unit})"
    return f"{100 * value:z.1f}{unit}{limits}"


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    Examples
    --------
    >>> counted(1, "customer"), counted(2_357, "customer")
    ('1 customer', '2,357 customers')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def p_text(p: float, *, sign: bool = False) -> str:
    """A p-value, never 0; a dash where it is undefined; after a word with its sign.

    Examples
    --------
    >>> p_text(0.03456), p_text(1e-7), p_text(math.nan), f"p {p_text(0.2, sign=True)}"
    ('0.035', '< 0.001', '–', 'p = 0.200')
    """
    if math.isnan(p):
        return "–"
    if p < _SMALL:
        return f"< {_SMALL:g}"
    return f"{'= ' if sign else ''}{p:.3f}"
