"""Group names exchanged for others, to teach that no group's name means offence by itself."""

from __future__ import annotations

import re

_PLURALS_TEXT = (
    "women men girls boys muslims jews christians hindus buddhists atheists catholics sikhs "
    "mormons immigrants migrants refugees foreigners mexicans latinos hispanics africans asians "
    "arabs indians pakistanis chinese americans europeans russians germans italians irish poles "
    "turks nigerians koreans japanese vietnamese filipinos palestinians israelis iranians "
    "syrians somalis gays lesbians bisexuals homosexuals transgenders feminists blacks whites "
    "natives teenagers pensioners boomers millennials conservatives liberals"
)
PLURALS = _PLURALS_TEXT.split()
_ADJECTIVES_TEXT = (
    "black white asian african latino hispanic mexican arab indian chinese japanese korean "
    "jewish muslim christian hindu buddhist catholic sikh atheist gay lesbian bisexual "
    "transgender trans queer straight disabled blind deaf autistic elderly old young immigrant "
    "foreign native american european russian german italian irish polish turkish nigerian "
    "pakistani palestinian israeli iranian syrian somali female male fat poor rich"
)
ADJECTIVES = _ADJECTIVES_TEXT.split()
_PEOPLE_TEXT = (
    "people person man woman men women guy guys girl girl's girls boy boys folks kids child "
    "children community communities neighbor neighbour colleague colleagues friend friends "
    "family families couple couples students student teacher doctor worker workers"
)
PEOPLE = _PEOPLE_TEXT.split()

_PLURAL = re.compile(rf"\b(?:{'|'.join(PLURALS)})\b", re.IGNORECASE)
_ADJECTIVE = re.compile(
    rf"\b(?:{'|'.join(ADJECTIVES)})(?=\s(?:{'|'.join(PEOPLE)})\b)", re.IGNORECASE
)


def swap_groups(text: str, number: int) -> str:
    """The text with each group that it names exchanged for another one, chosen by `number`.

    The same name gets the same substitute throughout. A text without groups comes back as it is.
    """
    for pattern, names in ((_PLURAL, PLURALS), (_ADJECTIVE, ADJECTIVES)):

        def substitute(match: re.Match[str], names: list[str] = names) -> str:
            found = match.group().lower()
            shift = 1 + number % (len(names) - 1)
            other = names[(names.index(found) + shift) % len(names)]
            return other.capitalize() if match.group()[0].isupper() else other

        text = pattern.sub(substitute, text)
    return text
