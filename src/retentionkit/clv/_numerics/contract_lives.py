r"""How long contracts last: the kernels of all models of contracts, over arrays.

A customer's contract is renewed t times with probability :math:`(1 - \theta)^{t^c}`,
:math:`\theta \sim \mathrm{Beta}(\alpha, \beta)`. With :math:`y = t^c` [1]_,

.. math::

    S(t) = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta)},
    \qquad
    \frac{S(x + j)}{S(x)} = \frac{B(\alpha, \beta + (x+j)^c)}{B(\alpha, \beta + x^c)},

for customers renewed x times already, whose :math:`\theta` is
:math:`\mathrm{Beta}(\alpha, \beta + x^c)`. The shifted beta-geometric model has :math:`c = 1`. Both
are second differences of the log-gamma function, which `gamma_differences` gives to full relative
precision.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S., Liu, Y., Davin, J. and Steenburgh, T. (2018). "How to Project
   Customer Retention" Revisited: The Role of Duration Dependence. Journal of Interactive Marketing
   43, 1-16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from retentionkit.clv._numerics.gamma_differences import second_difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["ContractLives", "ageing", "log_of_rest"]

#: Powers of time beyond which a contract has ended in every digit; its square is still a number.
_LONGEST: Final = 1e140


def ageing(c: float, x: Floats, j: Floats) -> Floats:
    """The increase (x + j)^c - x^c, without the loss of digits of the difference."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        later = np.power(x, c) * np.expm1(c * np.log1p(j / x))
        return np.minimum(np.where(x > 0, later, np.power(j, c)), _LONGEST)


class ContractLives(NamedTuple):
    """The distribution of lifetimes under some parameters."""

    alpha: float
    beta: float
    c: float

    def second(self, x: Floats) -> Floats:
        """The second parameter of the churn of customers who have been renewed x times."""
        return self.beta + ageing(self.c, np.zeros(()), np.asarray(x))

    def decline(self, x: Floats, j: Floats) -> Floats:
        """-ln S(x + j)/S(x): what j further renewals cost, on the log scale; not negative."""
        return second_difference(
            self.second(x), np.asarray(self.alpha), ageing(self.c, x, np.asarray(j))
        )

    def stays(self, x: Floats, j: Floats) -> Floats:
        """Probability of j further renewals after x of them."""
        return np.asarray(np.exp(-self.decline(x, j)))

    def leaves(self, x: Floats, j: Floats) -> Floats:
        """Probability of not being renewed j more times after x of them."""
        return np.asarray(-np.expm1(-self.decline(x, j)))

    def log_likelihood(self, x: Floats, ended: NDArray[np.bool_]) -> Floats:
        """Log-probability of x renewals and, where it has ended, of no further one."""
        none = np.zeros(len(x))
        total = -self.decline(none, x)
        total[ended] += log_of_rest(self.decline(x[ended], none[ended] + 1))
        return total

    @property
    def has_finite_life(self) -> bool:
        """Whether the expected number of renewals is finite."""
        return self.alpha * self.c > 1


def log_of_rest(decline: Floats) -> Floats:
    """ln(1 - exp(-d)) for d > 0, at both ends."""
    some = np.maximum(decline, np.finfo(np.float64).tiny)
    return np.where(some < np.log(2), np.log(-np.expm1(-some)), np.log1p(-np.exp(-some)))
