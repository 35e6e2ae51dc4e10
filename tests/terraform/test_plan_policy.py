"""The policy over plans finds each fault, and leaves good plans alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.terraform import plan_policy
from tests.terraform.rehearsal import secrets_in, unaccepted, values_in

KEY = "arn:aws:kms:us-east-1:123456789012:key/data"
IMAGE = f"repository@sha256:{'0' * 64}"
CONTAINER = {"name": "it", "user": "10001:10001", "readonlyRootFilesystem": True, "image": IMAGE}


def planned(kind: str, address: str = "", **values: Any) -> dict[str, Any]:
    """A plan that makes one resource."""
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    entry = {"address": address or f"{kind}.it", "type": kind, "mode": "managed", "change": change}
    return {"resource_changes": [entry]}


INGRESS = "aws_vpc_security_group_ingress_rule"

GOOD = [
    planned(INGRESS, "module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=443, to_port=443),
    planned(
        INGRESS, "module.stack.module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=443, to_port=443
    ),
    planned(INGRESS, cidr_ipv4="10.0.0.0/16", from_port=8001, to_port=8001),
    planned("aws_ecs_service", network_configuration=[{"assign_public_ip": False}]),
    planned(
        "aws_ecs_task_definition",
        network_mode="awsvpc",
        container_definitions=json.dumps([CONTAINER]),
    ),
    planned("aws_db_instance", storage_encrypted=True, kms_key_id=KEY, publicly_accessible=False),
    planned(
        "aws_elasticache_replication_group",
        at_rest_encryption_enabled="true",
        transit_encryption_enabled=True,
        kms_key_id=KEY,
        user_group_ids=["it"],
    ),
    planned("aws_sns_topic", kms_master_key_id=KEY),
    planned("aws_secretsmanager_secret", kms_key_id=KEY),
]

BAD = [
    (planned(INGRESS, cidr_ipv4="0.0.0.0/0", from_port=443, to_port=443), "port 443"),
    (planned(INGRESS, cidr_ipv6="::/0", from_port=8001, to_port=8001), "port 8001"),
    (planned(INGRESS, "module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=22, to_port=22), "port 22"),
    (planned(INGRESS, "module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=80, to_port=443), "port"),
    (planned(INGRESS, "module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=80, to_port=80), "port 80"),
    (
        planned(INGRESS, "module.alb.it", cidr_ipv4="0.0.0.0/0", from_port=None, to_port=None),
        "None",
    ),
    (planned("aws_ecs_service", network_configuration=[{"assign_public_ip": True}]), "public"),
    (planned("aws_ecs_service", network_configuration=[{}]), "public"),
    (planned("aws_security_group", ingress=[{"cidr_blocks": ["0.0.0.0/0"]}]), "inside the group"),
    (planned("aws_subnet", map_public_ip_on_launch=True), "public"),
    (planned("aws_db_instance", storage_encrypted=False, kms_key_id=KEY), "storage_encrypted"),
    (planned("aws_db_instance", storage_encrypted=True, publicly_accessible=False), "kms_key_id"),
    (planned("aws_elasticache_replication_group", kms_key_id=KEY), "transit_encryption_enabled"),
    (planned("aws_cloudwatch_log_group", kms_key_id=None, retention_in_days=30), "kms_key_id"),
    (planned("aws_cloudwatch_log_group", kms_key_id=KEY, retention_in_days=0), "retention_in_days"),
    (planned("aws_ecr_repository", image_tag_mutability="MUTABLE"), "image_tag_mutability"),
    (planned("aws_secretsmanager_secret_version", secret_string="hidden"), "in the state"),
    (planned("aws_elasticache_user", passwords=["hidden"]), "in the state"),
    (planned("aws_db_instance", password="hidden"), "password would be"),
    *(
        (
            planned(
                "aws_ecs_task_definition",
                network_mode="awsvpc",
                container_definitions=json.dumps([CONTAINER | fault]),
            ),
            told,
        )
        for fault, told in (
            ({"readonlyRootFilesystem": False}, "write its root"),
            ({"user": "0:0"}, "runs as root"),
            ({"user": "root"}, "runs as root"),
            ({"image": "repository:latest"}, "by a tag"),
        )
    ),
]


@pytest.mark.parametrize("plan", GOOD, ids=[one["resource_changes"][0]["type"] for one in GOOD])
def test_a_good_plan_has_no_fault(plan: dict[str, Any]) -> None:
    assert plan_policy.faults(plan) == []


@pytest.mark.parametrize(("plan", "told"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_a_fault_is_found_and_named(plan: dict[str, Any], told: str) -> None:
    faults = plan_policy.faults(plan)
    assert any(told in fault for fault in faults), faults
    assert not any("hidden" in fault for fault in faults)


def test_a_value_that_is_not_known_yet_is_no_fault_but_an_unknown_secret_is() -> None:
    plan = planned("aws_sns_topic")
    plan["resource_changes"][0]["change"]["after_unknown"] = {"kms_master_key_id": True}
    assert plan_policy.faults(plan) == []
    plan = planned("aws_secretsmanager_secret_version")
    plan["resource_changes"][0]["change"]["after_unknown"] = {"secret_string": True}
    assert len(plan_policy.faults(plan)) == 1


def test_what_is_taken_away_is_not_judged() -> None:
    plan = planned("aws_subnet", map_public_ip_on_launch=True)
    plan["resource_changes"][0]["change"]["after"] = None
    assert plan_policy.faults(plan) == []


def test_a_bucket_needs_its_four_guards() -> None:
    plan = planned("aws_s3_bucket", "module.it.aws_s3_bucket.this", bucket="it")
    assert len(plan_policy.unguarded_buckets(plan)) == 4
    for kind in ("policy", "public_access_block", "server_side_encryption_configuration"):
        name = f"aws_s3_bucket_{kind}"
        plan["resource_changes"] += planned(name, f"module.it.{name}.this")["resource_changes"]
    assert plan_policy.unguarded_buckets(plan) == [
        "module.it.aws_s3_bucket.this: aws_s3_bucket_versioning is missing"
    ]


def test_a_second_plan_names_what_it_would_change() -> None:
    plan = planned("aws_lb", idle_timeout=310)
    change = plan["resource_changes"][0]["change"]
    change |= {"actions": ["update"], "before": {"idle_timeout": 60}}
    assert unaccepted(plan) == ["aws_lb.it: idle_timeout"]
    change |= {"actions": ["no-op"]}
    assert unaccepted(plan) == []
    change |= {"actions": ["delete", "create"]}
    assert unaccepted(plan) == ["aws_lb.it: delete/create"]


def test_a_secret_in_a_state_is_found_in_any_module() -> None:
    resource = {"address": "module.it.version", "values": {"secret_string": "hidden", "id": "it"}}
    state = {"values": {"root_module": {"child_modules": [{"resources": [resource]}]}}}
    assert secrets_in(state) == ["module.it.version: secret_string"]
    resource["values"] = {"secret_string": None, "id": "it"}
    assert secrets_in(state) == []


def test_a_secrets_value_is_found_wherever_it_stands_in_a_state() -> None:
    secret = {"SECRET_KEY": "0123456789abcdef" * 4}
    assert values_in('{"values": {"description": "harmless"}}', secret) == []
    assert values_in(f'{{"description": "it is {secret["SECRET_KEY"]}"}}', secret) == ["SECRET_KEY"]
    assert values_in("{}", {}) == ["no secret was written"]
    assert values_in("{}", {"SECRET_KEY": "short"}) == ["SECRET_KEY"]


def test_what_is_only_known_later_counts_as_a_difference() -> None:
    plan = planned("aws_lb", idle_timeout=310)
    change = plan["resource_changes"][0]["change"]
    change |= {"actions": ["update"], "before": {"idle_timeout": 310}}
    change |= {"after_unknown": {"tags_all": {}, "access_logs": [{"bucket": True}]}}
    assert unaccepted(plan) == ["aws_lb.it: access_logs"]
