r"""Beta-discrete-Weibull: contracts whose customers differ, and change as they stay.

The story in two assumptions [1]_: a customer's contract is renewed at least t times with
probability :math:`(1-\theta)^{t^c}`; the :math:`\theta` differ as
:math:`\mathrm{Beta}(\alpha, \beta)`. With :math:`c > 1` each customer becomes more ready to leave
with time, with :math:`c < 1` less; :math:`c = 1` is the shifted beta-geometric model.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S., Liu, Y., Davin, J. and Steenburgh, T. (2018). "How to Project
   Customer Retention" Revisited: The Role of Duration Dependence. Journal of Interactive Marketing
   43, 1-16.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._models.contract_model import ContractModel
from retentionkit.clv._models.reading import check_parameters
from retentionkit.clv._numerics.contract_lives import ContractLives

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Unit

__all__ = ["BetaDiscreteWeibull"]


@dataclasses.dataclass(frozen=True, slots=True)
class BetaDiscreteWeibull(ContractModel):
    r"""The beta-discrete-Weibull model (BdW) of contracts.

    Parameters
    ----------
    alpha, beta
        Parameters of the Beta distribution of the propensity to leave: its mean
        :math:`\alpha/(\alpha+\beta)` is the churn at the first renewal.
    c
        Duration dependence of each customer: above 1 the readiness to leave grows with tenure,
        below 1 it falls, at 1 it stays, as in `ShiftedBetaGeometric`.
    unit
        The period of the contract, from one renewal to the next.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    Survival is :math:`B(\alpha, \beta + t^c)/B(\alpha, \beta)` [1]_. Residual lifetimes have no
    closed form and are summed. For ever and undiscounted they are finite for
    :math:`\alpha c > 1` only. In `retention_elasticity` all future retention probabilities of a
    customer rise by the same share.

    A `penalty` holds the logit of the mean churn, :math:`\tfrac12\ln(\alpha\beta)` and
    :math:`\ln c` around 0: it pulls towards uniformly distributed, constant churn.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S., Liu, Y., Davin, J. and Steenburgh, T. (2018). "How to
       Project Customer Retention" Revisited: The Role of Duration Dependence. Journal of
       Interactive Marketing 43, 1-16.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BetaDiscreteWeibull(0.2593, 1.7226, 1.5844, unit="year")
    >>> round(float(model.survival("12 years")), 3)
    0.389
    """

    alpha: float
    beta: float
    c: float
    unit: Unit = "year"

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "c")
    shapes: ClassVar[NDArray[np.float64]] = np.array(
        [[1.0, -1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    )
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean first churn alpha/(alpha+beta)": lambda at: at.alpha / (at.alpha + at.beta),
    }

    def __post_init__(self) -> None:
        check_parameters(self.unit, alpha=self.alpha, beta=self.beta, c=self.c)

    @property
    def _lives(self) -> ContractLives:
        return ContractLives(self.alpha, self.beta, self.c)
