"""Hosts that pretend to be somebody: look-alikes, one letter off, a name in a wrong place."""

from __future__ import annotations

import unicodedata

from aiguardian.guards.security.links.address import registered
from aiguardian.guards.security.secrets.word_sets import word_set
from aiguardian.text.normalize import normalize

NAMES = word_set(
    """
    adobe airbnb alibaba aliexpress amazon americanexpress apple atlassian bankofamerica
    barclays binance bitbucket blockchain booking chatgpt cloudflare coinbase commerzbank
    deutschebank discord docusign dropbox ebay epicgames facebook fedex github gitlab
    gmail google hotmail hsbc icloud instagram intuit jpmorgan kraken linkedin lloydsbank
    mastercard mercadolibre metamask microsoft mozilla netflix office365 openai outlook
    paypal pinterest playstation postbank raiffeisen revolut roblox salesforce santander
    shopify sparkasse spotify steampowered stripe telegram tiktok trustwallet twitter
    unicredit usps vodafone walmart wellsfargo whatsapp wikipedia wordpress yahoo youtube
    zalando
    """
)
"""Names that phishing borrows most; facts, put together for this module 2026-11."""
_REAL_NEIGHBOURS = frozenset(
    {"paypay", "gmails", "yahoos", "appleid", "stripes", "outlooks", "google1"}
)
_BAIT = word_set(
    "account accounts alert auth billing confirm help id login mail notice online pay secure "
    "security service signin support unlock update verification verify wallet"
)
_DIGITS = str.maketrans("013457@$", "oleastas")
SHORTEST = 6
"""Letters of a name from which one letter off is no accident."""


def pretends_to_be(host: str) -> str | None:
    """The name that a host borrows without owning it, None when it borrows none."""
    shown = _shown(host)
    domain = registered(shown)
    label = domain.partition(".")[0]
    if shown == host and label in NAMES:
        return None
    if label in NAMES:  # owned only by who writes it with the real letters
        return label
    return _near(label) or _inside(shown, domain) or _baited(label)


def is_mixed(host: str) -> bool:
    """Whether one label mixes scripts that are not written together."""
    return any(len(_scripts(label)) > 1 for label in unicode_host(host).split("."))


def unicode_host(host: str) -> str:
    """The host as a browser may show it: labels in Punycode (RFC 3492) decoded."""
    return ".".join(_decoded(label) for label in host.split("."))


def _shown(host: str) -> str:
    """As it looks: decoded, with look-alike letters as those that they look like."""
    return normalize(unicode_host(host)).mapped.text.lower()


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _near(label: str) -> str | None:
    if label in _REAL_NEIGHBOURS:
        return None
    folded = label.translate(_DIGITS).replace("rn", "m").replace("vv", "w")
    if folded != label and folded in NAMES:
        return folded
    if not SHORTEST - 1 <= len(label) <= 20:
        return None
    near = (name for name in NAMES if len(name) >= SHORTEST and _is_one_off(label, name))
    return next(near, None)


def _inside(shown: str, domain: str) -> str | None:
    """`paypal.com.example.net`: a name with its ending left of the part that counts."""
    before = shown[: -len(domain)].rstrip(".").split(".")
    for label, after in zip(before, [*before[1:], domain.partition(".")[0]], strict=True):
        if label in NAMES and after in ("com", "net", "org", "co", "de"):
            return label
    return None


def _baited(label: str) -> str | None:
    """`paypal-login`: a name and a word that asks for trust."""
    parts = label.split("-")
    names = [part for part in parts if part in NAMES]
    return names[0] if names and _BAIT.intersection(parts) else None


def _is_one_off(one: str, other: str) -> bool:
    """One letter added, left out, changed, or two neighbours exchanged."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    rest, other_rest = one[same:], other[same:]
    if len(one) != len(other):
        return rest[1:] == other_rest or rest == other_rest[1:]
    is_swapped = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    return rest[1:] == other_rest[1:] or is_swapped


def _scripts(label: str) -> set[str]:
    scripts = {unicodedata.name(char, "?").partition(" ")[0] for char in label if char.isalpha()}
    # Japanese and Korean are written with several.
    return scripts - {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"} if len(scripts) > 1 else scripts
