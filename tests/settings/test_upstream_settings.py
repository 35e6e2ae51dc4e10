"""Settings of upstreams and of the cache of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiguardian.settings.read import SettingsError, read


def test_a_file_of_upstreams_and_an_address_contradict_each_other() -> None:
    given = {"AIGUARDIAN_UPSTREAMS": "/etc/u.yaml", "UPSTREAM_BASE_URL": "http://a"}
    with pytest.raises(SettingsError, match="one of them says who answers"):
        read(given)
    assert read({"AIGUARDIAN_UPSTREAMS": "/etc/u.yaml"}).upstream.file == Path("/etc/u.yaml")


def test_the_cache_is_off_and_has_bounds() -> None:
    assert read({}).cache.mode == "off"
    asked = read({"AIGUARDIAN_CACHE": "semantic", "AIGUARDIAN_CACHE_LIKENESS": "0.97"}).cache
    assert (asked.mode, asked.likeness) == ("semantic", 0.97)
    for name, value in (
        ("AIGUARDIAN_CACHE", "always"),
        ("AIGUARDIAN_CACHE_LIKENESS", "0.2"),
        ("AIGUARDIAN_CACHE_TTL_S", "0"),
        ("AIGUARDIAN_CACHE_BYTES", "10"),
    ):
        with pytest.raises(SettingsError, match=name):
            read({name: value})
