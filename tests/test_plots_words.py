"""Texts of pictures in several languages, and the fonts that show them."""

import string
import sys

import matplotlib as mpl
import pytest

import retentionkit as rk
from retentionkit.errors import MissingExtraError, OptionError
from retentionkit.plots import (
    _driver_matrix,
    _lorenz,
    _migration,
    _outcomes,
    _rf_heat_map,
    _score_histogram,
    _segments,
    _treemap,
)
from retentionkit.plots._words import words

PICTURES = (
    *(_lorenz, _migration, _outcomes, _rf_heat_map, _score_histogram, _segments, _treemap),
    _driver_matrix,
)
SAID = {"en": {"all": "all of them"}, "zh": {"all": "全部"}}
LABELS = {"en": ("best",), "zh": ("冠军",)}


# Worked example.


def test_chinese_words(chinese_font):
    found = words(SAID, "zh", LABELS.get)
    assert (found.says, found.labels, found.note) == (SAID["zh"], ("冠军",), "")
    assert found.fonts == [*mpl.rcParams["font.family"], chinese_font]
    assert found.customers(1) == "1 位客户"
    assert found.customers(2_357) == "2,357 位客户"
    assert found.below("下") == "下"


def test_english_words():
    found = words(SAID, "en")
    assert (found.says, found.labels, found.note) == (SAID["en"], (), "")
    assert found.fonts == list(mpl.rcParams["font.family"])
    assert [found.customers(n) for n in (0, 1, 2_357)] == [
        "0 customers",
        "1 customer",
        "2,357 customers",
    ]


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_font_the_words_are_english():
    found = words(SAID, "zh", LABELS.get)
    note = "no Chinese font is installed: labels in English"
    assert found == words(SAID, "en", LABELS.get)._replace(note=note)
    assert found.customers(1) == "1 customer"
    assert found.below("below") == f"below\n{note}"
    assert found.below("") == note


# Definition: whatever one language says, the other says too.


@pytest.mark.parametrize("picture", PICTURES)
def test_languages_say_the_same(picture):
    english, chinese = picture._SAID["en"], picture._SAID["zh"]
    assert list(english) == list(chinese)
    for key, text in english.items():
        fields = [
            sorted((name, form) for _, name, form, _ in string.Formatter().parse(said) if name)
            for said in (text, chinese[key])
        ]
        assert fields[0] == fields[1], key


# Refusals.


def test_other_languages_are_refused():
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        words(SAID, "fr")


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    found = rk.rfm.concentration([1.0, 2.0])
    for name in ("matplotlib", "matplotlib.pyplot"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib"):
        rk.plots.lorenz(found)
