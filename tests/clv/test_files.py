import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError


@pytest.fixture
def saved(bgnbd, tmp_path):
    path = tmp_path / "bgnbd.json"
    bgnbd.save(path)
    return path


def strict(path):
    """The document, read by a parser that refuses NaN and Infinity."""

    def refuse(word):
        raise AssertionError(word)

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


# Worked example: what a saved fit looks like.


def test_the_file_can_be_read_by_people(saved, bgnbd):
    found = strict(saved)
    assert (found["schema"], found["version"]) == ("retentionkit/fit", 1)
    assert (found["model"], found["unit"]) == ("BGNBD", "week")
    assert list(found["parameters"]) == ["r", "alpha", "a", "b"]
    assert found["parameters"]["r"] == bgnbd.model.r
    assert found["log_likelihood"] == bgnbd.log_likelihood
    assert found["fingerprint"] == bgnbd.fingerprint
    assert found["limit"] is None
    assert np.shape(found["covariance"]) == (4, 4)
    assert saved.read_bytes().endswith(b"}\n")


# Reference: the fit that was saved.


def test_fits_come_back_to_the_last_bit(bgnbd, spend, tmp_path):
    for fit in (bgnbd, spend):
        path = str(tmp_path / f"{type(fit.model).__name__}.json")
        fit.save(path)
        again = rk.clv.load(path)
        assert again.equals(fit)
        assert again.model == fit.model
        assert again.parameters == fit.parameters
        assert again.covariance.tobytes() == fit.covariance.tobytes()
        assert not again.covariance.flags.writeable
        assert repr(again) == repr(fit)


def test_the_unit_comes_back(bgnbd, tmp_path):
    days = dataclasses.replace(bgnbd, model=bgnbd.model.in_unit("day"))
    days.save(tmp_path / "days.json")
    assert rk.clv.load(tmp_path / "days.json").model.unit == "day"


@pytest.mark.parametrize("lost", [[0, 1], [2, 3], [0, 1, 2, 3]])
def test_a_fit_at_a_limit_comes_back(bgnbd, lost, tmp_path):
    covariance = np.array(bgnbd.covariance)
    covariance[lost, :] = covariance[:, lost] = np.nan
    fit = dataclasses.replace(
        bgnbd,
        covariance=covariance,
        limit="homogeneous rate",
        decrement=math.nan,
        condition_number=math.nan,
        verdict="Grenze erreicht: α → ∞",
    )
    fit.save(tmp_path / "limit.json")
    document = strict(tmp_path / "limit.json")
    assert document["condition_number"] is None
    assert document["covariance"][lost[0]] == [None] * 4
    again = rk.clv.load(tmp_path / "limit.json")
    assert again.equals(fit)
    assert math.isnan(again.decrement)
    assert math.isnan(again.condition_number)
    assert np.array_equal(np.isnan(again.covariance), np.isnan(covariance))
    assert again.limit == "homogeneous rate"


# Definition: parameters and what is known of them; never data.


def test_no_customer_is_in_the_file(log, tmp_path):
    whole = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    named = dataclasses.replace(
        whole, customer=np.array([f"person-{i}@example.org" for i in range(len(whole))])
    )
    rk.clv.BGNBD.fit(named).save(tmp_path / "fit.json")
    text = (tmp_path / "fit.json").read_text("utf-8")
    assert "person" not in text
    # A few hundred bytes for each parameter, whatever the number of customers.
    assert len(text) < 3_000
    assert set(json.loads(text)) == {
        *("schema", "version", "model", "unit", "parameters", "covariance", "log_likelihood"),
        *("n_customers", "penalty", "limit", "gradient_norm", "decrement", "condition_number"),
        *("converged", "verdict", "fingerprint", "definition"),
    }


def test_a_loaded_fit_works_as_the_first_one_did(saved, bgnbd, cdnow):
    terms = {"horizon": "1 year", "discount_rate": 0.1}
    first, again = (
        rk.clv.lifetime_value(fit, 35.0, cdnow[:50], **terms) for fit in (bgnbd, rk.clv.load(saved))
    )
    assert again.equals(first)


# Properties.


@given(
    shapes=st.tuples(*[st.floats(1e-300, 1e300)] * 3),
    spread=st.lists(st.floats(allow_infinity=False), min_size=9, max_size=9),
    level=st.floats(allow_nan=False, allow_infinity=False),
    words=st.text(alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_every_number_and_word_comes_back(spend, tmp_path_factory, shapes, spread, level, words):
    fit = dataclasses.replace(
        spend,
        model=rk.clv.GammaGamma(*shapes),
        covariance=np.reshape(spread, (3, 3)),
        log_likelihood=level,
        definition=words,
    )
    path = tmp_path_factory.mktemp("fits") / "fit.json"
    fit.save(path)
    again = rk.clv.load(path)
    assert again.equals(fit)
    assert again.model.parameters().tobytes() == fit.model.parameters().tobytes()


# Refusals.


def without(key):
    def change(document):
        del document[key]

    return change


def having(**values):
    return lambda document: document.update(values)


def negative(document):
    document["parameters"]["alpha"] = -1.0


def surplus(document):
    document["parameters"]["k"] = 2.0


def absent(document):
    del document["parameters"]["a"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (having(schema="someone/else"), "schema 'someone/else', version 1"),
        (having(version=2), "schema 'retentionkit/fit', version 2"),
        (having(log_likelihood="great"), "log_likelihood is 'great'"),
        (having(n_customers=1.5), "n_customers is 1.5"),
        (having(model="ParetoGGG"), r"KeyError\('ParetoGGG'\)"),
        (having(model=["BGNBD"]), "TypeError"),
        (having(unit="fortnight"), "`unit` is not one of its choices"),
        (having(covariance=[[1.0, 0.0], [0.0, 1.0]]), r"covariance of shape \(2, 2\)"),
        (having(covariance=[[1.0], [0.0, 1.0]]), "ValueError"),
        (having(covariance="wide"), "ValueError"),
        (having(parameters=[1.0, 2.0, 3.0, 4.0]), "TypeError"),
        (negative, "`alpha` must be a finite number in its range"),
        (surplus, "unexpected keyword argument 'k'"),
        (absent, "missing 1 required positional argument: 'a'"),
        *[(without(key), f"KeyError.'{key}'") for key in ("schema", "unit", "verdict", "penalty")],
    ],
)
def test_a_file_that_was_changed_is_refused(saved, change, match):
    document = strict(saved)
    change(document)
    saved.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DataError, match="not a fit that this version can read: .*" + match):
        rk.clv.load(saved)


@pytest.mark.parametrize(
    "content", [b"", b"r = 0.243", b"[1, 2]", b'"fit"', b"null", b"\xff\xfe\x00", b"[" * 200_000]
)
def test_other_files_are_refused(content, tmp_path):
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a fit that this version can read") as error:
        rk.clv.load(path)
    assert str(path) in error.value.received
    assert "JSON of schema 'retentionkit/fit', version 1" in error.value.allowed
    assert len(str(error.value)) < 1_000


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.json"):
        rk.clv.load(tmp_path / "nothing.json")
