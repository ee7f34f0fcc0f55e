"""What contracts are worth: discounted renewals to come, and how they respond to retention."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv._models.contract_reading import read_ahead, read_renewals, read_running
from retentionkit.clv._numerics.residual_lifetime import discounted_renewals
from retentionkit.clv._numerics.retention_elasticity import mean_elasticity
from retentionkit.durations import Unit, continuous_rate
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from retentionkit.clv._numerics.contract_lives import ContractLives, Floats
    from retentionkit.durations import Duration
    from retentionkit.histories import RenewalHistories

__all__ = ["ContractValues"]


class ContractValues(ABC):
    """The part of a model of contracts that speaks of value."""

    __slots__ = ()

    unit: Unit

    @property
    @abstractmethod
    def _lives(self) -> ContractLives:
        """How long contracts last."""

    def discounted_expected_residual_lifetime(
        self,
        renewals: RenewalHistories | ArrayLike,
        *,
        discount_rate: float,
        horizon: Duration | None = None,
        until_renewal: Duration = 0,
    ) -> Floats:
        r"""Expected renewals to come, each discounted to today, shape (n,).

        .. math::

            \text{DERL} = v^{u} \sum_{j \ge 1} v^{\,j-1}\, \frac{S(x + j)}{S(x)},
            \qquad v = (1 + d)^{-1} \text{ per year},

        equation (6) of [1]_ for u = 0: the contract is about to be renewed, and the payment of
        that renewal, if it comes, is not discounted. An ended contract has none to come, 0.

        Parameters
        ----------
        renewals
            Contracts; or numbers: how often each contract that runs was renewed, shape (n,).
        discount_rate
            Effective rate per year, such as 0.10.
        horizon
            How far ahead, the end excluded: 3 periods hold three renewals; None for ever.
        until_renewal
            Time u from today to the next renewal, at most a period.

        Raises
        ------
        OptionError
            If a value is infinite: no horizon, no discounting, and churn too rare.

        References
        ----------
        .. [1] Fader, P. S. and Hardie, B. G. S. (2010). Customer-Base Valuation in a Contractual
           Setting: The Perils of Ignoring Heterogeneity. Marketing Science 29(1), 85-93.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.ShiftedBetaGeometric(3.80, 15.20)
        >>> model.discounted_expected_residual_lifetime([0, 4], discount_rate=0.10).round(2)
        array([3.31, 3.84])
        """
        x, running = read_running(renewals, self.unit)
        ahead, wait = read_ahead(horizon, until_renewal, self.unit)
        delta = self._discounting(discount_rate, ahead)
        return running * math.exp(-delta * wait) * discounted_renewals(self._lives, x, delta, ahead)

    def discounted_expected_lifetime(
        self, *, discount_rate: float, horizon: Duration | None = None
    ) -> float:
        """Expected payments of a new customer, each discounted; the first one is made at once.

        Parameters
        ----------
        discount_rate, horizon
            As in `discounted_expected_residual_lifetime`.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.ShiftedBetaGeometric(3.80, 15.20)
        >>> round(model.discounted_expected_lifetime(discount_rate=0.10), 2)
        4.01
        """
        ahead, _ = read_ahead(horizon, 0, self.unit)
        later = self.discounted_expected_purchases(
            None, discount_rate=discount_rate, horizon=horizon
        )
        return float(later[0]) + (ahead > 0)

    def discounted_expected_purchases(
        self,
        histories: RenewalHistories | None,
        *,
        discount_rate: float,
        horizon: Duration | None = None,
    ) -> Floats:
        """What `lifetime_value` multiplies with a price: discounted renewals to come, shape (n,).

        Parameters
        ----------
        histories
            Contracts just before their next renewal; or None for one new customer, whose first
            payment is not counted.
        discount_rate, horizon
            As in `discounted_expected_residual_lifetime`.
        """
        if histories is None:
            ahead, _ = read_ahead(horizon, 0, self.unit)
            delta = self._discounting(discount_rate, ahead)
            later = discounted_renewals(self._lives, np.zeros(1), delta, max(ahead - 1, 0))
            return math.exp(-delta) * later
        return self.discounted_expected_residual_lifetime(
            read_renewals(histories, self.unit), discount_rate=discount_rate, horizon=horizon
        )

    def retention_elasticity(
        self, renewals: RenewalHistories | ArrayLike, *, discount_rate: float
    ) -> Floats:
        r"""Per cent by which value rises if retention rises by one per cent, shape (n,).

        Each customer has a probability of being renewed. Multiply it by 1.01 from now on; the
        residual lifetime of that customer rises by about so many per cent. The answer is the mean
        over all customers who look alike, equation (8) of [1]_. An ended contract, which has no
        retention to raise, gets NaN: average over the contracts that run, such as
        `histories[~histories.ended]`.

        Parameters
        ----------
        renewals
            Contracts; or numbers: how often each contract that runs was renewed, shape (n,).
        discount_rate
            Effective rate per year.

        References
        ----------
        .. [1] Fader, P. S. and Hardie, B. G. S. (2010). Customer-Base Valuation in a Contractual
           Setting: The Perils of Ignoring Heterogeneity. Marketing Science 29(1), 85-93.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.ShiftedBetaGeometric(3.80, 15.20)
        >>> model.retention_elasticity([0, 4], discount_rate=0.10).round(2)
        array([4.01, 4.49])
        """
        x, running = read_running(renewals, self.unit)
        delta = self._discounting(discount_rate, math.inf)
        return np.where(running, self._elasticity(x, delta), np.nan)

    def _elasticity(self, x: Floats, delta: float) -> Floats:
        return mean_elasticity(self._lives, x, delta)

    def _discounting(self, discount_rate: float, ahead: float) -> float:
        """The continuous rate per period; refused where a value for ever is infinite."""
        delta = continuous_rate(discount_rate, self.unit)
        if delta > 0 or ahead < math.inf or self._lives.has_finite_life:
            return delta
        raise OptionError(
            "Undiscounted renewals over an infinite horizon have no finite value here.",
            received=f"discount_rate=0, horizon=None, {self}",
            allowed="a horizon, a positive discount rate, or a model of certain churn",
            do="Pass horizon='5 years' or discount_rate=0.10.",
        )
