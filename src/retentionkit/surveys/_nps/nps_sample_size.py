r"""How many answers does a net promoter score need, or a change from one score to another?

With the share :math:`q` of passives and the score :math:`s`, one answer has the variance
:math:`V = 1 - q - s^2`. A half-width :math:`m` of the interval, or a change :math:`d`, needs

.. math:: n = V \frac{z^2}{m^2}, \qquad
    n = (V_1 + V_2) \frac{(z_{1-\alpha/2} + z_\text{power})^2}{d^2}

answers, per wave in the second case. Of a population of :math:`N` people, :math:`n N/(N - 1 + n)`
are as good, since their score has the variance :math:`(V/n) (N - n)/(N - 1)`. Passives make a score
more certain: the fewer there are, the more answers it needs.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit._texts import counted
from retentionkit.arguments import check_confidence, check_number, check_whole
from retentionkit.errors import OptionError, warn
from retentionkit.intervals import normal_quantile
from retentionkit.results import Columns, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["NPSSampleSize", "answers_needed", "nps_sample_size"]

_END = 100.0  # of the scale, on either side
_SLACK = 1e-9  # 1 - 0.9 is a little less than 0.1


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSSampleSize(Result):
    """How many answers are needed, made by `nps_sample_size`; for a change, in each wave.

    Attributes
    ----------
    for_interval
        Answers with which the interval is as narrow as asked for; of a change, with which the
        interval of an observed change of that size just excludes zero, an even chance of telling
        it.
    for_power
        Answers with which a true change of that size is told with the chance `power`; None without
        a change.
    worst_case
        What `for_power` (or, without a change, `for_interval`) would be without any passive.
    before, after
        The two scores of a change; None without one.
    score
        The expected score, None for the worst one, 0.
    margin
        Half-width of the interval in points, None for a change.
    passives
        Share of passives (in either wave) that `for_interval` and `for_power` hold for.
    assumed
        Whether that share was not given and is the worst one, 0.
    population
        How many people could answer, in each wave; None for very many.
    confidence, power
        Level of the interval, and chance of telling the change; the latter None without a change.
    definition
        One sentence: what these numbers of answers are enough for.
    """

    for_interval: int
    for_power: int | None
    worst_case: int
    before: float | None
    after: float | None
    score: float | None
    margin: float | None
    passives: tuple[float, ...]
    assumed: bool
    population: int | None
    confidence: float
    power: float | None
    definition: str

    _heading: ClassVar[str] = "Answers needed"

    @property
    def n(self) -> int:
        """The number to plan with: for the power if there is a change, else for the interval."""
        return self.for_interval if self.for_power is None else self.for_power

    def _table(self) -> Columns:
        rows: list[tuple[str, int]] = [("for the interval", self.for_interval)]
        if self.for_power is not None and self.power is not None:
            rows.append((f"for {100 * self.power:g} % power", self.for_power))
        rows.append(("the same, no passives", self.worst_case))
        unit = "answers" if self.for_power is None else "answers_per_wave"
        return {"purpose": [name for name, _ in rows], unit: [number for _, number in rows]}

    def _printed(self) -> Columns:
        table = self._table()
        if not self.assumed:
            return table
        return {name: column[:-1] for name, column in table.items()}  # the last row says it again

    def _facts(self) -> Mapping[str, str]:
        if self.margin is None:
            asked = f"from {self.before:g} to {self.after:g}"
        else:
            score = "the worst score, 0" if self.score is None else f"a score of {self.score:g}"
            asked = f"{score}, give or take {self.margin:g} points"
        share = " and ".join(f"{100 * share:.3g} %" for share in self.passives)
        if self.assumed:
            share = "none: no share was given, and this is the worst case"
        facts = {"question": asked, "passives": share}
        if self.population is not None:
            facts["population"] = f"{self.population:,} people"
        return {
            **facts,
            "confidence": f"{100 * self.confidence:g} %",
            "definition": self.definition,
        }


def nps_sample_size(
    before: float | None = None,
    after: float | None = None,
    *,
    margin: float | None = None,
    score: float | None = None,
    passives: float | Sequence[float] | None = None,
    population: int | None = None,
    confidence: float = 0.95,
    power: float | None = None,
) -> NPSSampleSize:
    """How many answers tell a change of the score, or tell one score closely enough?

    Parameters
    ----------
    before, after
        The two scores, -100 to 100, whose difference is to be told.
    margin
        Instead of a change: half-width of the interval of one score, in points.
    score
        With `margin`: the score that is expected. Default: the worst one, 0.
    passives
        Share of passives, 0 to 1; for a change also one for each wave. Default: the worst one, 0.
    population
        How many people could answer in each wave, if a good part of them will.
    confidence
        Level of the interval.
    power
        Chance of telling the change if it is true, 0.5 to 1; of a change only. Default: 0.8.

    Returns
    -------
    NPSSampleSize

    Raises
    ------
    OptionError
        Neither a change nor a margin is asked for, or both; a score does not go together with the
        passives; the two scores are the same; `power` is given with a margin.

    Warns
    -----
    RetentionKitWarning
        All scores lie within one point of 0, as if they were fractions.

    Notes
    -----
    By the normal (Wald) interval of two independent samples of equal size; the adjusted one needs
    about three answers fewer. Where it tells fewer than about ten, take ten. These are answers, not
    invitations: divide by the share of people who answer.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.nps_sample_size(38, 62, passives=0.2)
    Answers needed
      question    from 38 to 62
      passives    20 %
      confidence  95 %
      definition  In each wave, as many answers as tell the change from none, of two independent
                  samples.
                    purpose  answers_per_wave
           for the interval                72
             for 80 % power               146
      the same, no passives               201
    """
    check_confidence(confidence)
    people = None if population is None else check_whole("population", population, low=2)
    scores, width = _question(before, after, margin, score)
    lone = margin is not None
    chance = _chance(power)
    if lone and power is not None:
        raise OptionError(
            "An interval of one score has no power.",
            received=f"power={power!r} with margin",
            allowed="power only with before and after",
            do="Leave `power` out, or pass the two scores of a change.",
        )
    _warn_of_fractions(before, after, margin, score)
    shares = _shares(passives, len(scores))
    given = [0.0 if one is None else check_number("score", one, low=-_END, high=_END) / _END
             for one in scores]  # fmt: skip
    for one, share in zip(given, shares, strict=True):
        _check_possible(one, share)
    z = normal_quantile(confidence)
    strong = z if lone or chance == 0.5 else z + normal_quantile(2 * chance - 1)  # noqa: PLR2004
    worst = [1 - one**2 for one in given]
    spread = [most - share for most, share in zip(worst, shares, strict=True)]
    everybody = [math.inf if people is None else people] * len(given)
    return NPSSampleSize(
        for_interval=answers_needed(spread, width / z, everybody),
        for_power=None if lone else answers_needed(spread, width / strong, everybody),
        worst_case=answers_needed(worst, width / strong, everybody),
        before=None if lone else _END * given[0],
        after=None if lone else _END * given[1],
        score=None if scores[0] is None or not lone else _END * given[0],
        margin=_END * width if lone else None,
        passives=tuple(dict.fromkeys(shares)),
        assumed=passives is None,
        population=people,
        confidence=confidence,
        power=None if lone else chance,
        definition=_definition(lone=lone),
    )


def _question(
    before: float | None, after: float | None, margin: float | None, score: float | None
) -> tuple[tuple[float | None, ...], float]:
    """The scores, and the distance on the scale -1 to 1 that is to be told."""
    named = {"before": before, "after": after, "margin": margin, "score": score}
    given = {name for name, value in named.items() if value is not None}
    if given == {"before", "after"}:
        first, second = (
            check_number(name, named[name], low=-_END, high=_END) for name in ("before", "after")
        )
        if first == second:
            raise OptionError(
                "There is no change to tell.",
                received=f"before and after are both {first:g}",
                allowed="two different scores",
                do="Pass the smallest change that would matter to you.",
            )
        return (first, second), abs(second - first) / _END
    if given in ({"margin"}, {"margin", "score"}):
        width = check_number("margin", margin, low=0, high=_END, open_low=True)
        return (score,), width / _END
    raise OptionError(
        "Ask for a change or for a margin.",
        received=", ".join(sorted(given)) or "nothing",
        allowed="before and after; or margin, with or without score",
        do="Pass two scores for a change, or margin=5 for one score give or take five points.",
    )


def _chance(power: float | None) -> float:
    do = "Write 80 % as power=0.8; below one half a change is told less often than not."
    return check_number("power", 0.8 if power is None else power, low=0.5, high=1 - 1e-9, do=do)


def _warn_of_fractions(*given: float | None) -> None:
    """Scores between -1 and 1 ask for millions of answers, and are seldom meant."""
    sizes = [abs(number) for number in given if number is not None]
    if max(sizes) <= 1 and any(0 < size < 1 for size in sizes):
        warn(f"Scores of NPS are -100 to 100, and these are {_listed(given)}: write 0.38 as 38.")


def _listed(given: Sequence[float | None]) -> str:
    return " and ".join(f"{number:g}" for number in given if number is not None)


def _shares(passives: float | Sequence[float] | None, waves: int) -> tuple[float, ...]:
    """The share of passives in each wave."""
    if isinstance(passives, tuple | list):
        if len(passives) != waves:
            raise OptionError(
                "There must be a share of passives for each wave, or one for all.",
                received=f"{len(passives)} shares, {counted(waves, 'score')}",
                allowed="one number, or for a change two",
                do="Pass passives=0.2, or for a change passives=(0.2, 0.25).",
            )
        return tuple(map(_share, passives))
    return (0.0 if passives is None else _share(passives),) * waves


def _share(passives: object) -> float:
    return check_number("passives", passives, low=0, high=1, do="Write 20 % as passives=0.2.")


def _check_possible(score: float, share: float) -> None:
    most = 1 - abs(score)
    if share > most + _SLACK:
        raise OptionError(
            "No answers have that score and that many passives.",
            received=f"a score of {_END * score:g} with {share:.4g} passives",
            allowed=f"at most {most:.4g} passives at that score",
            do="Lower `passives`, or leave it out for the worst case.",
        )


def answers_needed(variances: Sequence[float], error: float, populations: Sequence[float]) -> int:
    """The fewest answers in each sample that bring the error of a score or a change so far down.

    `variances` are of one answer of each sample, `populations` how many people could answer; where
    all of them do, nothing is left to chance in that sample.
    """
    samples = sorted(zip(populations, variances, strict=True))
    n = 1.0
    for at, (most, _) in enumerate(samples):
        rest = [(variance, 1 / (size - 1)) for size, variance in samples[at:] if size > 1]
        above = sum(max(variance, 0.0) * (1 + part) for variance, part in rest)
        n = above / (error**2 + sum(max(variance, 0.0) * part for variance, part in rest))
        if n <= most:
            break
    # A quotient that is whole but for rounding is not raised by one.
    return max(math.ceil(n * (1 - 1e-12)), 1)


def _definition(*, lone: bool) -> str:
    if lone:
        return "As many answers as give the normal interval of the score that half-width."
    return "In each wave, as many answers as tell the change from none, of two independent samples."
