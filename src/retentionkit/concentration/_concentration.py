r"""How much of the money comes from how few of the customers?

With the values in ascending order, the Lorenz curve L(p) is the share of the total that the least
valuable share p of the customers bring. The Gini coefficient is twice the area between it and the
diagonal of equal customers,

.. math:: G = \frac{2 \sum_i i\,x_{(i)}}{n \sum_i x_i} - \frac{n + 1}{n}
            = \frac{\sum_i \sum_j |x_i - x_j|}{2 n^2 \bar x} ,

and :math:`G\,n/(n-1)` is its unbiased form, which compares different customers only. The share of
the top p is :math:`1 - L(1 - p)`, the HHI :math:`\sum s_i^2` with the customers' shares
:math:`s_i`.

Where some values are negative, L falls below zero and the formula may exceed 1. The normalised form
[1]_ divides by the greatest mean difference that totals of :math:`T^+` and :math:`-T^-` allow:

.. math:: G_N = \frac{\sum_i \sum_j |x_i - x_j|}{2 (n - 1) (T^+ + T^-)} .

References
----------
.. [1] Raffinetti, E., Siletti, E. and Vernizzi, A. (2015). On the Gini coefficient normalization
   when attributes with negative values are considered. Statistical Methods & Applications 24(3),
   507-521.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, get_args, runtime_checkable

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.concentration._figures import estimated, kinds
from retentionkit.concentration._result import Concentration
from retentionkit.concentration._sample import Negative, Treated, read_values
from retentionkit.durations import Duration, duration_in
from retentionkit.errors import DataError
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import FrameKind

__all__ = ["concentration"]

_TENTHS: Final = np.linspace(0, 1, 11)
_TREATMENT: Final = {
    "drop": "{n} with negative values, {money} together, are left out",
    "zero": "{n} with negative values, {money} together, count as 0",
    "normalised": "{n} with negative values, {money} together, enter the Gini coefficient, which "
    "is divided by its greatest value; shares of a sum with both signs are undefined",
}


@runtime_checkable
class Measures(Protocol):
    """What is asked of a table of measures; the tables of `rk.rfm.measure` have it."""

    @property
    def net_spend(self) -> NDArray[np.float64] | None:
        """Net spend of each customer; None for a log without money."""
        ...

    @property
    def window(self) -> int:
        """Days in which it was spent."""
        ...

    @property
    def kind(self) -> FrameKind | None:
        """The kind of frame that the caller brought."""
        ...


class _Given(NamedTuple):
    """The values, the days in which they were counted, and the kind of frame they came from."""

    values: ArrayLike
    days: float | None
    kind: FrameKind | None


def concentration(
    values: ArrayLike | Measures,
    *,
    negative: Negative = "refuse",
    weight: ArrayLike | None = None,
    window: Duration | None = None,
    confidence: float = 0.95,
) -> Concentration:
    """Gini coefficient, top shares, HHI and Lorenz curve of what customers bring.

    Parameters
    ----------
    values
        A table of measures, of which net spend and window are taken; or one number for each
        customer: an array, a list, or a series of any dataframe library. Customers who brought
        nothing belong in it with 0.
    negative
        What to do with customers below zero. `"refuse"`: an error. `"drop"`: they are left out.
        `"zero"`: they count as 0. `"normalised"`: they enter a Gini coefficient that is divided by
        its greatest possible value, and figures made of shares are undefined.
    weight
        How many customers each value stands for; 1 by default.
    window
        Length of the period in which the value was counted: days, or text such as `"3 months"`;
        by default that of the table. It is needed to compare concentrations, and changes no figure.
    confidence
        Confidence level of the intervals.

    Returns
    -------
    Concentration
        The figures with intervals, from influence functions, customers independent.

    Raises
    ------
    DataError
        If values are missing, infinite, no numbers or none; if some are negative and `negative`
        does not say what to do; if weights do not fit; if the table is of a log without money.
    OptionError
        If `negative` or `confidence` is not what it can be.

    Notes
    -----
    Values within a part of 1e-12 of the largest count as 0: that is what rounding leaves of money
    given back.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.rfm.concentration([10.0, 2.0, 5.0, 15.0])
    >>> round(found.gini.value, 5), round(found.gini_unbiased.value, 6)
    (0.34375, 0.458333)
    >>> round(found.top_share(0.25).value, 4)
    0.4688
    """
    check_choice("negative", negative, get_args(Negative))
    level = check_confidence(confidence)
    given = _given(values)
    days = given.days if window is None else duration_in("window", window, "day")
    treated = read_values(given.values, weight, negative)
    sample = treated.sample
    of = kinds(sample.n, normalised=negative == "normalised")
    found = {name: estimated(sample, kind, level) for name, kind in of.items()}
    curve = sample.lorenz()
    below = np.interp(_TENTHS, curve.customers, curve.value)
    return Concentration(
        **found,
        deciles=frozen_array(np.diff(below)[::-1], np.float64),
        n=round(sample.n),
        total=sample.money,
        n_zero=round(treated.zero),
        n_negative=round(treated.negative),
        negative_total=treated.negative_money,
        negative=negative,
        window=days,
        confidence=level,
        definition=_definition(treated, negative),
        kind=given.kind,
        sample=sample,
    )


def _given(values: ArrayLike | Measures) -> _Given:
    """What is known of the values; arrays do not say whose they are."""
    if not isinstance(values, Measures):
        return _Given(values, None, frames.series_kind(values))
    if values.net_spend is None:
        raise DataError(
            "The log has no money.",
            received="measures of a log made with amount=None",
            allowed="a log with amounts, or one number for each customer",
            do="Name the column of amounts: rk.Transactions(frame, amount=...).",
        )
    return _Given(values.net_spend, float(values.window), values.kind)


def _definition(treated: Treated, negative: Negative) -> str:
    said = "One value for each customer; those who brought nothing count with 0"
    if treated.negative:
        how = _TREATMENT[negative]
        n, money = f"{treated.negative:,.0f}", f"{treated.negative_money:,.2f}"
        said = f"{said}; {how.format(n=n, money=money)}"
    if not treated.sample.value.any():
        said = f"{said}; nobody brought anything, so that no figure is defined"
    return f"{said}."
