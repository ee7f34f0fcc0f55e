"""The net promoter score: published and reproduced rows, refusals, and what a result shows."""

import math

import pytest

from retentionkit.surveys import NPS, nps

#: promoters, passives, detractors: score, standard error, Wald, adjusted Wald (scale -1 to 1).
ROWS = [
    ((162, 108, 54), 0.33333, 0.041409, (0.2522, 0.4145), (0.2495, 0.4111)),
    ((291, 476, 395), -0.08950, 0.022387, (-0.1334, -0.0456), (-0.1331, -0.0455)),
    ((50, 30, 20), 0.30, 0.078102, (0.1469, 0.4531), (0.1405, 0.4420)),
    ((250, 675, 75), 0.175, 0.017157, (0.1414, 0.2086), (0.1409, 0.2081)),
    ((18, 11, 2), 0.51613, 0.110537, (0.2995, 0.7328), (0.2551, 0.6861)),
    ((5, 3, 2), 0.30, 0.246982, (-0.1841, 0.7841), (-0.1905, 0.6520)),
    ((8, 0, 0), 1.0, 0.0, (1.0, 1.0), (0.3854, 1.0)),
]


def counted(counts, **options):
    promoters, passives, detractors = counts
    return NPS.from_counts(promoters=promoters, passives=passives, detractors=detractors, **options)


@pytest.mark.filterwarnings("ignore:All 8 answers are alike")
@pytest.mark.parametrize(("counts", "value", "error", "wald", "adjusted"), ROWS)
def test_rows_that_were_published_or_reproduced(counts, value, error, wald, adjusted):
    result = counted(counts)
    assert result.score == pytest.approx(100 * value, abs=6e-4)
    assert result.standard_error == pytest.approx(100 * error, abs=6e-5)
    assert (result.interval.low, result.interval.high) == pytest.approx(
        (100 * adjusted[0], 100 * adjusted[1]), abs=6e-3
    )
    narrow = counted(counts, method="wald").interval
    assert (narrow.low, narrow.high) == pytest.approx((100 * wald[0], 100 * wald[1]), abs=6e-3)
    answers = [10] * counts[0] + [7] * counts[1] + [0] * counts[2]
    assert nps(answers).equals(result)
    assert math.isfinite(result.interval.low)
