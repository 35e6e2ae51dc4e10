from __future__ import annotations

import base64
import random
import re

import pytest
from secret_fakes import fake, github, jwt, letters, pem

from aiguardian.guards.security.secrets.formats.format import Format
from aiguardian.guards.security.secrets.formats.table import FORMATS
from aiguardian.guards.security.secrets.scan import THRESHOLD, find_secrets

ROWS = [row for row in FORMATS if not row.must_check]


def _value(row: Format, seed: int) -> tuple[str, str]:
    """A whole fake, and the part of it that is reported."""
    behind_dot = "(?<=\\bs\\.)"
    shape = row.pattern.pattern.replace(behind_dot, "").removesuffix("(?![A-Za-z0-9])")
    whole = fake(shape, random.Random(seed))
    named = re.fullmatch(shape, whole)
    assert named is not None
    return whole, named["value"] if "value" in named.re.groupindex else whole


@pytest.mark.parametrize("row", ROWS, ids=[f"{i}-{row.type}" for i, row in enumerate(ROWS)])
def test_every_format_is_found_at_its_exact_place(row: Format) -> None:
    for seed in range(3):
        whole, value = _value(row, seed)
        prefix = "s." if "(?<=\\bs\\.)" in row.pattern.pattern else ""
        text = f'ключ 🔑 "{prefix}{whole}", next'
        found = find_secrets(text, threshold=0.0)
        spans = [text[one.start : one.end] for one in found]
        assert value in spans, row.type


@pytest.mark.parametrize("row", ROWS, ids=[f"{i}-{row.type}" for i, row in enumerate(ROWS)])
def test_no_format_is_found_in_the_middle_of_a_word(row: Format) -> None:
    if row.literal and not row.lead:
        whole, _ = _value(row, 1)
        found = find_secrets(f"q9z{whole}z9q", threshold=0.0)
        assert not any(one.type == row.type and one.start == 3 for one in found), row.type


def test_the_table_holds_at_least_150_formats() -> None:
    assert len({(row.issuer, row.type) for row in FORMATS}) >= 150


def test_every_repetition_is_bounded() -> None:
    for row in FORMATS:
        assert not re.search(r"(?<!\\)(?:\]|\))[*+]|,\}", row.pattern.pattern), row.type


BUILT = {
    "github_personal_access_token": lambda r: github(r),
    "github_oauth_token": lambda r: github(r, "gho_"),
    "npm_token": lambda r: github(r, "npm_"),
    "aws_access_key_id": lambda r: "AKIA" + letters(r, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "stripe_secret_key": lambda r: "sk_live_" + letters(r, 24),
    "slack_bot_token": lambda r: "xoxb-" + "-".join(
        [letters(r, 12, "0123456789"), letters(r, 12, "0123456789"), letters(r, 24)]
    ),
    "google_api_key": lambda r: "AIza" + letters(r, 35),
    "gitlab_personal_access_token": lambda r: "glpat-" + letters(r, 20),
    "anthropic_key": lambda r: "sk-ant-" + "api03-" + letters(r, 93) + "AA",
    "openai_key": lambda r: "sk-" + letters(r, 20) + "T3Blbk" + "FJ" + letters(r, 20),
    "huggingface_token": lambda r: "hf_" + letters(r, 34),
    "telegram_bot_token": lambda r: letters(r, 10, "123456789") + ":AA" + letters(r, 33),
    "sendgrid_key": lambda r: "SG." + letters(r, 22) + "." + letters(r, 43),
    "json_web_token": jwt,
}  # fmt: skip


@pytest.mark.parametrize("kind", BUILT)
@pytest.mark.parametrize(
    "frame", ["{}", "key={}\n", "use {}.", "<b>{}</b>", "\\n{}\\n", "«{}»", "日本{}語"]
)
def test_a_credential_built_from_the_issuers_page_is_typed(kind: str, frame: str) -> None:
    value = BUILT[kind](random.Random(7))
    text = frame.format(value)
    assert [(one.type, text[one.start : one.end]) for one in find_secrets(text)] == [(kind, value)]


def test_a_checksum_that_holds_validates_and_one_that_does_not_scores_lower() -> None:
    good = github(random.Random(1))
    bad = good[:-1] + ("a" if good[-1] != "a" else "b")
    (right,), (wrong,) = find_secrets(good), find_secrets(bad)
    assert right.validated
    assert not wrong.validated
    assert wrong.score < right.score


@pytest.mark.parametrize("kind", ["ghp_", "npm_", "AKIA", "AIza", "xoxb-", "hf_"])
def test_a_prefix_in_prose_or_with_the_wrong_length_is_nothing(kind: str) -> None:
    rng = random.Random(3)
    assert not find_secrets(f"Tokens begin with {kind} and go on.")
    assert not find_secrets(f"{kind}{letters(rng, 7)} is too short")
    assert not find_secrets(f"{kind}{'x' * 36}")


@pytest.mark.parametrize(
    "label", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY",
              "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\\n", "\r\n", '\\n" +\n  "'])
def test_a_private_key_is_one_finding_from_armour_to_armour(label: str, newline: str) -> None:
    block = pem(random.Random(2), label, newline)
    text = f'k = "{block}"'
    (found,) = find_secrets(text)
    assert text[found.start : found.end] == block
    assert found.detector == "key_blocks"


def test_a_private_key_that_is_cut_off_is_still_found() -> None:
    block = pem(random.Random(2))
    assert find_secrets(block[:300])[0].end == 300
    assert find_secrets(block[-300:])[0].type == "private_key_fragment"


@pytest.mark.parametrize("label", ["PUBLIC KEY", "CERTIFICATE", "PGP PUBLIC KEY BLOCK"])
def test_a_public_key_is_no_secret(label: str) -> None:
    block = pem(random.Random(2), label)
    assert not find_secrets(block)


def _wrapped(raw: bytes, before: str = "") -> str:
    body = base64.b64encode(raw).decode()
    return "\n".join(before + body[i : i + 64] for i in range(0, len(body), 64))


@pytest.mark.parametrize("before", ["", "2026-04-26 12:36:01 ", '    b"'])
def test_the_middle_of_a_private_key_is_found_without_its_armour(before: str) -> None:
    text = _wrapped(random.Random(4).randbytes(480), before)
    (found,) = find_secrets(text)
    assert (found.type, found.start, found.end) == ("private_key_fragment", 0, len(text))


@pytest.mark.parametrize(
    "raw",
    [
        random.Random(4).randbytes(96),
        b"An e-mail that somebody sent in base64. " * 12,
        random.Random(4).randbytes(200) + b"\x06\x03\x55\x04\x03" + random.Random(5).randbytes(275),
    ],
    ids=["two lines", "text", "certificate"],
)
def test_other_base64_in_lines_of_64_is_no_private_key(raw: bytes) -> None:
    assert not find_secrets(_wrapped(raw))


def test_a_long_block_of_lines_is_read_once_and_found_in_pieces() -> None:
    text = _wrapped(random.Random(6).randbytes(48 * 200))
    assert len(find_secrets(text)) == 4


def test_a_private_member_of_a_json_web_key_is_found_on_a_line_of_its_own() -> None:
    value = letters(random.Random(8), 43)
    (found,) = find_secrets(f'  "d": "{value}",')
    assert found.type == "json_web_key"
    assert not find_secrets('{"d": "a-short-name-of-something", "k": "v"}')


@pytest.mark.parametrize("prefix", ["glrt-", "glft-", "AIza"])
def test_one_character_too_many_makes_another_thing(prefix: str) -> None:
    assert not find_secrets(prefix + letters(random.Random(9), 60) + "_")


def test_a_masked_id_beside_a_random_tail_is_still_a_token() -> None:
    tail = letters(random.Random(10), 24)
    assert find_secrets(f"xoxb-111111111111-111111111111-{tail}")
    assert not find_secrets("xoxb-111111111111-111111111111-" + "x" * 24)
    assert not find_secrets("glpat-" + "123" * 7)


def test_an_empty_private_key_block_is_no_secret() -> None:
    assert not find_secrets("-----BEGIN PRIVATE KEY-----\nanything\n-----END PRIVATE KEY-----")


def test_a_finding_never_carries_the_value() -> None:
    value = github(random.Random(5))
    assert value not in repr(find_secrets(f"t={value}"))


def test_the_shipped_threshold_leaves_publishable_keys_out() -> None:
    key = "pk_live_" + letters(random.Random(1), 24)
    assert not find_secrets(key)
    assert find_secrets(key, threshold=0.3)
    assert THRESHOLD > 0.3
