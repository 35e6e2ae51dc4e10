from __future__ import annotations

import pytest

from aiguardian.settings.read import SettingsError, read


def test_routes_are_read_in_their_order() -> None:
    settings = read(
        {"AIGUARDIAN_POLICY_ROUTES": "/v1/embeddings=observe, gpt-4o*=strict , a=b*c = ours,"}
    )
    assert settings.policies.by_route() == (
        ("/v1/embeddings", "observe"),
        ("gpt-4o*", "strict"),
        ("a=b*c", "ours"),
    )


def test_choices_and_a_shadow_are_read() -> None:
    settings = read(
        {"AIGUARDIAN_POLICY_CHOICES": "strict,mine", "AIGUARDIAN_POLICY_SHADOW": "candidate"}
    )
    assert settings.policies.choices == ("strict", "mine")
    assert settings.policies.shadow == "candidate"
    assert read({}).policies.shadow is None


@pytest.mark.parametrize("route", ["x", "=strict", "/v1/x=", "/v1/x=Strict", "/v1/x=a b", "é=é"])
def test_a_route_that_is_none_is_a_fault_with_its_mend(route: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read({"AIGUARDIAN_POLICY_ROUTES": f"/v1/embeddings=observe,{route}"})
    (fault,) = raised.value.faults
    assert fault.startswith("AIGUARDIAN_POLICY_ROUTES: ")
    assert "/v1/embeddings=observe,gpt-4o*=strict" in fault
