"""Errors speak to operators: the docstring is the message, the code finds the customer's text."""

from __future__ import annotations

import inspect

import pytest

from consent import errors
from consent.errors import AddressBroken, CatalogueBroken, ChainBroken, ConsentError

TREE = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, ConsentError)
]


class _Undocumented(ConsentError):
    __doc__ = None


def test_the_message_is_the_docstring() -> None:
    """Without more to say, the message is the docstring."""
    assert "The ledger does not match its own chain: it was altered outside this program." == str(
        ChainBroken()
    )


def test_what_was_found_follows_the_docstring() -> None:
    """What was found is added to the message and kept."""
    fault = ChainBroken("entry 7 was changed")
    assert "entry 7 was changed" == fault.detail
    assert str(fault).endswith("outside this program. entry 7 was changed")


def test_a_broken_catalogue_names_file_key_and_reason() -> None:
    """The operator reads which file, which key and why."""
    fault = CatalogueBroken("brands.toml", "languages", "there is none")
    assert ("brands.toml", "languages", "there is none") == (fault.file, fault.key, fault.reason)
    assert str(fault).endswith("start again. brands.toml: languages: there is none")


def test_nothing_found_is_no_detail() -> None:
    """Where nothing more is known, nothing is made up."""
    assert AddressBroken().detail is None


def test_an_error_of_an_extension_says_at_least_what_its_family_says() -> None:
    """An error without its own words speaks with those it inherits."""
    assert "Something went wrong in the consent assistant." == str(_Undocumented())


def test_every_error_has_a_code_of_its_own() -> None:
    """No two errors share the text shown to customers."""
    codes = [error.code for error in TREE]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize("error", TREE, ids=lambda e: e.__name__)
def test_every_error_stands_in_the_tree_of_the_module(error: type[ConsentError]) -> None:
    """The picture at the top of the module shows every error there is."""
    assert error.__name__ in (errors.__doc__ or "")
