r"""Shifted beta-geometric: contracts that are renewed or not, by customers who differ.

The story in two assumptions [1]_: at each renewal a customer leaves with probability
:math:`\theta`, always the same; these differ as :math:`\mathrm{Beta}(\alpha, \beta)`. Nobody
becomes more loyal, yet the retention rate of a cohort rises, because those who leave easily are the
first to go.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2007). How to Project Customer Retention. Journal of
   Interactive Marketing 21(1), 76-90.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._models.contract_model import ContractModel
from retentionkit.clv._models.reading import check_parameters
from retentionkit.clv._numerics.contract_lives import ContractLives
from retentionkit.clv._numerics.residual_lifetime import discounted_renewals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._numerics.contract_lives import Floats
    from retentionkit.durations import Unit

__all__ = ["ShiftedBetaGeometric"]


@dataclasses.dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric(ContractModel):
    r"""The shifted beta-geometric model (sBG) of contracts.

    Parameters
    ----------
    alpha, beta
        Parameters of the Beta distribution of churn probabilities: the mean is
        :math:`\alpha/(\alpha+\beta)` at the first renewal.
    unit
        The period of the contract, from one renewal to the next.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    Survival is equation (6) of [1]_, the retention rate (8),
    :math:`(\beta + t - 1)/(\alpha + \beta + t - 1)`; the residual lifetime is equation (6) of
    [2]_. For ever and undiscounted it is finite for :math:`\alpha > 1` only.

    A `penalty` holds the logit of the mean churn and :math:`\tfrac12\ln(\alpha\beta)` around 0: it
    pulls towards uniformly distributed churn.

    References
    ----------
    .. [1] Fader, P. S. and Hardie, B. G. S. (2007). How to Project Customer Retention. Journal of
       Interactive Marketing 21(1), 76-90.
    .. [2] Fader, P. S. and Hardie, B. G. S. (2010). Customer-Base Valuation in a Contractual
       Setting: The Perils of Ignoring Heterogeneity. Marketing Science 29(1), 85-93.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.ShiftedBetaGeometric(0.704, 1.182, unit="year")
    >>> round(float(model.survival("12 years")), 3)
    0.17
    """

    alpha: float
    beta: float
    unit: Unit = "year"

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    shapes: ClassVar[NDArray[np.float64]] = np.array([[1.0, -1.0], [0.5, 0.5]])
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean churn alpha/(alpha+beta)": lambda at: at.alpha / (at.alpha + at.beta),
    }

    def __post_init__(self) -> None:
        check_parameters(self.unit, alpha=self.alpha, beta=self.beta)

    @property
    def _lives(self) -> ContractLives:
        return ContractLives(self.alpha, self.beta, 1.0)

    def _elasticity(self, x: Floats, delta: float) -> Floats:
        # Equation (8) of [2]: the mean of 1/(1 - v (1 - theta)) is a geometric series.
        return 1 + math.exp(-delta) * discounted_renewals(self._lives, x, delta, math.inf)
