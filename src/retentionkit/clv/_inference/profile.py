r"""How far a parameter may go before the data object: the profile likelihood.

.. math::

    \ell_P(\theta_j) = \max_{\theta_{-j}} \ell(\theta), \qquad
    \{\theta_j : 2[\ell(\hat\theta) - \ell_P(\theta_j)] \le \chi^2_{1;\,c}\},

with all other parameters fitted anew for each value of one [1]_. The interval follows the
likelihood where that is lopsided, and reaches to 0 or infinity where a simpler model at the edge of
the parameter space is not refuted.

References
----------
.. [1] Venzon, D. J. and Moolgavkar, S. H. (1988). A Method for Computing Profile-Likelihood-Based
   Confidence Intervals. Applied Statistics 37(1), 87-94.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from retentionkit.clv._inference.own_data import check_fit, own_problem
from retentionkit.clv._inference.profile_curve import Curve, Point
from retentionkit.errors import OptionError
from retentionkit.intervals import normal_quantile
from retentionkit.results import Columns, Interval, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["Profile", "profile", "profile_interval"]

#: A profile is followed to this root of twice the loss: to intervals of 99.99 %.
_FOLLOWED: Final = 3.8906
_HIGHEST: Final = 0.9999


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profile(Result):
    """The profile likelihood of one parameter.

    Attributes
    ----------
    name
        The parameter.
    estimate
        Its maximum-likelihood estimate.
    value
        Values of the parameter, rising, shape (m,); the estimate is one of them.
    log_likelihood
        Log-likelihood with the others fitted anew to each value, shape (m,).
    parameters
        All parameters at each value, shape (m, k), in the order of the model's `names`.
    root
        Signed root of twice the loss in log-likelihood, shape (m,): negative below the estimate.
        A straight line in the logarithm of the value is what a Wald interval assumes.
    slope
        Change of the root with the logarithm of the value, shape (m,).
    open_low, open_high
        Whether the likelihood never falls enough on that side, so that intervals of high
        confidence reach to 0 or to infinity.
    definition
        Of which fit.
    """

    name: str
    estimate: float
    value: NDArray[np.float64]
    log_likelihood: NDArray[np.float64]
    parameters: NDArray[np.float64]
    root: NDArray[np.float64]
    slope: NDArray[np.float64]
    open_low: bool
    open_high: bool
    definition: str

    _heading: ClassVar[str] = "Profile likelihood"

    def interval(self, confidence: float = 0.95) -> Interval:
        """The profile-likelihood interval, read off the curve.

        Its limits lie within a few parts in 10,000 of those of `profile_interval`, which solves for
        them.

        Raises
        ------
        OptionError
            Above a confidence of 0.9999, to which the curve is followed.
        """
        z = normal_quantile(confidence)
        if confidence > _HIGHEST:
            raise OptionError(
                "The profile was not followed that far.",
                received=f"confidence={confidence!r}",
                allowed=f"up to {_HIGHEST}",
                do="Use rk.clv.profile_interval, which solves for any confidence.",
            )
        return Interval(self._limit(-z), self._limit(z), float(confidence))

    def _limit(self, root: float) -> float:
        from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415

        if root < self.root[0]:
            return 0.0
        if root > self.root[-1]:
            return math.inf
        right = int(np.clip(np.searchsorted(self.root, root), 1, len(self.root) - 1))
        ends = slice(right - 1, right + 1)
        x, y = self.root[ends], np.log(self.value[ends])
        # A cubic stays monotone with slopes up to three times that of its chord.
        steepest = self.slope[ends].clip(min=(x[1] - x[0]) / (3 * (y[1] - y[0])))
        return float(np.exp(CubicHermiteSpline(x, y, 1 / steepest)(root)))

    def _facts(self) -> Mapping[str, str]:
        return {
            "parameter": self.name,
            "estimate": f"{self.estimate:.4g}",
            "95 % interval": repr(self.interval()),
            "definition": self.definition,
        }

    def _table(self) -> Columns:
        return {"value": self.value, "log_likelihood": self.log_likelihood, "root": self.root}


def profile(fit: Fit[Any], histories: Any, name: str) -> Profile:  # noqa: ANN401 - of the model's kind
    """The profile likelihood of one parameter of a fit.

    Parameters
    ----------
    fit
        A fit without penalty.
    histories
        The histories that it was made of.
    name
        The parameter.

    Raises
    ------
    DataError
        If the histories are other ones.
    OptionError
        If there is no such parameter, or the fit has a penalty.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> curve = rk.clv.profile(rk.clv.BGNBD.fit(histories), histories, "b")
    >>> curve.interval(0.95)
    Interval(1.43 to 4.567, 95 %)
    """
    curve, index, definition = _curve(fit, histories, name)
    sides = [curve.side(sign, _FOLLOWED) for sign in (-1, 1)]
    points = [*sides[0][0][::-1], curve.top, *sides[1][0]]
    return _profile_of(points, index, name, curve, [open_ for _, open_ in sides], definition)


def profile_interval(
    fit: Fit[Any],
    histories: Any,  # noqa: ANN401 - of the model's kind
    name: str,
    *,
    confidence: float = 0.95,
) -> Interval:
    """The profile-likelihood interval of one parameter of a fit.

    Where the data do not refute a simpler model at the edge of the parameter space, the interval
    reaches there: its lower limit is 0, or its upper one infinity. It is defined for fits that ran
    to a limit, which have no Wald interval.

    Parameters
    ----------
    fit
        A fit without penalty.
    histories
        The histories that it was made of.
    name
        The parameter.
    confidence
        Confidence level.

    Raises
    ------
    DataError
        If the histories are other ones.
    OptionError
        If there is no such parameter, or the fit has a penalty.

    Notes
    -----
    The limits solve the equation to a relative 1e-8. The confidence is that of chi-square with
    one degree of freedom, right in large samples inside the parameter space; where an interval
    reaches to an edge it is conservative.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> fit.interval("b"), rk.clv.profile_interval(fit, histories, "b")
    (Interval(1.372 to 4.289, 95 %), Interval(1.43 to 4.567, 95 %))
    """
    z = normal_quantile(confidence)
    curve, _, _ = _curve(fit, histories, name)
    low, high = curve.limit(-1, z), curve.limit(1, z)
    return Interval(low, high, float(confidence))


def _curve(fit: Fit[Any], histories: Any, name: str) -> tuple[Curve, int, str]:  # noqa: ANN401 - same
    """The curve of a parameter, its position, and whose it is."""
    fit = check_fit("fit", fit)
    names = fit.model.names
    if name not in names:
        raise OptionError(
            "The model has no such parameter.",
            received=repr(name),
            allowed=", ".join(map(repr, names)),
            do="Pass one of them.",
        )
    if fit.penalty:
        raise OptionError(
            "A penalised fit has no profile likelihood: it is not at the top of the likelihood.",
            received=f"a fit with penalty={fit.penalty:g}",
            allowed="a fit with penalty=0",
            do="Fit without a penalty, or use fit.interval.",
        )
    problem, _ = own_problem(fit, histories)
    index = names.index(name)
    limits = (fit.limit or "").split(" and ")
    curve = Curve(problem.likelihood, np.log(fit.model.parameters()), index, limits)
    return curve, index, f"Profile likelihood of {name} in {fit.definition}"


def _profile_of(
    points: Sequence[Point],
    index: int,
    name: str,
    curve: Curve,
    open_: Sequence[bool],
    definition: str,
) -> Profile:
    parameters = np.exp(np.array([point.log for point in points]))
    return Profile(
        name=name,
        estimate=float(np.exp(curve.top.log[index])),
        value=frozen_array(parameters[:, index], np.float64),
        log_likelihood=frozen_array([point.height for point in points], np.float64),
        parameters=frozen_array(parameters, np.float64),
        root=frozen_array([point.root for point in points], np.float64),
        slope=frozen_array([point.slope for point in points], np.float64),
        open_low=open_[0],
        open_high=open_[1],
        definition=definition,
    )
