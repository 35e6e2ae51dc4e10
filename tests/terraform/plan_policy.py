"""What no plan may hold: open doors, public tasks, data in the clear, secrets.

terraform show -json PLAN | python -m tests.terraform.plan_policy
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ANYWHERE = {"0.0.0.0/0", "::/0"}
DOOR = 443
"""The port that the load balancer answers on."""


@dataclass(frozen=True)
class Resource:
    """One planned resource: its address, its type, its values and which are not known yet."""

    address: str
    type: str
    values: dict[str, Any]
    unknown: dict[str, Any]


def resources(plan: dict[str, Any]) -> Iterator[Resource]:
    """Every managed resource that the plan leaves standing."""
    for change in plan.get("resource_changes", []):
        after = change["change"]["after"]
        if change["mode"] == "managed" and after is not None:
            unknown = change["change"].get("after_unknown") or {}
            yield Resource(change["address"], change["type"], after, unknown)


def faults(plan: dict[str, Any]) -> list[str]:
    """Every fault of a plan, each naming the resource; none is a plan that may be applied."""
    found = []
    for resource in resources(plan):
        for rule in RULES.get(resource.type, ()):
            found += [f"{resource.address}: {fault}" for fault in rule(resource)]
        found += [f"{resource.address}: {fault}" for fault in kept_secrets(resource)]
    return found


def open_doors(resource: Resource) -> Iterator[str]:
    """Whoever lets everybody in is the load balancer, on 443."""
    addresses = {resource.values.get("cidr_ipv4"), resource.values.get("cidr_ipv6")}
    if not addresses & ANYWHERE:
        return
    ports = {resource.values.get("from_port"), resource.values.get("to_port")}
    if ".module.alb." not in f".{resource.address}" or ports != {DOOR}:
        yield f"anybody may reach port {resource.values.get('from_port')}"


def rules_in_a_group(resource: Resource) -> Iterator[str]:
    """Rules are resources of their own; those inside a group nobody would look at."""
    if resource.values.get("ingress") or resource.values.get("egress"):
        yield "rules stand inside the group, where no other check sees them"


def public_addresses(resource: Resource) -> Iterator[str]:
    """No task has an address of its own on the internet."""
    for network in resource.values.get("network_configuration") or []:
        if network.get("assign_public_ip") is not False:
            yield "tasks get a public address"


def no_network(resource: Resource) -> Iterator[str]:
    """A task that has no network of its own can't be in a security group."""
    if resource.values.get("network_mode") != "awsvpc":
        yield "tasks share their host's network"


def writable(resource: Resource) -> Iterator[str]:
    """Containers run without root, on a root they can't write."""
    definitions = resource.values.get("container_definitions")
    if not isinstance(definitions, str):
        return
    for container in json.loads(definitions):
        name = container.get("name")
        if not container.get("readonlyRootFilesystem"):
            yield f"container {name} can write its root"
        if str(container.get("user", "root")).split(":")[0] in {"root", "0"}:
            yield f"container {name} runs as root"
        if "@sha256:" not in container.get("image", ""):
            yield f"container {name} is named by a tag"


def public_subnet(resource: Resource) -> Iterator[str]:
    """A subnet gives nobody a public address unasked."""
    if resource.values.get("map_public_ip_on_launch"):
        yield "what starts here gets a public address"


def must(**wanted: Any) -> Callable[[Resource], Iterator[str]]:
    """A rule: these attributes have these values; `...` stands for any that is not empty."""

    def rule(resource: Resource) -> Iterator[str]:
        for name, value in wanted.items():
            given = resource.values.get(name)
            if value is ...:
                if not given and not resource.unknown.get(name):
                    yield f"{name} is not set"
            elif str(given).lower() != str(value).lower():
                yield f"{name} is {given!r}, not {value!r}"

    return rule


def kept_secrets(resource: Resource) -> Iterator[str]:
    """Nothing that is a secret is in a plan: what is in it is in the state."""
    for name in ("password", "secret_string", "secret_binary", "auth_token", "passwords"):
        if resource.values.get(name) or resource.unknown.get(name) is True:
            yield f"{name} would be in the state"


RULES: dict[str, tuple[Callable[[Resource], Iterator[str]], ...]] = {
    "aws_backup_vault": (must(kms_key_arn=...),),
    "aws_cloudtrail": (must(kms_key_id=..., enable_log_file_validation=True),),
    "aws_cloudwatch_log_group": (must(kms_key_id=..., retention_in_days=...),),
    "aws_db_instance": (must(storage_encrypted=True, kms_key_id=..., publicly_accessible=False),),
    "aws_ecr_repository": (must(image_tag_mutability="IMMUTABLE", encryption_configuration=...),),
    "aws_ecs_service": (public_addresses,),
    "aws_ecs_task_definition": (no_network, writable),
    "aws_elasticache_replication_group": (
        must(
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=True,
            kms_key_id=...,
            user_group_ids=...,
        ),
    ),
    "aws_lb": (must(drop_invalid_header_fields=True, access_logs=...),),
    "aws_secretsmanager_secret": (must(kms_key_id=...),),
    "aws_security_group": (rules_in_a_group,),
    "aws_sns_topic": (must(kms_master_key_id=...),),
    "aws_subnet": (public_subnet,),
    "aws_vpc_security_group_ingress_rule": (open_doors,),
}


def unguarded_buckets(plan: dict[str, Any]) -> list[str]:
    """Buckets without encryption, versions, a policy or the block on public access beside them."""
    beside = {
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
    }
    planned = {resource.address for resource in resources(plan)}
    buckets = [one.address for one in resources(plan) if one.type == "aws_s3_bucket"]
    return [
        f"{bucket}: {kind} is missing"
        for bucket in buckets
        for kind in sorted(beside)
        if bucket.replace("aws_s3_bucket.", f"{kind}.") not in planned
    ]


if __name__ == "__main__":
    document = json.load(sys.stdin)
    wrong = faults(document) + unguarded_buckets(document)
    count = sum(1 for _ in resources(document))
    sys.stdout.write("".join(f"{fault}\n" for fault in wrong) + f"{count} resources looked at\n")
    sys.exit(1 if wrong or not count else 0)
