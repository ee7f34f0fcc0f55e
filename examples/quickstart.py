"""Real customers of a real shop: from the log of their purchases to what each is worth.

CDNOW sold music on-line. 2,357 people bought there for the first time in early 1997. We fit on
nine months, forecast the next nine, and look at what really happened.
"""

from pathlib import Path

import matplotlib as mpl

import retentionkit as rk

mpl.use("Agg")
OUT = Path("out")


def main() -> None:
    OUT.mkdir(exist_ok=True)

    print("1. The log, with a ledger of every row\n")
    log = rk.Transactions(rk.datasets.load_cdnow())
    print(log)

    print("\n2. Segments: scores of recency, frequency and money, in words\n")
    scores = rk.rfm.score(rk.rfm.measure(log, as_of="1997-09-30"))
    profile = rk.rfm.profile(rk.rfm.STANDARD.assign(scores))
    print(profile)
    profile.to_frame().to_csv(OUT / "segments.csv", index=False)
    rk.plots.segments(profile).figure.savefig(OUT / "segments.png", dpi=150)

    print("\n3. Histories: how often, how recently, for how long, for how much\n")
    histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    print(histories, histories.ledger, sep="\n")

    print("\n4. Which model? All of them on the same customers\n")
    held = rk.holdout(log, histories, until="1998-06-30")
    print(rk.clv.compare_models(histories, holdout=held))

    print("\n   We go on with the recommended one, and a model of spend; each has a verdict\n")
    purchases = rk.clv.MBGNBD.fit(histories)
    spend = rk.clv.GammaGamma.fit(histories)
    print(purchases, spend, sep="\n\n")

    print("\n5. The ten most valuable customers: margin of the next twelve months\n")
    value = rk.clv.lifetime_value(
        purchases, spend, histories, horizon="12 months", discount_rate=0.10, margin=0.30
    )
    print(value.top(10))
    value.to_frame().to_csv(OUT / "lifetime_value.csv", index=False)
    rk.plots.most_valuable(value).figure.savefig(OUT / "most_valuable.png", dpi=150)

    print("\n6. Did the forecast hold? Nine months later\n")
    track = rk.clv.tracking(log, purchases, histories, until="1998-06-30")
    print(track)
    print("\n   Expected here: an average cohort. In step 4: each customer's own history.")
    track.to_frame().to_csv(OUT / "tracking.csv", index=False)
    rk.plots.tracking(track).figure.savefig(OUT / "tracking.png", dpi=150)

    print("\n7. The model is a small file; loaded again it is the same\n")
    purchases.save(OUT / "purchases.json")
    spend.save(OUT / "spend.json")
    print(f"{OUT / 'purchases.json'}: {rk.clv.load(OUT / 'purchases.json').equals(purchases)}")
    print(f"\nPictures and tables are in {OUT}/.")


if __name__ == "__main__":
    main()
