"""The documented usage as type checkers see it; checked, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import retentionkit as rk

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def read(frame: pd.DataFrame) -> rk.Transactions:
    """A log from a frame."""
    log = rk.Transactions(frame, customer="client", when="day", amount="paid", keep=["city"])
    calibration, later = log.split("1997-10-01")
    assert_type(calibration, rk.Transactions)
    assert_type(later.n_customers, int)
    assert_type(log.ledger, rk.Ledger)
    return log


def histories(log: rk.Transactions) -> rk.PurchaseHistories:
    """Histories from a log, and their rows."""
    found = rk.purchase_histories(log, as_of="1997-09-30", unit="week", grain="day")
    assert_type(found[found.frequency > 0], rk.PurchaseHistories)
    assert_type(found.in_unit("day"), rk.PurchaseHistories)
    return found


def score(found: rk.PurchaseHistories) -> None:
    """Fits, forecasts and values."""
    purchases = rk.clv.BGNBD.fit(found)
    spend = rk.clv.GammaGamma.fit(found)
    assert_type(purchases.model, rk.clv.BGNBD)
    assert_type(spend.model, rk.clv.GammaGamma)
    assert_type(purchases.log_likelihood, float)
    assert_type(purchases.verdict, str)
    alive: NDArray[np.float64] = purchases.model.probability_alive(found)
    ahead: NDArray[np.float64] = purchases.model.conditional_expected_purchases(found, "39 weeks")
    value = rk.clv.lifetime_value(
        purchases, spend, found, horizon="12 months", discount_rate=0.1, margin=0.3
    )
    assert_type(value, rk.LifetimeValue)
    low, high = value.interval()
    total: NDArray[np.float64] = (high - low) * alive * ahead
    assert_type(float(total[0]), float)
    purchases.save("purchases.json")


def doubt(found: rk.PurchaseHistories) -> None:
    """How far a fit may be believed."""
    fit = rk.clv.BGNBD.fit(found)
    assert_type(fit.draws(10), tuple[rk.clv.BGNBD, ...])
    assert_type(rk.clv.profile_interval(fit, found, "r").low, float)
    assert_type(rk.clv.profile(fit, found, "r"), rk.clv.Profile)
    drawn = rk.clv.bootstrap(
        fit, found, kind="parametric", statistic=lambda model, _: model.expected_purchases(52)
    )
    assert_type(drawn.standard_error("statistic"), float)
    test = rk.clv.likelihood_ratio_test(rk.clv.NBD.fit(found), fit, histories=found, n=99)
    assert_type(test.p_value, float)


def look_back(log: rk.Transactions, found: rk.PurchaseHistories) -> NDArray[np.int64]:
    """What happened after the histories."""
    return rk.holdout(log, found, until="1998-06-30").purchases


def refuse(log: rk.Transactions) -> None:
    """Options that a type checker must refuse."""
    rk.purchase_histories(log, unit="fortnight")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    try:
        rk.purchase_histories(log, as_of="yesterday")
    except rk.errors.RetentionKitError as error:
        assert_type(error.do, str)


def service() -> float:
    """One customer, from numbers."""
    one = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    return float(model.probability_alive(one)[0])


def subscribers() -> rk.LifetimeValue:
    """Contracts and their value."""
    found = rk.RenewalHistories.from_survivors([1000, 869, 743, 653], unit="year")
    fit = rk.clv.ShiftedBetaGeometric.fit(found)
    assert_type(fit.model, rk.clv.ShiftedBetaGeometric)
    assert_type(found[~found.ended], rk.RenewalHistories)
    assert_type(fit.model.discounted_expected_lifetime(discount_rate=0.1), float)
    return rk.clv.lifetime_value(fit, 120.0, found, horizon="3 years", discount_rate=0.1)


def opportunities(log: rk.Transactions) -> None:
    """Customers who can buy only at certain times."""
    found = rk.opportunity_histories(log, as_of="1997-09-30", period="month")
    assert_type(found, rk.OpportunityHistories)
    assert_type(found[found.frequency > 0], rk.OpportunityHistories)
    fit = rk.clv.BGBB.fit(found)
    assert_type(fit.model, rk.clv.BGBB)
    assert_type(rk.clv.BetaBinomial.fit(found).model, rk.clv.BetaBinomial)
    ahead: NDArray[np.float64] = fit.model.conditional_expected_purchases(found, 12)
    assert_type(float(ahead[0]), float)
    assert_type(fit.model.simulate(found.opportunities, rng=1), rk.clv.SimulatedOpportunities)
    rk.clv.BGBB.fit(rk.purchase_histories(log))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def contracts(found: rk.RenewalHistories) -> None:
    """Who renews, and for how long."""
    fit = rk.clv.BetaDiscreteWeibull.fit(found)
    assert_type(fit.model, rk.clv.BetaDiscreteWeibull)
    share: NDArray[np.float64] = fit.model.survival([1, 2, 3])
    left: NDArray[np.float64] = fit.model.discounted_expected_residual_lifetime(
        found, discount_rate=0.1
    )
    assert_type(float(share[0] * left[0]), float)
    test = rk.clv.likelihood_ratio_test(rk.clv.ShiftedBetaGeometric.fit(found), fit)
    assert_type(test, rk.clv.LikelihoodRatioTest)


def chance(found: rk.PurchaseHistories) -> None:
    """What customers will really do, and what to do about it."""
    purchases, spend = rk.clv.ParetoNBD.fit(found), rk.clv.GammaGamma.fit(found)
    counts = rk.clv.predict_purchases(purchases, found, horizon="3 months")
    assert_type(counts, rk.clv.PredictedPurchases)
    money = rk.clv.predict_spend(purchases, spend, found, horizon="3 months", margin=0.3)
    assert_type(money, rk.clv.PredictedSpend)
    value = rk.clv.lifetime_value(purchases, spend, found, horizon="1 year", discount_rate=0.1)
    assert_type(rk.clv.tiers(value, cost_to_serve=[0, 5], uplift=[0, 0.05]), rk.clv.Tiers)
    rk.clv.tiers(value)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def segment_money(segments: rk.rfm.Segments) -> None:
    """What each segment brings."""
    found = rk.rfm.profile(segments, confidence=0.9)
    assert_type(found, rk.rfm.SegmentProfile)
    assert_type(found.claim("top", customers=0.12, value=0.65), rk.rfm.SegmentClaim)
    assert_type(found.estimate("revenue", "top").value, float)
    assert_type(rk.rfm.spend_ratio(segments, ("top", "middle"), "low", claim=3), rk.rfm.SpendRatio)
    assert_type(
        rk.rfm.coverage_rate(segments.customers("top"), {1, 2}, customers=segments.customer),
        rk.rfm.Coverage,
    )
    found.estimate("profit", "top")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def compare(log: rk.Transactions, found: rk.PurchaseHistories) -> None:
    """Which model, and whether its forecasts would have held."""
    compared = rk.clv.compare_models(found, holdout=rk.holdout(log, found, until="1998-06-30"))
    assert_type(compared, rk.clv.ModelComparison)
    assert_type(compared.recommended, str | None)
    assert_type(rk.clv.backtest(log, models=(rk.clv.BGNBD, "NBD")), rk.clv.Backtest)


def scores(log: rk.Transactions) -> None:
    """Measures, scores, and the same cuts later."""
    table = rk.rfm.measure(log, as_of="1998-03-31", window="6 months")
    found = rk.rfm.score(table, bins=(5, 4, 3), cuts={"recency": [30, 60, 90, 120]})
    assert_type(found, rk.rfm.RFMScores)
    scorer = rk.rfm.Scorer.fit(table, cuts="quantiles")
    assert_type(scorer.score(table), rk.rfm.RFMScores)
    drift = scorer.drift(table, confidence=0.9)
    assert_type(drift, rk.rfm.Drift)
    assert_type(drift.reading, tuple[str, ...])
    assert_type(drift.confidence, float)
    scorer.save("scorer.json")
    assert_type(rk.rfm.Scorer.load("scorer.json"), rk.rfm.Scorer)
    rk.plots.rf_heat_map(found, value="net_spend")
    rk.plots.score_histogram(found, language="zh")
    rk.rfm.score(table, ties="first")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def moves(before: rk.rfm.Segments, after: rk.rfm.Segments) -> None:
    """Who moved from which segment to which."""
    moved = rk.rfm.migration(before, after, ranking=["gold", "potential"], confidence=0.9)
    assert_type(moved, rk.rfm.Migration)
    assert_type(moved.present_at_both(), rk.rfm.Migration)
    counts: NDArray[np.int64] = moved.counts
    assert_type(moved.rate("potential", "gold").value * float(counts[0, 0]), float)
    assert_type(moved.upgrade_rate().interval.low, float)


def own_tiers(table: rk.rfm.RFMTable) -> rk.rfm.Segments:
    """Rules, what is wrong with them, and who is where."""
    rules = rk.rfm.SegmentRules(
        [
            rk.rfm.Rule("gold", chinese="金卡", orders=(2, None), net_spend="not given"),
            rk.rfm.Rule("first", orders=1, net_spend=rk.rfm.Bound(high=3, includes_high=True)),
        ],
        window="12 months",
        ranked=True,
    )
    lint = rules.lint(table)
    assert_type(lint, rk.rfm.RuleLint)
    assert_type(lint.gaps, tuple[rk.rfm.Finding, ...])
    assert_type(lint.clean, bool)
    rules.save("tiers.json")
    assert_type(rk.rfm.SegmentRules.load("tiers.json"), rk.rfm.SegmentRules)
    assert_type(rk.rfm.STANDARD.assign(rk.rfm.score(table)), rk.rfm.Segments)
    rk.rfm.Rule("gold", size=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    return rules.assign(table)


def concentrated(log: rk.Transactions) -> None:
    """How much comes from how few."""
    table = rk.rfm.measure(log)
    assert_type(rk.rfm.concentration(table), rk.rfm.Concentration)
    assert table.net_spend is not None
    found = rk.rfm.concentration(table.net_spend, negative="drop", window=table.window)
    assert_type(found, rk.rfm.Concentration)
    assert_type(found.claim(customers=0.2, value=0.8), rk.rfm.ConcentrationClaim)
    assert_type(found.bootstrap(n_resamples=100, rng=1), rk.rfm.ConcentrationBootstrap)
    customers: NDArray[np.float64] = found.lorenz.customers
    assert_type(float(customers[0]), float)
    rk.rfm.concentration([1.0, -2.0], negative="abs")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def stages(log: rk.Transactions) -> None:
    """Where in its life each customer is, and whether that told anything."""
    own = rk.rfm.OwnGap(3, otherwise="3 months")
    found = rk.rfm.lifecycle(log, as_of="1997-09-30", regular=(6, "12 months"), dormant_after=own)
    assert_type(found, rk.rfm.Segments)
    judged = rk.rfm.evaluate_segmentation(found, log, until="1998-06-30")
    assert_type(judged, rk.rfm.SegmentationEvaluation)
    assert_type(judged.ranking.value, float)
    assert_type(judged.estimate("conversion", "regular").value, float)
    rk.plots.outcomes(judged, what="conversion")
    rk.rfm.lifecycle(log, regular=6)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def clustered(log: rk.Transactions) -> rk.rfm.Segments:
    """Segments that nobody stated."""
    table = rk.rfm.measure(log)
    found = rk.rfm.cluster(table, clusters=range(2, 6), method="gaussian-mixture", rng=1)
    assert_type(found, rk.rfm.Clusters)
    assert_type(found.stability, rk.rfm.ClusterStability | None)
    assert_type(found.choice, rk.rfm.ClusterChoice | None)
    assert_type(found.tree.rules, rk.rfm.SegmentRules)
    rk.rfm.cluster(table, features=["recency"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    return found.assign(table)


def surveyed() -> rk.surveys.NPS:
    """Answers to one question."""
    found = rk.surveys.nps([10, 9, 3], weights=[1, 2, 1], clusters=["a", "a", "b"], missing="drop")
    assert_type(found.interval.low, float)
    assert_type(found.score, float)
    rk.surveys.nps([10, 9, 3], method="exact")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return rk.surveys.NPS.from_counts(promoters=8, passives=0, detractors=0)


def drawn(first: rk.surveys.NPS, second: rk.surveys.NPS) -> None:
    """One score, or several by name."""
    rk.plots.promoters(first, language="zh")
    rk.plots.promoters({"before": first, "after": second})
    rk.plots.promoters([("before", first), ("after", second)])
    rk.plots.promoters(first.score)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def driven(answers: pd.DataFrame) -> rk.surveys.ValueChain:
    """What satisfaction goes with, and what goes with it."""
    found = rk.surveys.drivers(
        answers,
        outcome="satisfaction",
        phases={"before": ["booking"], "行中": {"the guide": "guide"}},
        scale=(1, 5),
        method="standardised",
    )
    assert_type(found, rk.surveys.Drivers)
    assert_type(found.estimate("importance", "booking").value, float)
    assert_type(found.by_phase, rk.surveys.DriverPhases | None)
    rk.plots.driver_matrix(found, language="zh")
    rk.surveys.drivers(answers, outcome="csat", items=["a"], method="relative")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    chain = rk.surveys.value_chain(
        answers, perceived_value="worth", satisfaction="csat", repurchase="again"
    )
    assert_type(chain.links, tuple[rk.surveys.ChainLink, ...])
    assert_type(chain.moderation, rk.surveys.ChainModeration | None)
    return chain


def surveyed_by(frame: pd.DataFrame) -> None:
    """Answers by group and over time."""
    found = rk.surveys.nps_by(
        frame, score="answer", by=["shop", "tier"], respondent="who", when="day", repeats="latest"
    )
    assert_type(found.group(("a", 1)), rk.surveys.NPS)
    assert_type(found.total, rk.surveys.NPS)
    assert_type(float(found.adjusted_p_value[0]), float)
    assert_type(found.homogeneity.p_value, float)
    waves = rk.surveys.nps_trend(frame, score="answer", when="day", every="quarter")
    assert_type(waves, rk.surveys.NPSTrend)
    assert_type(waves.slope.value, float)
    rk.surveys.nps_trend({"spring": found.total, "summer": None})
    rolling = rk.surveys.nps_rolling(frame, score="answer", when="day", window="4 weeks")
    assert_type(rolling, rk.surveys.NPSRolling)
    rk.plots.forest(found, language="zh")
    rk.plots.nps_trend(rolling)
    rk.plots.nps_trend(waves)
    rk.surveys.nps_trend(frame, score="answer", when="day", every="day")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def surveyed_travellers() -> None:
    """Answers whose truth is known."""
    truth = rk.datasets.SurveyTruth(passives=0.25)
    assert_type(truth.score(1), float)
    rk.datasets.simulate_survey(100, truth=truth, panel=True, unanswered=0.1, kind="polars")


def served(frame: pd.DataFrame) -> rk.service.Attainment:
    """Promises, waits, conversion, complaints."""
    found = rk.service.attainment(frame, response="1 hour", by="team", denominator="due")
    assert_type(found.promise("response", "north").in_time, int)
    assert_type(found.estimate("both", "north").interval.low, float)
    waits = rk.service.mean_wait([3, 8], waiting=[False, True], limit=15, up_to="10 minutes")
    assert_type(waits.mean.value, float)
    converted = rk.service.conversion_rate(28, n=140, of="enquiries")
    assert_type(converted.rate.value, float)
    assert_type(rk.service.complaint_rate(22, base=1_000, per="order").value, float)
    assert_type(rk.service.against_benchmark((8, 200), benchmark=0.1).p_value, float)
    rk.service.mean_wait([3, 8], unit="month")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return rk.service.on_time_contact(frame, trip="trip", days="hours")


def on_the_way(frame: pd.DataFrame) -> rk.compare.Progress:
    """Progress towards a goal."""
    found = rk.compare.progress(
        [0.8, 0.82], dates=["2025-01-01", "2025-07-01"], goal=1, by="1 year"
    )
    assert_type(found.probability, float | None)
    rk.compare.progress([0.8], dates=["2025-01-01"], goal=1, by="1 year", direction="out")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return rk.compare.progress(frame, value="rate", dates="day", n="customers", goal=1, by="1 year")


def on_other_scales() -> rk.surveys.CSAT:
    """Answers on scales that are stated."""
    found = rk.surveys.csat(["good", "bad"], labels={"good": 5, "bad": 2}, weights=[1, 2])
    assert_type(found, rk.surveys.CSAT)
    assert_type(found.share.interval.low, float)
    assert_type(rk.surveys.ces([1, 7], direction="ease"), rk.surveys.CES)
    rk.surveys.ces([1, 7])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(rk.surveys.CES.from_counts({1: 2}, direction="effort").mean.value, float)
    net = rk.surveys.net_score([5, 1], favourable=[5], unfavourable=range(1, 4), scale=(1, 5))
    assert_type(net, rk.surveys.NetScore)
    rate = rk.surveys.recommend_rate([True, False], claim=0.92)
    assert_type(rate, rk.surveys.RecommendRate)
    assert_type(rk.surveys.RecommendRate.from_counts({1: 46, 0: 4}), rk.surveys.RecommendRate)
    assert_type(rate.interval.low, float)
    words = rk.surveys.net_word_of_mouth(92, 8, n=120)
    assert_type(words, rk.surveys.NetWordOfMouth)
    assert_type(words.break_even.value, float)
    return rk.surveys.CSAT.from_counts({4: 10, 5: 20}, top=1)


def experienced(frame: pd.DataFrame) -> rk.surveys.ExperienceScore:
    """Several answers of each respondent."""
    gaps = rk.surveys.expectation_gap(frame, items={"pace": ("a", "b")}, scale=(1, 5))
    assert_type(gaps, rk.surveys.ExpectationGap)
    assert_type(gaps.estimate("pace").value, float)
    worth = rk.surveys.perceived_value(
        frame,
        benefits=["a"],
        sacrifices={"price": "b"},
        scale=(1, 5),
        rival={"a": "c", "price": "d"},
    )
    assert_type(worth, rk.surveys.PerceivedValue)
    assert worth.advantage is not None
    assert_type(worth.advantage.value, float)
    found = rk.surveys.experience_score(
        frame, items=["a", "b"], scale={"a": (1, 5), "b": (0, 10)}, weights={"a": 2, "b": 1}
    )
    assert_type(found, rk.surveys.ExperienceScore)
    assert_type(found.groups["x"].score.value, float)
    return found


def compared() -> rk.compare.Comparisons:
    """Before and after, and what they need."""
    found = rk.compare.rates((48, 80), (56, 70), control=((1, 2), (1, 2)), selected="low")
    assert_type(found, rk.compare.Comparison)
    assert_type(found.difference.interval.low, float)
    assert_type(found.required_n.with_power, float)
    assert_type(found.n, int | None)
    others = {
        "spend": rk.compare.means([1.0, 2.0], (1.5, 0.5, 20), standard_deviation=2.0),
        "complaints": rk.compare.counts((10, 100.0), (4, 100.0), design="control-treated"),
        "basket": rk.compare.ratio(([1.0, 2.0], [1, 1]), ([1.0, 3.0], [1, 1])),
        "nps": rk.compare.nps(surveyed(), 62, passives=0.2),
    }
    rk.compare.rates(0.1, 0.2, design="treated-control")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return rk.compare.several({"rate": found, **others}, multiplicity="bonferroni")


def changed(before: list[int], after: list[int], frame: pd.DataFrame) -> rk.surveys.NPSChange:
    """Two waves, how many answers they need, and what the answers go with."""
    found = rk.surveys.nps_change(before, after, before_ids=[1, 2], after_ids=[2, 3], method="wald")
    assert_type(found.difference, float)
    assert_type(found.required_n.with_power, float)
    assert_type(found.panel, rk.surveys.NPSPanel | None)
    assert_type(found.segments, rk.surveys.NPSEffects | None)
    needed = rk.surveys.nps_sample_size(38, 62, passives=(0.2, 0.25))
    assert_type(needed, rk.surveys.NPSSampleSize)
    assert_type(needed.n, int)
    linked = rk.surveys.nps_linkage(
        frame, score="answer", outcome="spend", outcome_kind="amount", unit="a"
    )
    assert_type(linked, rk.surveys.NPSLinkage)
    assert_type(linked.by_unit, rk.surveys.UnitLinkage | None)
    assert_type(linked.predict(20.0).value, float)
    rk.surveys.nps_change(before, after, method="score")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return found


def satisfied() -> rk.surveys.StageMigration:
    """Stages of satisfaction, and what goes with them."""
    first = rk.surveys.satisfaction_stage([1, 5], repurchased=[True, None], ids=["a", "b"])
    assert_type(first, rk.surveys.SatisfactionStages)
    assert_type(first.share("loyal").value, float)
    mask: NDArray[np.bool_] = first.where("loyal")
    assert_type(bool(mask[0]), bool)
    found = rk.surveys.satisfaction_loyalty([1, 5], [True, False], scale=(1, 5))
    assert_type(found, rk.surveys.SatisfactionLoyalty)
    assert_type(found.satisfied_who_left, rk.surveys.LoyaltyExceptions)
    curve = rk.surveys.linkage_curve([1, 5], [3.5, 7.0], direction="falling")
    assert_type(curve, rk.surveys.LinkageCurve)
    rk.plots.linkage_curve(curve)
    rk.plots.stages(first, language="zh")
    rk.surveys.linkage_curve([1, 5], [1, 0], direction="up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return rk.surveys.stage_migration(first, first, scope="both")
