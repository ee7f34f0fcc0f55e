r"""The bootstrap: fits of data drawn anew, and the intervals that they give.

Nonparametric: customers are drawn from the data with replacement; right also where the story of the
model is not, as far as the spread of its estimates goes. Parametric: the same customers, observed
for as long, buy as the fitted model says; right if the model is.

The bias-corrected and accelerated interval [1]_ shifts the percentiles by the bias
:math:`z_0 = \Phi^{-1}(\#\{\theta^* < \hat\theta\}/B)` and by the skewness of the customers'
influence, :math:`a = \tfrac16 \sum u_i^3 / (\sum u_i^2)^{3/2}`.

References
----------
.. [1] Efron, B. (1987). Better Bootstrap Confidence Intervals. Journal of the American Statistical
   Association 82(397), 171-185.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence, check_whole
from retentionkit.clv._fitting.restricted import way_to
from retentionkit.clv._inference.influence import accelerations
from retentionkit.clv._inference.own_data import build_of, check_fit, own_problem
from retentionkit.clv._inference.resampling import redraws, resamples
from retentionkit.clv._progress import tracked
from retentionkit.errors import ConvergenceError, DataError, OptionError
from retentionkit.results import Columns, Interval, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._fitting.maximum import Limit

__all__ = ["Bootstrap", "bootstrap"]

_Kind = Literal["nonparametric", "parametric"]
_Method = Literal["percentile", "bca"]
_STATISTIC: Final = "statistic"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bootstrap(Result):
    """Fits of data drawn anew.

    Attributes
    ----------
    names
        The parameters, in the order of the columns of `parameters`.
    estimate
        Their estimates from the data, shape (k,).
    parameters
        Their estimates from each draw, shape (m, k): m is n without the draws that could not be
        fitted. A parameter that ran to a limit is 0 or infinite, NaN where it means nothing.
    statistic
        The statistic of the data, an array of any shape; None without one.
    statistics
        The statistic of each draw, shape (m, ...); None without one.
    n
        Number of draws.
    n_limits
        How many fits ran to each limit.
    n_failed
        How many draws could not be fitted.
    acceleration
        Of each parameter, shape (k,); NaN where the fit ran to a limit.
    definition
        What was drawn and fitted.
    """

    names: tuple[str, ...]
    estimate: NDArray[np.float64]
    parameters: NDArray[np.float64]
    statistic: NDArray[np.float64] | None
    statistics: NDArray[np.float64] | None
    n: int
    n_limits: Mapping[str, int]
    n_failed: int
    acceleration: NDArray[np.float64]
    definition: str

    _heading: ClassVar[str] = "Bootstrap"

    def interval(
        self, name: str, *, confidence: float = 0.95, method: _Method = "percentile"
    ) -> Interval:
        """An interval of a parameter, or of the statistic if it is one number.

        Parameters
        ----------
        name
            A parameter, or `"statistic"`.
        confidence
            Confidence level.
        method
            `"percentile"`: quantiles of the draws. `"bca"`: bias-corrected and accelerated, for
            parameters.

        Returns
        -------
        Interval
            Reaches to 0 or to infinity where enough draws ran there. Draws in which the parameter
            means nothing count on both sides.

        Raises
        ------
        OptionError
            For another name, for a statistic of several numbers, or for `"bca"` of a statistic,
            whose acceleration would take a fit without each customer.
        """
        check_choice("method", method, get_args(_Method))
        tail = (1 - check_confidence(confidence)) / 2
        draws, estimate, acceleration = self._draws(name)
        levels = (tail, 1 - tail)
        if method == "bca":
            levels = self._shifted(levels, draws, estimate, acceleration)
        low = np.quantile(np.where(np.isnan(draws), -np.inf, draws), levels[0], method="lower")
        high = np.quantile(np.where(np.isnan(draws), np.inf, draws), levels[1], method="higher")
        floor = 0.0 if name in self.names else -np.inf
        return Interval(max(float(low), floor), float(high), float(confidence))

    def standard_error(self, name: str) -> float:
        """Standard deviation of the draws of a parameter or of the statistic.

        NaN where a draw ran to a limit, since that has no finite spread.
        """
        draws, _, _ = self._draws(name)
        return float(np.std(draws, ddof=1)) if np.isfinite(draws).all() else math.nan

    def _draws(self, name: str) -> tuple[NDArray[np.float64], float, float]:
        """The draws of one number, its estimate and its acceleration."""
        if name in self.names:
            at = self.names.index(name)
            return self.parameters[:, at], float(self.estimate[at]), float(self.acceleration[at])
        if name == _STATISTIC and self.statistics is not None and self.statistics.ndim == 1:
            return self.statistics, float(np.asarray(self.statistic)), math.nan
        single = self.statistics is not None and self.statistics.ndim == 1
        raise OptionError(
            "The bootstrap has no such number.",
            received=repr(name),
            allowed=", ".join(map(repr, [*self.names, *[_STATISTIC] * single])),
            do="Pass a parameter; take intervals of a statistic of several numbers from the "
            "quantiles of `statistics`.",
        )

    def _shifted(
        self,
        levels: tuple[float, float],
        draws: NDArray[np.float64],
        estimate: float,
        acceleration: float,
    ) -> tuple[float, float]:
        """The levels of the percentiles, corrected for bias and skewness."""
        from scipy.special import ndtr, ndtri  # noqa: PLC0415

        if not math.isfinite(acceleration) or np.isnan(draws).any():
            raise OptionError(
                "There is no bias-corrected and accelerated interval here.",
                received="method='bca' for a statistic, or at a limit",
                allowed="parameters of a fit inside the parameter space",
                do="Use method='percentile'; for a parameter at a limit, rk.clv.profile_interval.",
            )
        below = (np.mean(draws < estimate) + np.mean(draws <= estimate)) / 2
        bias = float(ndtri(below))
        if not math.isfinite(bias):  # all draws on one side
            return 0.0, 1.0
        z = bias + ndtri(np.array(levels))
        low, high = ndtr(bias + z / (1 - acceleration * z)).tolist()
        return low, high

    def _facts(self) -> Mapping[str, str]:
        limits = ", ".join(f"{count:,} {name}" for name, count in self.n_limits.items())
        facts = {
            "draws": f"{self.n:,}, {self.n_failed:,} without a fit",
            "limits": limits or "none",
        }
        if self.statistics is not None and self.statistics.ndim == 1:
            facts["statistic"] = (
                f"{float(np.asarray(self.statistic)):.4g}, {self.interval(_STATISTIC)!r}"
            )
        return facts | {"definition": self.definition}

    def _table(self) -> Columns:
        intervals = [self.interval(name) for name in self.names]
        return {
            "parameter": list(self.names),
            "estimate": self.estimate,
            "standard_error": [self.standard_error(name) for name in self.names],
            "low": [interval.low for interval in intervals],
            "high": [interval.high for interval in intervals],
        }


def bootstrap(
    fit: Fit[Any],
    histories: Any,  # noqa: ANN401 - of the model's kind
    *,
    kind: _Kind = "nonparametric",
    n: int = 200,
    statistic: Callable[[Any, Any], ArrayLike] | None = None,
    rng: np.random.Generator | int = 0,
    progress: bool = False,
) -> Bootstrap:
    """Fit again and again, to data drawn anew.

    Parameters
    ----------
    fit
        The fit; each draw is fitted with its penalty, starting from its estimates.
    histories
        The histories that it was made of.
    kind
        `"nonparametric"`: customers drawn from the data with replacement. `"parametric"`: the same
        customers, with purchases (or spend) drawn from the fitted model.
    n
        Number of draws. 200 do for a standard error; take 2,000 for an interval.
    statistic
        A function of a model and its histories that gives a number or an array, such as the sum of
        expected purchases. It gets the drawn histories; use your own histories in it to ask what
        the draws say of these customers.
    rng
        Seed or generator; equal seeds give equal draws, in any order of the rows.
    progress
        Whether to show a bar, where tqdm is installed.

    Raises
    ------
    DataError
        If the histories are other ones, or no draw could be fitted.
    OptionError
        If an option is out of range.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30")
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> def ahead(model, _):
    ...     return model.conditional_expected_purchases(histories, "39 weeks").sum()
    >>> drawn = rk.clv.bootstrap(fit, histories, statistic=ahead, n=50, rng=1)
    >>> round(float(drawn.statistic)), round(drawn.standard_error("statistic"), -1)
    (1653, 80.0)
    """
    check_choice("kind", kind, get_args(_Kind))
    n = check_whole("n", n, low=2, do="Pass a number of draws, such as n=200.")
    fit = check_fit("fit", fit)
    problem, histories = own_problem(fit, histories)
    draw = (
        resamples(fit, histories, whole=statistic is not None)
        if kind == "nonparametric"
        else redraws(fit.model, histories)
    )
    generator = np.random.default_rng(rng)
    steps = tracked(range(n), progress=progress, label=f"{kind} bootstrap")
    fits, found = _refits(fit, steps, lambda: draw(generator), statistic)
    if not fits:
        raise DataError(
            "No draw could be fitted.",
            received=f"{n} draws of {fit.n_customers:,} customers",
            allowed="histories whose draws have repeat purchases",
            do="Use more customers, observe for longer, or fit with a penalty.",
        )
    names = fit.model.names
    limits = {limit.name: limit for limit in problem.likelihood.limits}
    here = None if statistic is None else np.asarray(statistic(fit.model, histories), np.float64)
    return Bootstrap(
        names=names,
        estimate=frozen_array(fit.model.parameters(), np.float64),
        parameters=frozen_array([_at_limits(one, limits) for one in fits], np.float64),
        statistic=None if here is None else frozen_array(here, np.float64),
        statistics=None if here is None else frozen_array(found, np.float64),
        n=n,
        n_limits=dict(sorted(Counter(one.limit for one in fits if one.limit).items())),
        n_failed=n - len(fits),
        acceleration=frozen_array(accelerations(fit, histories), np.float64),
        definition=f"{kind.capitalize()} bootstrap, {n:,} draws, of {fit.definition}",
    )


def _refits(
    fit: Fit[Any],
    steps: Iterable[int],
    draw: Callable[[], Any],
    statistic: Callable[[Any, Any], ArrayLike] | None,
) -> tuple[list[Fit[Any]], list[NDArray[np.float64]]]:
    """The fits of all draws that have one, and the statistic of each."""
    fits: list[Fit[Any]] = []
    found: list[NDArray[np.float64]] = []
    for _ in steps:
        drawn = draw()
        again = _fitted(fit, drawn)
        if again is not None:
            fits.append(again)
            if statistic is not None:
                found.append(np.asarray(statistic(again.model, drawn), dtype=np.float64))
    return fits, found


def _fitted(fit: Fit[Any], drawn: Any) -> Fit[Any] | None:  # noqa: ANN401 - of the model's kind
    """A fit of a draw, from the estimates and then from afar; None if there is none."""
    build = build_of(fit)
    starts = [None] if fit.limit else [fit.model, None]
    for start in starts:
        try:
            again: Fit[Any] = build.fit(drawn, penalty=fit.penalty, start=start)
        except (ConvergenceError, DataError):
            continue
        return again
    return None


def _at_limits(fit: Fit[Any], limits: Mapping[str, Limit]) -> NDArray[np.float64]:
    """The estimates, with those that ran away where they ran to."""
    names: tuple[str, ...] = fit.model.names
    values: NDArray[np.float64] = fit.model.parameters()
    for name in fit.limit.split(" and ") if fit.limit else ():
        way = way_to(limits[name], np.log(fit.model.parameters()), names)
        for at in map(names.index, limits[name].lost):
            values[at] = math.nan if way[at] == 0 else math.inf if way[at] > 0 else 0.0
    return values
