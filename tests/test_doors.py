"""Doors load their names when they are first used."""

import sys

import pytest

from retentionkit._doors import open_door


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "house_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from retentionkit._doors import open_door\n"
        "__getattr__, __dir__ = open_door(__name__, {'answer': '_rooms', 'garden': 'garden'})\n"
    )
    (folder / "_rooms.py").write_text("answer = 42\n")
    (folder / "garden.py").write_text("size = 7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__("house_for_test")
    for name in [name for name in sys.modules if name.startswith("house_for_test")]:
        del sys.modules[name]


def test_a_name_is_loaded_when_it_is_used_and_kept(package):
    assert "house_for_test._rooms" not in sys.modules
    assert package.answer == 42
    assert "house_for_test._rooms" in sys.modules
    assert vars(package)["answer"] == 42


def test_a_name_may_be_a_module(package):
    assert package.garden.size == 7


def test_the_listing_is_sorted_and_loads_nothing(package):
    assert dir(package) == ["answer", "garden"]
    assert "house_for_test._rooms" not in sys.modules


def test_an_unknown_name_is_refused_as_python_does(package):
    with pytest.raises(AttributeError, match="module 'house_for_test' has no attribute 'cellar'"):
        _ = package.cellar
    assert not hasattr(package, "_rooms_of_another")


def test_a_door_is_a_pair_of_functions():
    load, listing = open_door("retentionkit", {})
    assert listing() == []
    with pytest.raises(AttributeError, match="module 'retentionkit' has no attribute"):
        load("anything")
