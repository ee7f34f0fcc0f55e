"""Did our NPS rise, where, and what drives it? A simulated survey, beside its truth."""

from pathlib import Path

import matplotlib as mpl

import retentionkit as rk

mpl.use("Agg")
OUT = Path("out")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    truth = rk.datasets.SurveyTruth()
    answers = rk.datasets.simulate_survey(1_000, truth=truth, unanswered=0.05)
    first, second = (answers[answers["wave"] == wave] for wave in (1, 2))

    before = rk.surveys.nps(first["recommend"], missing="drop")
    after = rk.surveys.nps(second["recommend"], missing="drop")
    print(after)
    scores = {"spring": before, "summer": after}
    rk.plots.promoters(scores).figure.savefig(OUT / "promoters.png", dpi=150)

    change = rk.surveys.nps_change(
        first["recommend"],
        second["recommend"],
        before_segments=first["segment"],
        after_segments=second["segment"],
        missing="drop",
    )
    print(change)
    print(f"The truth: {truth.score(1):g}, then {truth.score(2):g}.\n")

    groups = rk.surveys.nps_by(second, score="recommend", by="segment", missing="drop")
    print(groups)
    print(f"The truth: { ({name: row[1] for name, row in truth.scores.items()}) }\n")

    drivers = rk.surveys.drivers(
        answers, outcome="satisfaction", items=list(truth.importance), scale=(1, 5), missing="drop"
    )
    print(drivers)
    print(f"The truth, before answers are rounded: {dict(truth.importance)}\n")
    rk.plots.driver_matrix(drivers).figure.savefig(OUT / "drivers.png", dpi=150)

    # A board is told "38 to 62", without a number of answers. What would that need?
    print(rk.compare.nps(38, 62, passives=0.2))


if __name__ == "__main__":
    main()
