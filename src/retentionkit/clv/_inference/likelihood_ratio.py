r"""Whether a simpler model will do: the likelihood-ratio test of two nested fits.

.. math::

    D = 2\,[\ell(\text{fuller}) - \ell(\text{simpler})].

Where the simpler model is an interior value of the fuller one, D is chi-square with as many degrees
of freedom, k, as there are parameters more. No dropout lies at the edge: nothing can leave less
often than never, and how dropout varies means nothing where there is none [2]_. What the fuller
model can say against the simpler one then fills a cone, and D is a mixture of chi-squares [1]_,
here with the weights of a cone whose sides are at right angles,

.. math::

    P(D > d) = \sum_{j=1}^{k} \binom{k}{j} 2^{-k} P(\chi^2_j > d),

which errs on the side of the simpler model if the cone is narrower. Draws under the simpler model
give the p-value without that theory.

References
----------
.. [1] Self, S. G. and Liang, K.-Y. (1987). Asymptotic Properties of Maximum Likelihood Estimators
   and Likelihood Ratio Tests under Nonstandard Conditions. Journal of the American Statistical
   Association 82(398), 605-610.
.. [2] Davies, R. B. (1987). Hypothesis Testing when a Nuisance Parameter is Present Only under the
   Alternative. Biometrika 74(1), 33-43.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.clv._inference.nested import NESTED, Nesting
from retentionkit.clv._inference.own_data import build_of, check_fit, own_problem
from retentionkit.clv._inference.resampling import redraws
from retentionkit.clv._progress import tracked
from retentionkit.errors import ConvergenceError, DataError, KindError, OptionError
from retentionkit.results import Columns, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.clv._fitting.fit import Fit

__all__ = ["LikelihoodRatioTest", "likelihood_ratio_test"]

Method: TypeAlias = Literal["chi-square", "chi-bar-square", "parametric bootstrap"]

_LEVEL: Final = 0.05


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class LikelihoodRatioTest(Result):
    """A likelihood-ratio test of a simpler model within a fuller one.

    Attributes
    ----------
    simpler, fuller
        The models.
    statistic
        Twice the difference of the log-likelihoods, 0 or more.
    degrees
        Parameters that the fuller model has more.
    p_value
        Probability of such a statistic or a larger one if the simpler model is true.
    method
        `"chi-square"` inside the parameter space, `"chi-bar-square"` at its edge,
        `"parametric bootstrap"` from draws.
    n
        Number of draws under the simpler model; 0 for the other methods.
    n_failed
        Draws that could not be fitted, which count as if they were more extreme.
    verdict
        What follows, in a sentence.
    definition
        What was compared, and how the p-value was found.
    """

    simpler: str
    fuller: str
    statistic: float
    degrees: int
    p_value: float
    method: Method
    n: int
    n_failed: int
    verdict: str
    definition: str

    _heading: ClassVar[str] = "Likelihood-ratio test"

    def _facts(self) -> Mapping[str, str]:
        return {"verdict": self.verdict, "definition": self.definition}

    def _table(self) -> Columns:
        return {
            "simpler": [self.simpler],
            "fuller": [self.fuller],
            "statistic": [self.statistic],
            "degrees": [self.degrees],
            "p_value": [self.p_value],
            "method": [self.method],
        }


def likelihood_ratio_test(
    simpler: Fit[Any],
    fuller: Fit[Any],
    *,
    histories: Any = None,  # noqa: ANN401 - of the models' kind
    n: int = 0,
    rng: np.random.Generator | int = 0,
    progress: bool = False,
) -> LikelihoodRatioTest:
    """Test a simpler model against a fuller one that contains it, on the same data.

    Parameters
    ----------
    simpler, fuller
        Fits of nested models to the same histories, without penalty: NBD in BGNBD, MBGNBD or
        ParetoNBD; BetaBinomial in BGBB; ShiftedBetaGeometric in BetaDiscreteWeibull.
    histories
        The histories, for draws.
    n
        Number of draws under the simpler model for a bootstrap p-value; 0 uses the theory. 999
        resolve a p-value of 0.05 to about 0.007.
    rng
        Seed or generator for the draws.
    progress
        Whether to show a bar, where tqdm is installed.

    Raises
    ------
    OptionError
        If the models are not nested, or a fit has a penalty.
    DataError
        If the fits are of different data, or the histories are other ones.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> test = rk.clv.likelihood_ratio_test(
    ...     rk.clv.NBD.fit(histories), rk.clv.BGNBD.fit(histories)
    ... )
    >>> round(test.statistic, 1), test.method, test.p_value < 1e-16
    (362.5, 'chi-bar-square', True)
    """
    nesting = _checked(simpler, fuller)
    n = check_whole("n", n, low=0, do="Pass n=0 for the theory, n=999 for draws.")
    statistic = max(2 * (fuller.log_likelihood - simpler.log_likelihood), 0.0)
    failed = 0
    if n:
        drawn = _statistics(simpler, fuller, histories, n=n, rng=rng, progress=progress)
        failed = int(np.count_nonzero(np.isnan(drawn)))
        p_value = (1 + failed + int(np.count_nonzero(drawn >= statistic))) / (1 + n)
        method: Method = "parametric bootstrap"
    elif nesting.limit is None:
        p_value, method = _tail(statistic, nesting.degrees), "chi-square"
    else:
        p_value, method = _mixed_tail(statistic, nesting.degrees), "chi-bar-square"
    return LikelihoodRatioTest(
        simpler=nesting.simpler,
        fuller=nesting.fuller,
        statistic=statistic,
        degrees=nesting.degrees,
        p_value=p_value,
        method=method,
        n=n,
        n_failed=failed,
        verdict=_verdict(nesting, p_value),
        definition=_definition(nesting, method, n, simpler.n_customers),
    )


def _checked(simpler: object, fuller: object) -> Nesting:
    """How the models are nested, if they are and the fits can be compared."""
    first, second = check_fit("simpler", simpler), check_fit("fuller", fuller)
    if first.penalty or second.penalty:
        raise OptionError(
            "Penalised fits have no likelihood-ratio test: they are not at the top.",
            received=f"penalty={first.penalty:g} and penalty={second.penalty:g}",
            allowed="fits with penalty=0",
            do="Fit both without a penalty.",
        )
    if first.fingerprint != second.fingerprint:
        raise DataError(
            "The two fits are of different data.",
            received=f"fingerprints {first.fingerprint[:23]}… and {second.fingerprint[:23]}…",
            allowed="fits of the same histories, in the same unit",
            do="Fit both models to the same histories.",
        )
    names = type(first.model).__name__, type(second.model).__name__
    for nesting in NESTED:
        if names == (nesting.simpler, nesting.fuller):
            return nesting
    raise OptionError(
        f"{names[0]} is not a special case of {names[1]}.",
        received=f"simpler {names[0]}, fuller {names[1]}",
        allowed=", ".join(f"{one.simpler} in {one.fuller}" for one in NESTED),
        do="Compare models that are not nested by `fit.aic`: the smaller, the better. For nested "
        "ones, pass the simpler one first.",
    )


def _statistics(
    simpler: Fit[Any],
    fuller: Fit[Any],
    histories: Any,  # noqa: ANN401 - of the models' kind
    *,
    n: int,
    rng: np.random.Generator | int,
    progress: bool,
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The statistic of each draw under the simpler model; NaN where one has no fit."""
    if histories is None:
        raise KindError(
            "Draws under the simpler model need the histories.",
            received="histories=None",
            allowed="the histories that were fitted",
            do="Pass histories=, or n=0 for the p-value of the theory.",
        )
    _, histories = own_problem(simpler, histories)
    small, large = build_of(simpler), build_of(fuller)
    draw, generator = redraws(simpler.model, histories), np.random.default_rng(rng)
    found = np.full(n, math.nan)
    for at in tracked(range(n), progress=progress, label="likelihood ratios"):
        drawn = draw(generator)
        try:
            low = small.fit(drawn).log_likelihood
            high = large.fit(drawn).log_likelihood
        except (ConvergenceError, DataError):
            continue
        found[at] = max(2 * (high - low), 0.0)
    return found


def _tail(statistic: float, degrees: int) -> float:
    """P(chi-square > statistic)."""
    from scipy.special import chdtrc  # noqa: PLC0415

    return float(chdtrc(degrees, statistic))


def _mixed_tail(statistic: float, degrees: int) -> float:
    """The tail of the mixture at the edge; 1 for a statistic of 0."""
    if statistic == 0:
        return 1.0
    shares = (
        math.comb(degrees, j) / 2**degrees * _tail(statistic, j) for j in range(1, degrees + 1)
    )
    return math.fsum(shares)


def _verdict(nesting: Nesting, p_value: float) -> str:
    shown = "p < 0.0001" if p_value < 1e-4 else f"p = {p_value:.2g}"  # noqa: PLR2004 - four places
    if p_value < _LEVEL:
        return (
            f"The data speak against {nesting.simpler} ({nesting.by}) and for {nesting.fuller}: "
            f"{shown}."
        )
    return (
        f"The data do not refute {nesting.simpler} ({nesting.by}): {shown}. {nesting.fuller} may "
        "still be true."
    )


def _definition(nesting: Nesting, method: Method, n: int, customers: int) -> str:
    how = {
        "chi-square": f"chi-square with {nesting.degrees} degree(s) of freedom",
        "chi-bar-square": f"a mixture of chi-squares with 0 to {nesting.degrees} degrees of "
        f"freedom, since {nesting.limit} lies at the edge of the parameters; it errs on the side "
        f"of {nesting.simpler}",
        "parametric bootstrap": f"{n:,} draws of the same customers from {nesting.simpler}",
    }[method]
    return (
        f"Twice the log-likelihood that {nesting.fuller} gains over {nesting.simpler} on "
        f"{customers:,} customers; p-value from {how}."
    )
