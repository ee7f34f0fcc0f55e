"""Who are our customers, what do they bring, and who moved? RFM on CDNOW at two dates."""

import warnings
from pathlib import Path

import matplotlib as mpl

import retentionkit as rk

mpl.use("Agg")
OUT = Path("out")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    log = rk.Transactions(rk.datasets.load_cdnow())

    spring = rk.rfm.measure(log, as_of="1997-06-30", window="6 months")
    scorer = rk.rfm.Scorer.fit(spring)  # its cuts hold at every later date
    before = rk.rfm.STANDARD.assign(scorer.score(spring))

    profile = rk.rfm.profile(before)
    print(profile)
    rk.plots.segments(profile).figure.savefig(OUT / "segments.png", dpi=150)
    print(rk.rfm.concentration(spring.net_spend))

    autumn = rk.rfm.measure(log, as_of="1997-12-31", window="6 months")
    with warnings.catch_warnings(action="ignore"):  # that recency has drifted: this is our subject
        after = rk.rfm.STANDARD.assign(scorer.score(autumn))
    moved = rk.rfm.migration(before, after)
    print(moved)
    rk.plots.migration(moved).figure.savefig(OUT / "migration.png", dpi=150)

    print(rk.rfm.TRAVEL_TIERS.lint())  # tiers as a company published them: where are the holes?


if __name__ == "__main__":
    main()
