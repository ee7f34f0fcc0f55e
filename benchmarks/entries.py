"""What is measured: one entry for each line of the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Entry:
    """A measurement of every size, and what stands beside it: a line of the table is one of these.

    Attributes
    ----------
    part
        What `--only` calls it.
    what
        What is measured, for people.
    ours, other
        The measurement in by_retentionkit.py, and that in by_lifetimes.py if there is one.
    data
        The kind of data, from data.KINDS.
    aims
        What is aimed at, by size.
    rtol
        How far both sides may differ.
    other_up_to, other_slow
        The largest size for the other side, and whether it is so slow that one run has to do.
    against, against_aim
        Another measurement of the same size to be compared with, and how many times it may be.
    also
        Sizes that are measured besides those asked for, small enough for the other side.
    memory, limit
        Whether to tell the peak memory, and the time of reading the arrays once.
    """

    part: str
    what: str
    ours: str
    other: str = ""
    data: str = "customers"
    aims: Mapping[int, str] = field(default_factory=dict)
    rtol: float = 1e-9
    other_up_to: int = 1_000_000
    other_slow: bool = False
    also: tuple[int, ...] = ()
    against: str = ""
    against_aim: str = ""
    memory: bool = False
    limit: bool = False

    def aim(self, size: int) -> str:
        """The aim for a size, if there is one."""
        return self.aims.get(size, "")


MILLION = 1_000_000
# The optimisers of lifetimes stop short of the optimum: parameters are good to four digits, those
# of its Pareto/NBD, which searches without gradients, to two.
ENTRIES = (
    Entry(
        "fit",
        "BG/NBD fit",
        "fit_BGNBD",
        "fit_BGNBD",
        rtol=1e-3,
        other_slow=True,
        aims={MILLION: "50 times, better 100", 10 * MILLION: "2 s"},
        memory=True,
        limit=True,
    ),
    Entry(
        "fit",
        "MBG/NBD fit",
        "fit_MBGNBD",
        "fit_MBGNBD",
        rtol=1e-2,
        other_slow=True,
        against="fit_BGNBD",
        against_aim="1.2 times",
        memory=True,
    ),
    Entry(
        "fit",
        "Pareto/NBD fit",
        "fit_ParetoNBD",
        "fit_ParetoNBD",
        rtol=0.05,
        other_slow=True,
        other_up_to=20_000,
        also=(20_000,),
        against="fit_BGNBD",
        against_aim="10 times",
        memory=True,
    ),
    Entry(
        "fit",
        "Gamma-Gamma fit",
        "fit_GammaGamma",
        "fit_GammaGamma",
        data="spenders",
        rtol=1e-3,
        other_slow=True,
        aims={MILLION: "0.3 s"},
        memory=True,
        limit=True,
    ),
    Entry("score", "P(alive) and expected purchases", "score", "score", aims={MILLION: "0.15 s"}),
    Entry("score", "expected purchases", "expect", "expect", aims={MILLION: "0.1 s"}),
    Entry("score", "expected purchases, Pareto/NBD", "expect_ParetoNBD"),
    Entry(
        "value",
        "discounted purchases, no horizon",
        "discounted",
        aims={MILLION: "1 s"},
        memory=True,
    ),
    Entry("value", "discounted purchases, no horizon, Pareto/NBD", "discounted_ParetoNBD"),
    Entry(
        "value",
        "lifetime value with intervals, 12 months",
        "value",
        "value",
        data="valued customers",
        other_slow=True,
        aims={MILLION: "1 s"},
        memory=True,
    ),
    Entry(
        "value",
        "lifetime value with intervals, no horizon",
        "value_for_ever",
        data="valued customers",
        aims={MILLION: "1 s"},
        memory=True,
    ),
)
