"""What looks like a credential and is none: placeholders, references, documented examples."""

from __future__ import annotations

import itertools
import re

from aiguardian.guards.security.secrets.word_sets import word_set

# Shapes that stand for "put your own here": ${X}, {{ x }}, <x>, %s, %X%, [X], ..., ****, xxxx.
# The nearest false positive is a password with a dollar or a percent sign inside.
_TEMPLATE = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|\$[A-Z_]{3,40}(?![A-Za-z0-9])|^\\?\$|<[^<>]{0,60}>|^<|^%\w*%?$|%\(\w{1,40}\)s|%[sdv]$"
    r"|^\[[^\]]{0,60}\]|^\{[^}]{0,60}\}$|\.\.\.|\.\.$|…|\*{3}|•{2}|#\{|^@[A-Za-z_]|^&[a-z]|^-+$|_{4}"
    r"|^(?:text|application|image|audio|video|font)/"
    r"|^!(?:Ref|Sub|GetAtt|ImportValue|Join|vault|env|secret)\b"
)
_ASCENDING = "".join(f"{a}(?={b})|" for a, b in itertools.pairwise("0123456789012345")) + "|".join(
    f"{a}(?={b})" for a, b in itertools.pairwise("abcdefghijklmnopqrstuvwxyz")
)
# Repeated characters and groups, crossed-out ones, and counting: what a hand fills a shape with.
# A run of A is what base64 writes for zero bytes. Nearest: four x by chance, once in a million.
_FILL = re.compile(
    rf"([^A])\1{{5,}}|([^A].{{1,3}})\2{{4,}}|[xX*]{{4,}}|XX-X|(?i:(?:{_ASCENDING}){{7,}}[0-9a-z])",
    re.DOTALL,
)
_CROSSED_OUT = re.compile(r"[xX*]+")
_GENERATED = 16
"""Characters beside the filled ones from which a value was made by a generator after all."""
_STAND_IN = re.compile(
    r"example|sample|dummy|place.?holder|redacted|your[-_ ]?|change[-_ ]?me|insert|replace|"
    r"\btodo\b|not[-_ ]?a?[-_ ]?(?:real|secret|valid)|[-_]here$|<|goes[-_ ]here|fill[-_]?in|"
    r"(?:^|[-_ ])fake(?:$|[-_ ])|fake$|"
    r"^my[-_]?(?:api|secret|token|key|access|auth)|enter[-_]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:process|os|import\.meta)\.env|getenv|environ|^env[.(]|^ENV\b|^!?vars?\.|^secrets?\."
    r"|^vault[:.]|^!?(?:data|local|module|self|this|config|settings|params?|args?|req|request|options?"
    r"|props)\.|^arn:|^file:|^/(?:run|etc|var|home|usr|opt|tmp|app)/|^~/|^\./"
    r"|^(?:https?|s3|gs|jdbc|ldaps?|ssm|kms|op|keyring):|^projects/|\.(?:json|ya?ml|pem|key|txt|env"
    r"|py|js|ts|go|java|crt|cfg|conf|html|md|xml|svg|png|sh|css)$",
    re.IGNORECASE,
)
_WORDS_THAT_ARE_NO_VALUE = word_set(
    """null nil none true false undefined string str text int integer bool boolean bytes byte char
    varchar any object optional required hidden password passwd pass pwd passphrase secret token key
    apikey api_key username user email login empty blank default value auto random generate
    generated prompt input stdin yes no on off enabled disabled unknown invalid incorrect wrong
    correct missing expired weak strong valid set unset reset new old current confirm change
    forgot forgotten remember show hide basic bearer oauth oauth2 jwt digest negotiate ntlm
    kerberos ldap saml sso scram-sha-256 scram-sha-1 peer ident trust gss sspi
    header cookie session query body sensitive masked encrypted hashed plaintext plain private
    public readonly and or not for the a an is in of to with from must should will be this that your
    credentials credential auth authorization authentication test testing foo bar baz dummy demo
    tbd todo na n/a function return await async const let var new class self this type enum
    uuid hash sha256 sha512 md5 base64 hex json xml"""
)
_EXAMPLES = frozenset(
    {
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAI44QH8DHBEXAMPLE",  # docs.aws.amazon.com
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
)
_JUDGED = 400
"""Characters of a value that are looked at for filling."""
_VERSION = re.compile(r"[\^~>=<v]*\d+(?:\.[\dx*]+)+(?:[-+][\w.+-]*)?")
_DIGEST = re.compile(r"(?:sha\d{1,3}|md5|h1|zh|integrity)[-:]|[0-9a-f]{7,64}:sha", re.IGNORECASE)
# `a.b.c`, `a->b`, `A::b`, `$a->b`: code that names a value instead of holding it.
_MEMBER = re.compile(r"\$?[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+[;,]?")


def is_masked(value: str) -> bool:
    """Repeated, counted or crossed-out characters where a generator's output would stand."""
    if value in _EXAMPLES or _CROSSED_OUT.fullmatch(value):
        return True
    filled = _FILL.subn("", value[:_JUDGED])
    return filled[1] > 0 and len(filled[0]) < _GENERATED


def is_example(value: str) -> bool:
    """A value that says of itself that it is an example."""
    return value in _EXAMPLES or "EXAMPLE" in value or value.endswith(("fake", "FAKE"))


def is_placeholder(value: str) -> bool:
    """A template field, a masked value, a word that asks for the real one."""
    return (
        value.lower() in _WORDS_THAT_ARE_NO_VALUE
        or _TEMPLATE.search(value) is not None
        or _STAND_IN.search(value) is not None
        or is_masked(value)
    )


def is_reference(value: str) -> bool:
    """The name of a file, URL or store entry instead of the value itself."""
    return _REFERENCE.search(value) is not None


def is_member(value: str) -> bool:
    """`a.b`, `a->b`: a variable by the look of it; some tokens look so too."""
    return _MEMBER.fullmatch(value) is not None


def is_version_or_digest(value: str) -> bool:
    """A version number, a version range or a labelled checksum, as in lock files."""
    return _VERSION.fullmatch(value) is not None or _DIGEST.match(value) is not None
