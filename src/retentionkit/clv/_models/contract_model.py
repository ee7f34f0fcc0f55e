"""What every model of contracts answers, stated once.

In a contract the seller sees the customer leave: at the end of each period it is renewed or not. A
model says how the propensity to leave differs between customers; all else follows from how long
contracts last, in `contract_lives`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.clv._fitting.contract_likelihood import ContractLikelihood, count_contracts
from retentionkit.clv._fitting.counted import check_some
from retentionkit.clv._fitting.fittable import Fittable
from retentionkit.clv._fitting.maximum import Problem
from retentionkit.clv._models.contract_reading import (
    read_periods,
    read_renewals,
    read_running,
)
from retentionkit.clv._models.contract_simulation import follow_ups, lifetimes
from retentionkit.clv._models.contract_values import ContractValues
from retentionkit.clv._numerics.residual_lifetime import discounted_renewals
from retentionkit.durations import Unit
from retentionkit.errors import OptionError
from retentionkit.histories import RenewalHistories
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from retentionkit.clv._numerics.contract_lives import Floats
    from retentionkit.durations import Duration

__all__ = ["ContractModel", "RenewalHistories"]


class ContractModel(Fittable[RenewalHistories], ContractValues):
    """A model of contracts, which *is* its parameters; the base of `ShiftedBetaGeometric`."""

    __slots__ = ()

    alpha: float
    beta: float

    @property
    def mean_churn(self) -> float:
        """Share of new customers who leave at the first renewal."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def polarisation(self) -> float:
        """Index 1/(1 + alpha + beta): near 0 all are alike, near 1 leave at once or never."""
        return 1 / (1 + self.alpha + self.beta)

    def log_likelihood(self, histories: RenewalHistories) -> Floats:
        """Log-likelihood of each history, shape (n,); weights are not applied."""
        x, running = read_running(read_renewals(histories, self.unit), self.unit)
        return self._lives.log_likelihood(x, ~running)

    def in_unit(self, unit: Unit) -> Self:
        """The model itself: churn at the renewals of one period says nothing of another's.

        Raises
        ------
        OptionError
            For another unit than the model's.
        """
        check_choice("unit", unit, get_args(Unit))
        if unit == self.unit:
            return self
        raise OptionError(
            "Contracts of one period cannot be converted to those of another.",
            received=f"a model of contracts of a {self.unit}, asked for contracts of a {unit}",
            allowed=f"unit={self.unit!r}",
            do=f"Fit a model to contracts of a {unit}; times may be text, such as '2 years'.",
        )

    def survival(self, t: Duration | ArrayLike) -> Floats:
        """Share of new customers who are renewed at least `t` times, of the shape of `t`.

        Parameters
        ----------
        t
            Whole periods from 0, or text such as `"3 years"`.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.clv.ShiftedBetaGeometric(0.668, 3.806).survival([1, 7, 12]).round(3)
        array([0.851, 0.489, 0.378])
        """
        periods = read_periods("t", t, self.unit)
        return self._lives.stays(np.zeros(()), periods)[()]

    def hazard(self, t: Duration | ArrayLike) -> Floats:
        """Share of those who come to their t-th renewal and leave there; `t` from 1 on."""
        periods = read_periods("t", t, self.unit, low=1)
        return self._lives.leaves(periods - 1, np.ones(()))[()]

    def retention_rate(self, t: Duration | ArrayLike) -> Floats:
        """Share of those who come to their t-th renewal and stay; `t` from 1 on.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.clv.ShiftedBetaGeometric(0.668, 3.806).retention_rate([1, 2, 7]).round(3)
        array([0.851, 0.878, 0.936])
        """
        periods = read_periods("t", t, self.unit, low=1)
        return self._lives.stays(periods - 1, np.ones(()))[()]

    def probability_alive(self, histories: RenewalHistories, after: Duration = 0) -> Floats:
        """Probability that each contract still runs, now or after some periods, shape (n,).

        Now that is known: 1 for a contract that runs, 0 for one that ended.

        Parameters
        ----------
        histories
            Contracts, shape (n,); those that run are just before their next renewal.
        after
            Whole periods ahead: so many more renewals.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.ShiftedBetaGeometric(0.668, 3.806)
        >>> h = rk.RenewalHistories.from_arrays([0, 5, 5], [False, False, True], unit="year")
        >>> model.probability_alive(h, after="3 years").round(3)
        array([0.67, 0.82, 0.  ])
        """
        x, running = read_running(read_renewals(histories, self.unit), self.unit)
        ahead = read_periods("after", after, self.unit)
        return running * self._lives.stays(x, ahead)

    def probability_active(self, histories: RenewalHistories, t: Duration) -> Floats:
        """Probability of at least one renewal in the next `t` periods, shape (n,)."""
        periods = read_periods("t", t, self.unit)
        return self.probability_alive(histories, after=min(float(periods), 1.0)) * (periods > 0)

    def expected_renewals(self, histories: RenewalHistories, t: Duration) -> Floats:
        """Expected renewals of each contract in the next `t` periods, shape (n,).

        Examples
        --------
        >>> import retentionkit as rk
        >>> h = rk.RenewalHistories.from_arrays([0, 5], [False, False], unit="year")
        >>> rk.clv.ShiftedBetaGeometric(0.668, 3.806).expected_renewals(h, 3).round(3)
        array([2.267, 2.619])
        """
        x, running = read_running(read_renewals(histories, self.unit), self.unit)
        ahead = float(read_periods("t", t, self.unit))
        return running * discounted_renewals(self._lives, x, 0.0, ahead)

    def simulate(
        self,
        n: int,
        *,
        periods: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
    ) -> RenewalHistories:
        """Draw the contracts of new customers.

        Parameters
        ----------
        n
            How many customers.
        periods
            How many renewals are observed, one number or shape (n,); contracts that last longer
            still run. None follows each to its end, or for 2 ** 53 periods.
        rng
            Seed or generator; None draws a new one.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.ShiftedBetaGeometric(0.668, 3.806)
        >>> h = model.simulate(1000, periods=7, rng=1)
        >>> bool(0.8 < h.survivors()[1] / 1000 < 0.9)
        True
        """
        if not _is_count(n):
            raise OptionError(
                "`n` must be a positive number of customers.",
                received=repr(n),
                allowed="1, 2, 3, ...",
                do="Pass how many customers to draw, such as simulate(1000).",
            )
        seen = 2.0**53 if periods is None else read_periods("periods", periods, self.unit)
        return self._draw(np.broadcast_to(seen, n), np.random.default_rng(rng))

    def _draw(self, seen: Floats, rng: np.random.Generator) -> RenewalHistories:
        """Contracts of new customers, each observed for so many renewals."""
        lasted = lifetimes(self._lives, len(seen), rng)
        return RenewalHistories(
            renewals=frozen_array(np.minimum(lasted, seen), np.int64),
            ended=frozen_array(lasted < seen, np.bool_),
            weight=np.broadcast_to(1.0, len(seen)),
            customer=None,
            unit=self.unit,
        )

    @classmethod
    def _problem(cls, histories: RenewalHistories) -> Problem:
        """The likelihood of these histories."""
        checked = cls._checked(histories, getattr(histories, "unit", "year"))
        check_some(checked)
        data = count_contracts(checked)
        data.check_enough(len(cls.names))
        return Problem(
            ContractLikelihood(data, cls.names),
            data.fingerprint(),
            model=cls.__name__,
            data=f"contracts of a {data.unit}. {checked.definition}",
            extra={"unit": data.unit},
        )

    def _redrawn(self, histories: RenewalHistories, rng: np.random.Generator) -> RenewalHistories:
        """As many customers, observed for as long, drawn from the model.

        For how long a contract that ended would have been observed is drawn from those that run.
        """
        h = self._checked(histories, self.unit)
        return self._draw(follow_ups(h, rng), rng)

    @classmethod
    def _checked(cls, histories: object, unit: Unit) -> RenewalHistories:
        """Histories of the kind that the model reads, in its period; others are refused."""
        return read_renewals(histories, unit)


def _is_count(n: object) -> bool:
    return isinstance(n, int | np.integer) and not isinstance(n, bool) and bool(n >= 1)
