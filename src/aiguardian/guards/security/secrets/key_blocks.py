"""Private keys as text: PEM, OpenSSH, PGP, PuTTY, JWK, also escaped on one line or cut off.

Public keys and certificates are no secrets and are not reported.
"""

from __future__ import annotations

import re

from aiguardian.guards.security.secrets.checksums import decode_base64
from aiguardian.guards.security.secrets.randomness import is_random
from aiguardian.guards.security.secrets.secret import Secret

_LONGEST = 20_000
# RFC 7468 label; the nearest false positive is PUBLIC KEY or CERTIFICATE.
_BEGIN = re.compile(
    r"-----BEGIN[ _](?P<label>(?:[A-Z0-9]{2,12}[ _]){0,4}PRIVATE[ _]KEY(?:[ _]BLOCK)?)-----"
)
_END_LABEL = re.compile(r"-----END[ _](?:[A-Z0-9]{2,12}[ _]){0,4}PRIVATE[ _]KEY")
_ESCAPES = re.compile(r"\\{1,4}[nrt]")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{40,20000}={0,2}")
_DER_SEQUENCE = 0x30
_FRAGMENT_BYTES = 400
_PUTTY_LINES = re.compile(
    r"Private-Lines: \d{1,3}\r?\n(?P<value>(?:[A-Za-z0-9+/=]{1,64}\r?\n?){1,99})"
)
_JWK_PRIVATE = re.compile(
    r"[\"'](?:d|k)[\"']\s{0,4}:\s{0,4}[\"'](?P<value>[A-Za-z0-9_-]{16,800})[\"']"
)
_JWK_WINDOW = 3_000
# One member on its own line. Nearest: "k" and "d" as short names of anything in minified JSON.
_JWK_MEMBER = re.compile(r"\"[dk]\"\s{0,4}:\s{0,4}\"(?P<value>[A-Za-z0-9_-]{22,800})\"")
_LINE = 64
_PEM_LINE = re.compile(
    r"(?:^|[^A-Za-z0-9+/=])(?P<value>[A-Za-z0-9+/]{64})(?:\\n)?[\"'+, ]{0,6}\r?$"
)
_FEWEST_LINES, _MOST_LINES = 4, 60
_LINE_LIMIT = 200
_DISTINCT = 28
"""Different characters in a line; 64 random ones hold 41 on average and never fewer than 30."""
# Object identifiers 2.5.x, which certificates are full of and private keys are not.
_CERTIFICATE_OID = b"\x06\x03\x55"
_PRINTABLE = re.compile(rb"[\x20-\x7e]{10}")


def read_pem(text: str, start: int) -> Secret | None:
    """The private key whose BEGIN line stands at `start`; a cut-off one ends with the text."""
    begin = _BEGIN.match(text, start)
    if begin is None:
        return None
    limit = min(len(text), start + _LONGEST)
    close = text.find("-----", begin.end(), limit)
    body = text[begin.end() : close if close >= 0 else limit]
    runs = _BASE64_RUN.findall(_ESCAPES.sub(" ", body))
    encoded = "".join(runs)
    if len(encoded) < 40 or len(set(encoded)) < 15:
        return None
    end = close if close >= 0 else begin.end() + len(body.rstrip())
    if close >= 0 and text.startswith("-----END", close):
        finish = text.find("-----", close + 5, close + 80)
        end = finish + 5 if finish >= 0 else close
    label = begin["label"].replace("_", " ").lower().removesuffix(" block").replace(" ", "_")
    return Secret(
        label,
        "",
        start,
        end,
        0.99,
        "key_blocks",
        validated=_is_structured(label, encoded),
    )


def _is_structured(label: str, encoded: str) -> bool:
    """The body begins as its label says: an OpenSSH magic, an OpenPGP tag or a DER sequence."""
    raw = decode_base64(encoded[: len(encoded) // 4 * 4])
    if label.startswith("openssh"):
        return raw.startswith(b"openssh-key-v1\0")
    if label.startswith("pgp"):
        return bool(raw) and raw[0] & 0x80 == 0x80
    return bool(raw) and raw[0] == _DER_SEQUENCE


def read_pem_tail(text: str, start: int) -> Secret | None:
    """The end of a private key whose beginning was cut away: the END line and base64 before it."""
    end = _END_LABEL.match(text, start)
    if end is None:
        return None
    first = max(0, start - _FRAGMENT_BYTES)
    run = next(_BASE64_RUN.finditer(text, first, start), None)
    if run is None or len(set(run[0])) < 12:
        return None
    return Secret(
        "private_key_fragment", "", run.start(), end.end(), 0.8, "key_blocks", validated=False
    )


def read_encoded_pem(text: str, start: int) -> Secret | None:
    """A PEM block in base64 again (`LS0tLS1CRUdJTi`), when it is a private key."""
    run = _ENCODED.match(text, start)
    if run is None or b"PRIVATE" not in decode_base64(run[0][:120]):
        return None
    return Secret("private_key", "", start, run.end(), 0.98, "key_blocks", validated=True)


def read_key_lines(text: str, start: int) -> tuple[Secret | None, int]:
    """The middle of a private key, in lines of 64 base64 characters from `start` on, and where
    the last line that was looked at ends.

    RFC 7468 sets that width; e-mail has 76. What decodes to text or to the identifiers of a
    certificate is none.
    """
    lines: list[str] = []
    place = end = start
    while len(lines) < _MOST_LINES:
        stop = text.find("\n", place, place + _LINE_LIMIT)
        line = text[place : stop if stop >= 0 else min(len(text), place + _LINE_LIMIT)]
        found = _PEM_LINE.search(line[-_LINE - 12 :])
        end = place + len(line)
        if found is None:
            break
        lines.append(found["value"])
        place = stop + 1
        if stop < 0:
            break
    if not _looks_like_key_lines(lines):
        return None, end
    last = end if len(lines) == _MOST_LINES or stop < 0 else place - 1
    return Secret("private_key_fragment", "", start, last, 0.55, "key_blocks", validated=False), end


def _looks_like_key_lines(lines: list[str]) -> bool:
    if len(lines) < _FEWEST_LINES or min(len(set(line)) for line in lines) < _DISTINCT:
        return False
    raw = decode_base64("".join(lines))
    return _CERTIFICATE_OID not in raw and not _PRINTABLE.search(raw)


def read_jwk_member(text: str, start: int) -> Secret | None:
    """The private member of a JSON Web Key whose other members are not in sight."""
    found = _JWK_MEMBER.match(text, start)
    if found is None or not is_random(found["value"][:_LINE], least=22):
        return None
    span = found.span("value")
    return Secret("json_web_key", "", *span, 0.7, "key_blocks", validated=False)


def read_putty(text: str, start: int) -> Secret | None:
    """The private lines of a PuTTY key file (PPK 2 and 3)."""
    found = _PUTTY_LINES.match(text, start)
    if found is None:
        return None
    return Secret(
        "putty_private_key",
        "",
        found.start("value"),
        found.end("value"),
        0.97,
        "key_blocks",
        validated=False,
    )


def read_jwk(text: str, start: int) -> Secret | None:
    """The private member of a JSON Web Key (RFC 7517) around the `"kty"` at `start`."""
    first = max(text.rfind("{", max(0, start - _JWK_WINDOW), start), 0)
    last = text.find("}", start, start + _JWK_WINDOW)
    found = _JWK_PRIVATE.search(text, first, last if last >= 0 else min(len(text), start + 800))
    if found is None:
        return None
    return Secret(
        "json_web_key",
        "",
        found.start("value"),
        found.end("value"),
        0.95,
        "key_blocks",
        validated=False,
    )
