r"""Does good word of mouth outweigh bad, if bad word spreads so many times as far?

Of :math:`n` people asked :math:`n_p` spoke well of us and :math:`n_d` badly. With the assumption
that a bad word counts :math:`m` times, one answer counts 1, 0 or :math:`-m`, and with the shares
:math:`p` and :math:`d`

.. math:: w = p - m d, \qquad \operatorname{Var} = p + m^2 d - w^2 .

The two shares are of the same people, which is why the variances of :math:`p` and :math:`d` do not
just add up. The interval is linearised, and adjusted as that of the net promoter score is: three
answers are added, half of them of people who said nothing. Good and bad balance at the multiplier
:math:`n_p / n_d`; its interval is the Wilson interval of the share of good ones among those who
spoke, as odds.

Where only those who spoke are counted, nobody can be silent, :math:`d = 1 - p`, and
:math:`w = (1 + m) p - m` has the Wilson limits of :math:`p`. So the interval of the net holds 0 if
and only if that of the break-even holds :math:`m`.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit import net_scores
from retentionkit.arguments import check_confidence, check_number, check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import normal_quantile, wilson
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NetWordOfMouth", "net_word_of_mouth"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetWordOfMouth(Result):
    """Good word of mouth less bad, by `net_word_of_mouth`.

    Attributes
    ----------
    net
        People who spoke well less the multiplier times those who spoke badly, per person asked,
        with its interval inside what is possible, minus the multiplier to 1: adjusted Wald, or
        Wilson limits where only those who spoke are counted.
    positive, negative, silent
        People who spoke well, badly, and not at all.
    negative_multiplier
        How many good words one bad word outweighs: an assumption.
    break_even
        The multiplier at which the net is 0, with its interval; NaN, with an interval without upper
        end, if nobody spoke badly.
    definition
        One sentence: what was taken from what, over whom, and the assumption.
    """

    net: Estimate
    positive: int
    negative: int
    silent: int
    negative_multiplier: float
    break_even: Estimate
    definition: str

    _heading: ClassVar[str] = "Net word of mouth"

    @property
    def value(self) -> float:
        """The net per person asked alone."""
        return self.net.value

    @property
    def interval(self) -> Interval:
        """The interval of the net."""
        return self.net.interval

    @property
    def n(self) -> int:
        """Number of people asked."""
        return self.net.n

    def __float__(self) -> float:
        """The net per person asked alone."""
        return self.net.value

    def _table(self) -> Columns:
        both = (self.net, self.break_even)
        return {
            "measure": ["net", "break_even_multiplier"],
            "value": [part.value for part in both],
            "low": [part.interval.low for part in both],
            "high": [part.interval.high for part in both],
            "n": [part.n for part in both],
        }

    def _printed(self) -> Columns:
        return {}  # the facts say it all

    def _facts(self) -> Mapping[str, str]:
        low, high = self.net.interval.low, self.net.interval.high
        level = f"{100 * self.net.interval.confidence:g} %"
        return {
            "net": f"{self.net.value:z.3g} a person, {level} {low:z.3g} to {high:z.3g}",
            "people": (
                f"{self.n:,} = {self.positive:,} spoke well + {self.negative:,} badly"
                f" + {self.silent:,} not at all"
            ),
            "assumption": f"one bad word outweighs {self.negative_multiplier:g} good ones",
            "break-even": self._balance(),
            "definition": self.definition,
        }

    def _balance(self) -> str:
        low, high = self.break_even.interval.low, self.break_even.interval.high
        level = f"{100 * self.net.interval.confidence:g} %"
        if math.isnan(low):
            return "undefined: nobody spoke"
        if self.negative == 0:
            return f"none: nobody spoke badly; {level} from {low:.3g} on"
        end = "any number" if math.isinf(high) else f"{high:.3g}"
        return f"{self.break_even.value:.3g} good ones, {level} {low:.3g} to {end}"


def net_word_of_mouth(
    positive: int,
    negative: int,
    *,
    negative_multiplier: float = 3.0,
    n: int | None = None,
    confidence: float = 0.95,
) -> NetWordOfMouth:
    """Good word of mouth less bad, which is taken to count several times.

    Parameters
    ----------
    positive, negative
        How many people spoke well of us, and how many badly; each person once.
    negative_multiplier
        How many good words one bad word outweighs. Three is a saying, not a finding: look at
        `break_even`, which does not need it.
    n
        How many people were asked, those included who said nothing. Default: only those who spoke
        are counted, and nobody can have been silent.
    confidence
        Level of the intervals.

    Returns
    -------
    NetWordOfMouth

    Raises
    ------
    OptionError
        A number is not a whole number from 0 on; the multiplier is not positive; fewer were asked
        than spoke.
    DataError
        Nobody was asked.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.net_word_of_mouth(92, 8)
    Net word of mouth
      net         0.68 a person, 95 % 0.4 to 0.836
      people      100 = 92 spoke well + 8 badly + 0 not at all
      assumption  one bad word outweighs 3 good ones
      break-even  11.5 good ones, 95 % 5.67 to 23.3
      definition  People who spoke well less 3 times those who spoke badly, per person who spoke
                  (Wilson limits); the factor is an assumption.
    """
    level = check_confidence(confidence)
    spoke = (check_whole("positive", positive, low=0), check_whole("negative", negative, low=0))
    times = check_number("negative_multiplier", negative_multiplier, low=0, open_low=True)
    asked = _asked(n, sum(spoke))
    silent = asked - sum(spoke)
    whom = "who spoke (Wilson limits)" if n is None else "asked (adjusted Wald limits)"
    definition = (
        f"People who spoke well less {times:g} times those who spoke badly, per person {whom}; the "
        "factor is an assumption."
    )
    return NetWordOfMouth(
        net=_net(*spoke, None if n is None else silent, times, level, definition),
        positive=spoke[0],
        negative=spoke[1],
        silent=silent,
        negative_multiplier=times,
        break_even=_break_even(*spoke, level),
        definition=definition,
    )


def _net(
    positive: int,
    negative: int,
    silent: int | None,
    times: float,
    confidence: float,
    definition: str,
) -> Estimate:
    """The net with its interval; `silent` is None where nobody could be."""
    n = positive + negative + (silent or 0)
    value, variance = _moments(positive, negative, n, times)
    if silent is None:
        low, high = (
            (1 + times) * float(limit) - times
            for limit in wilson(positive, n, confidence=confidence)
        )
    else:
        above, neutral, below = net_scores.adjusted((positive, silent, negative)).tolist()
        total = above + neutral + below
        middle, spread = _moments(above, below, total, times)
        half = normal_quantile(confidence) * math.sqrt(spread / total)
        low, high = min(middle - half, value), max(middle + half, value)
    limits = Interval(max(low, -times), min(high, 1.0), confidence)
    return Estimate(value, math.sqrt(variance / n), limits, n, definition)


def _moments(above: float, below: float, n: float, times: float) -> tuple[float, float]:
    """The net, and the variance of one answer; rounding never makes it negative."""
    value = (above - times * below) / n
    return value, max((above + times**2 * below) / n - value**2, 0.0)


def _break_even(positive: int, negative: int, confidence: float) -> Estimate:
    """How many times a bad word may count before the good ones are outweighed."""
    n = positive + negative
    low, high = (float(limit) for limit in wilson(positive, n, confidence=confidence))
    value = positive / negative if negative else math.nan
    error = value * math.sqrt(1 / positive + 1 / negative) if positive and negative else math.nan
    upper = high / (1 - high) if high < 1 else math.inf
    upper = math.nan if math.isnan(high) else upper
    interval = Interval(low / (1 - low), upper, confidence)
    definition = "People who spoke well over those who spoke badly, with Wilson limits as odds."
    return Estimate(value, error, interval, n, definition)


def _asked(n: int | None, spoke: int) -> int:
    asked = spoke if n is None else check_whole("n", n, low=0)
    if asked < spoke:
        raise OptionError(
            "Fewer people were asked than spoke.",
            received=f"n={asked:,}, {spoke:,} spoke well or badly",
            allowed="at least as many as spoke",
            do="Count each person once, and pass how many were asked.",
        )
    if asked == 0:
        raise DataError(
            "Nobody was asked.",
            received="0 people",
            allowed="at least one",
            do="Pass how many spoke well and how many badly, or `n`.",
        )
    return asked
