"""Every error says four things and is the builtin error that a caller expects."""

import inspect
import pickle

import pytest

from retentionkit import errors, surveys

FOUR = {"received": "x", "allowed": "y", "do": "z"}

# --- worked example ------------------------------------------------------------------------------


def test_the_four_parts_are_read_line_by_line():
    error = errors.OptionError(
        "Unknown unit.", received="fortnight", allowed="'day'", do="Use days."
    )
    assert str(error).splitlines() == [
        "Unknown unit.",
        "  received: fortnight",
        "  allowed:  'day'",
        "  do:       Use days.",
    ]


def test_a_warning_points_at_the_line_that_called_the_library():
    line = inspect.currentframe().f_lineno + 2
    with pytest.warns(errors.RetentionKitWarning, match="is this a scale") as caught:
        surveys.nps([1, 2, 3] * 20)
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


# --- definition ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.DataError, ValueError),
        (errors.ColumnError, KeyError),
        (errors.KindError, TypeError),
        (errors.OptionError, ValueError),
        (errors.ConvergenceError, RuntimeError),
        (errors.MissingExtraError, ImportError),
    ],
)
def test_each_error_is_the_builtin_one_too(kind, builtin):
    error = kind("Wrong.", **FOUR)
    assert isinstance(error, builtin)
    assert isinstance(error, errors.RetentionKitError)
    assert (error.wrong, error.received, error.allowed, error.do) == ("Wrong.", "x", "y", "z")
    assert str(error).startswith("Wrong.\n")  # KeyError alone would show a repr


def test_values_are_shown_as_code_and_text_as_it_is():
    assert errors.DataError("Wrong.", received=[1, None], allowed="", do="").received == "[1, None]"
    assert errors.DataError("Wrong.", received="a b", allowed="", do="").received == "a b"


def test_errors_cross_a_process_boundary():
    error = errors.DataError("Wrong.", **FOUR)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made on the line itself
    assert type(copy) is errors.DataError
    assert str(copy) == str(error)


# --- properties ----------------------------------------------------------------------------------


def test_the_door_lists_every_error():
    kinds = (RuntimeError, Exception)
    defined = {name for name, found in vars(errors).items() if inspect.isclass(found)}
    assert set(errors.__all__) == {
        name for name in defined if issubclass(getattr(errors, name), (*kinds, UserWarning))
    }


# --- refusals ------------------------------------------------------------------------------------


def test_an_error_without_its_parts_is_refused():
    with pytest.raises(TypeError, match="missing 3 required keyword-only arguments"):
        errors.DataError("Wrong.")
