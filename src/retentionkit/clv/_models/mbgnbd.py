r"""MBG/NBD: as BG/NBD, but a customer may leave right after the first purchase too.

The story in four assumptions [1]_: while alive, a customer buys at random at rate
:math:`\lambda`; rates differ as :math:`\mathrm{Gamma}(r, \alpha)`; after each purchase, the first
one included, the customer leaves for good with probability :math:`p`; these differ as
:math:`\mathrm{Beta}(a, b)`, independently of the rates. One-time buyers may have left, which
BG/NBD does not allow.

References
----------
.. [1] Batislam, E. P., Denizel, M. and Filiztekin, A. (2007). Empirical Validation and Comparison
   of Models for Customer Base Analysis. International Journal of Research in Marketing 24(3),
   201-209.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from retentionkit.clv._models.beta_geometric_model import BetaGeometricModel

if TYPE_CHECKING:
    from retentionkit.durations import Unit

__all__ = ["MBGNBD"]


@dataclasses.dataclass(frozen=True, slots=True)
class MBGNBD(BetaGeometricModel):
    r"""The MBG/NBD model of repeat purchases and dropout, from the first purchase on.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    a, b
        Parameters of the Beta distribution of dropout probabilities: the mean is
        :math:`a/(a+b)` after each purchase.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    Every formula of BG/NBD [2]_ holds with :math:`b + 1` in the place of :math:`b` for a customer
    who is known to be alive. A new customer is alive with probability :math:`b/(a+b)`: the others
    left with the first purchase.

    A `penalty` holds the same quantities as in BG/NBD.

    References
    ----------
    .. [1] Batislam, E. P., Denizel, M. and Filiztekin, A. (2007). Empirical Validation and
       Comparison of Models for Customer Base Analysis. International Journal of Research in
       Marketing 24(3), 201-209.
    .. [2] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614, unit="week")
    >>> one_timer = rk.PurchaseHistories.from_arrays(0, 0, 38.86, unit="week")
    >>> model.probability_alive(one_timer).round(4)
    array([0.3897])
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: Unit = "week"

    _at_start: ClassVar[int] = 1
