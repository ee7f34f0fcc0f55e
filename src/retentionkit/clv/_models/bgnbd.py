r"""BG/NBD: repeat purchases of customers who may leave, unseen, after any of them.

The story in four assumptions [1]_: while alive, a customer buys at random at rate
:math:`\lambda`; rates differ as :math:`\mathrm{Gamma}(r, \alpha)`; after each repeat purchase the
customer leaves for good with probability :math:`p`; these differ as :math:`\mathrm{Beta}(a, b)`,
independently of the rates. A customer who has made no repeat purchase has had no chance to leave.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from retentionkit.clv._models.beta_geometric_model import BetaGeometricModel

if TYPE_CHECKING:
    from retentionkit.durations import Unit

__all__ = ["BGNBD"]


@dataclasses.dataclass(frozen=True, slots=True)
class BGNBD(BetaGeometricModel):
    r"""The BG/NBD model of repeat purchases and dropout.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    a, b
        Parameters of the Beta distribution of dropout probabilities: the mean is
        :math:`a/(a+b)` after each repeat purchase.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    Likelihood and expectations are those of [1]_: the distribution of counts is equation (8), the
    expected purchases of a new customer are (9) and of a known one (10). The probability of being
    alive is 1 for everyone without repeat purchases: the model lets nobody leave before the first
    of them.

    A `penalty` holds :math:`\ln r`, the logit of the mean dropout and :math:`\tfrac12\ln(ab)`
    around 0: it pulls towards exponentially distributed rates and uniformly distributed dropout.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    >>> model.probability_alive(customer).round(4)
    array([0.7266])
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: Unit = "week"

    _at_start: ClassVar[int] = 0
