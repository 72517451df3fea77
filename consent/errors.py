"""One tree of errors. They speak to operators: the docstring is the message.

    ConsentError
    ├── CatalogueBroken      the operator's data cannot be used
    ├── WordsBroken          a text is missing, too long or changed without a version
    ├── SettingBroken        a setting is missing or senseless
    ├── AddressBroken        something that should be a phone number is none
    ├── StoreUnavailable     the store cannot be reached; nothing was changed
    ├── SealBroken           a sealed value does not open with this key
    └── ChainBroken          the ledger was altered outside this program

A door that reads foreign messages adds its own beneath (`sms.webhook`).
Customers never see these; a door answers with the locale's text for the error's ``code``.
"""

from __future__ import annotations

from inspect import getdoc


class ConsentError(Exception):
    """Something went wrong in the consent assistant."""

    code = "error"

    def __init__(self, detail: str | None = None) -> None:
        """Add to the message what exactly was found, if that is known."""
        self.detail = detail
        message = getdoc(type(self)) or ""
        super().__init__(f"{message} {detail}" if detail else message)


class CatalogueBroken(ConsentError):
    """The catalogue cannot be used; mend the file named here and start again."""

    code = "catalogue"

    def __init__(self, file: str, key: str, reason: str) -> None:
        """Name the file, the key in it, and why it cannot be used."""
        self.file, self.key, self.reason = file, key, reason
        super().__init__(f"{file}: {key}: {reason}")


class WordsBroken(ConsentError):
    """The texts cannot be used; mend what is named here, then run `consent notice check`."""

    code = "words"


class SettingBroken(ConsentError):
    """A setting is missing or cannot be used; `consent doctor` lists them all."""

    code = "setting"


class AddressBroken(ConsentError):
    """This is not a phone number that can receive an SMS; write it like +37120000000."""

    code = "address"


class StoreUnavailable(ConsentError):
    """The consent store cannot be reached; nothing was changed."""

    code = "store"


class SealBroken(ConsentError):
    """A sealed value does not open with this root key, or was forgotten."""

    code = "seal"


class ChainBroken(ConsentError):
    """The ledger does not match its own chain: it was altered outside this program."""

    code = "chain"
