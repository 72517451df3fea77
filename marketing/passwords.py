"""Which passwords are refused: the short and the common; nothing is asked of their letters."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

SHORTEST = 12
#: More is no password but a burden for the machine.
LONGEST = 256
#: Common ones that are long enough, and what a hurried person types here.
_LIST = """
000000000000 111111111111 012345678901 112233445566 121212121212 123123123123 123412341234
123456123456 123456789000 123456789012 1234567890123 12345678901234 123456789123
123456789abc 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv 987654321000 987654321012
a123456789012 aaaaaaaaaaaa abc123abc123 abcabcabcabc abcd12345678 abcdefghijkl abcdefghijklm
administrator administrator1 adminadminadmin admin1234567 administrators
asdfasdfasdf asdfghjkl123 asdfghjkl;'# asdfghjklzxc
changeme1234 changemenow1 changemeplease consent12345 consentconsent correcthorsebatterystaple
dragondragon fuckyoufuckyou iloveyou1234 iloveyouiloveyou iloveyouforever
internet1234 latvija12345 latvija123456 latvijalatvija latvijasmobilaistelefons
letmein12345 letmeinletmein letmeinplease liverpool123 marketing123 marketing1234
marketingmarketing masterpassword michaeljordan mypassword12 mypassword123 mypassword1234
newpassword1 newpassword12 newpassword123 parole123456 parole1234567 paroleparole
paroliparole parole2024parole passw0rd1234 passw0rdpassw0rd password0000 password1234
password12345 password123456 password1234567 password123! password2024 password2025
password2026 passwordpassword passwords1234 пароль123456 парольпароль йцукенгшщзхъ
princess1234 q1w2e3r4t5y6 qazwsxedcrfv qwer1234qwer qwerqwerqwer qwerty123456 qwerty1234567
qwerty12345678 qwerty123qwerty qwertyqwerty qwertyuiop[] qwertyuiop12 qwertyuiop123
qwertyuiop1234 qwertyuiopas rigarigariga secret123456 secretsecret starwars1234
summer2025riga sunshine1234 superman1234 temporarypassword testtesttest testtest1234
thisismypassword trustno1trustno1 unknownunknown welcome12345 welcome123456 welcomewelcome
whateverwhatever zaq12wsxcde3 zxcvbnm12345 zxcvbnmzxcvbnm
"""
_COMMON = frozenset(_LIST.split())


class Refusal(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    #: It is the login, or the word of the invitation.
    KNOWN = "known"


def composed(password: str) -> str:
    """Return a password as it is hashed: the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def refusal_of(password: str, *known: str) -> Refusal | None:
    """Return why a password is not taken; nothing if it is.

    :param known: what others know too: the login, the word of the invitation.
    """
    said = composed(password)
    if len(said) < SHORTEST:
        return Refusal.SHORT
    if len(said) > LONGEST:
        return Refusal.LONG
    plain = said.casefold()
    if plain in _COMMON:
        return Refusal.COMMON
    return Refusal.KNOWN if plain in {word.casefold() for word in known} else None
