"""Applies the rehearsal to an emulated AWS, changes a password, plans it again, looks for secrets,
and takes it away.

Also plans every environment there, without applying it, and holds the plans to their policy.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.terraform import plan_policy

ROOT = Path(__file__).parents[2]

_NO_INSIGHTS = "the emulator keeps nothing about Performance Insights"
ACCEPTED = {
    ("aws_db_instance", "performance_insights_enabled"): _NO_INSIGHTS,
    ("aws_db_instance", "performance_insights_kms_key_id"): _NO_INSIGHTS,
    ("aws_db_instance", "performance_insights_retention_period"): _NO_INSIGHTS,
    ("aws_s3_bucket_replication_configuration", "rule"): (
        "the emulator forgets which encrypted objects and delete markers are copied"
    ),
    ("aws_secretsmanager_secret", "replica"): "the emulator forgets the key of a replica",
}
"""Differences that a second plan may show, by type and attribute, each with its reason: all are
the emulator's."""

MAKE_BELIEVE = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "2",
    "CHECKPOINT_DISABLE": "1",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "NO_PROXY": "127.0.0.1",
    "TF_IN_AUTOMATION": "1",
}

EVERYWHERE = {
    "domain_name": "api.example.com",
    "zone_id": "Z0000000000000",
    "ticket_emails": ["ticket@example.com"],
}
_WAKES = {"page_emails": ["page@example.com"]}
ENVIRONMENTS: dict[str, tuple[dict[str, Any], ...]] = {
    "production": (_WAKES,),
    "staging": ({},),
    "dr": (_WAKES | {"stage": "waiting"}, _WAKES | {"stage": "serving"}),
}
"""Each environment with the variables of each plan that is made of it."""
REHEARSED = "codeguardians-gateway/rehearsal"


def rehearse(environ: Mapping[str, str], *, say: Callable[[str], None]) -> bool:
    """Run all of it; whether nothing was wrong."""
    with tempfile.TemporaryDirectory() as scratch, emulated_aws(environ) as settings:
        copy = Path(scratch)
        shutil.copytree(ROOT / "terraform", copy / "terraform")
        shutil.copytree(ROOT / "deploy", copy / "deploy")
        leave_what_production_copies(settings)
        for name, plans in ENVIRONMENTS.items():
            steps = Steps(copy / "terraform/environments" / name, settings, say)
            if not _policy(steps, plans):
                return False
        return _there_and_back(Steps(copy / "terraform/tests/rehearsal", settings, say))


@dataclass(frozen=True)
class Steps:
    """Terraform's commands in one directory."""

    directory: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> str | None:
        """Run one; its output, or None when it failed (which was then said)."""
        begun = time.monotonic()
        command = ["terraform", *arguments]
        done = subprocess.run(
            command, cwd=self.directory, env=self.environ, capture_output=True, text=True
        )
        passed = done.returncode in allowed
        name = f"{arguments[0]} {self.directory.name} ({time.monotonic() - begun:.0f} s)"
        self.say(f"{'passed' if passed else 'FAILED'}  {name}")
        if passed:
            return done.stdout
        self.say(done.stdout[-4000:] + done.stderr)
        return None

    def init(self) -> str | None:
        """Get the provider, keep the state here."""
        override = self.directory / "backend_override.tf"
        override.write_text('terraform {\n  backend "local" {}\n}\n')
        mirror = self.environ.get("TF_PLUGIN_DIR")
        return self.run("init", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))

    def plan(self) -> dict[str, Any] | None:
        """The plan as JSON."""
        if self.run("plan", "-input=false", "-out=it.tfplan") is None:
            return None
        shown = self.run("show", "-json", "it.tfplan")
        return None if shown is None else dict(json.loads(shown))


def _policy(steps: Steps, plans: Sequence[Mapping[str, Any]]) -> bool:
    """Plan an environment and hold each plan to its policy."""
    catalogue = json.loads((ROOT / "deploy/services.json").read_text("utf-8"))
    digests = {one["name"]: f"sha256:{'0' * 64}" for one in catalogue["services"]}
    if steps.init() is None:
        return False
    for more in plans:
        variables = steps.directory / "terraform.tfvars.json"
        variables.write_text(json.dumps({**EVERYWHERE, "images": digests, **more}))
        if (plan := steps.plan()) is None:
            return False
        wrong = plan_policy.faults(plan) + plan_policy.unguarded_buckets(plan)
        count = sum(1 for _ in plan_policy.resources(plan))
        name = " ".join([steps.directory.name, str(more.get("stage", ""))]).rstrip()
        verdict = "FAILED" if wrong or not count else "passed"
        steps.say(f"{verdict}  policy over {count} planned resources of {name}")
        for fault in wrong:
            steps.say(f"  {fault}")
        if wrong or not count:
            return False
    return True


def _there_and_back(steps: Steps) -> bool:
    """Apply, change the database's password as its schedule would, plan again without a difference
    that is not accepted, look at the state, destroy."""
    if steps.init() is None or steps.run("apply", "-input=false", "-auto-approve") is None:
        return False
    written = written_secrets(steps.environ)
    rotated = rotated_password(steps.environ)
    has_turned = rotated not in {"", written["database password"]}
    steps.say(f"{'passed' if has_turned else 'FAILED'}  rotation of the database's password")
    plan = steps.plan()
    state = steps.run("show", "-json")
    if plan is None or state is None:
        return False
    differences = unaccepted(plan)
    steps.say(f"{'FAILED' if differences else 'passed'}  second plan without a difference")
    for difference in differences:
        steps.say(f"  {difference}")
    secrets = written | {"rotated password": rotated}
    kept = secrets_in(json.loads(state)) + values_in(state, secrets)
    steps.say(f"{'FAILED' if kept else 'passed'}  no secret in the state")
    for name in kept:
        steps.say(f"  {name}")
    gone = steps.run("destroy", "-input=false", "-auto-approve") is not None
    return gone and has_turned and not differences and not kept


def unaccepted(plan: dict[str, Any]) -> list[str]:
    """What a plan would change beyond `ACCEPTED`: address, act or attribute."""
    found = []
    for one in plan.get("resource_changes", []):
        change = one["change"]
        if one["mode"] != "managed" or change["actions"] in (["no-op"], ["read"]):
            continue
        if change["actions"] != ["update"]:
            found.append(f"{one['address']}: {'/'.join(change['actions'])}")
            continue
        before, after = change["before"], change["after"]
        changed = {name for name in after if before.get(name) != after[name]}
        changed |= {name for name, value in change["after_unknown"].items() if _has_true(value)}
        found += [
            f"{one['address']}: {name}"
            for name in sorted(changed)
            if (one["type"], name) not in ACCEPTED
        ]
    return found


def _has_true(value: object) -> bool:
    """Whether anything in it is not known yet."""
    if isinstance(value, dict):
        return any(_has_true(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_true(one) for one in value)
    return value is True


_SECRET_NAMES = {"auth_token", "password", "passwords", "secret_binary", "secret_string"}


def secrets_in(state: dict[str, Any]) -> list[str]:
    """Attributes of a state that hold a secret."""

    def modules(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from modules(child)

    root = state.get("values", {}).get("root_module", {})
    return [
        f"{resource['address']}: {name}"
        for resource in modules(root)
        for name, value in resource["values"].items()
        if name in _SECRET_NAMES and value
    ]


def client(environ: Mapping[str, str], service: str, region: str = "us-east-1") -> Any:
    """A client of the emulator's."""
    import boto3  # half a second, and only here

    return boto3.client(
        service,
        region_name=region,
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )


def leave_what_production_copies(environ: Mapping[str, str]) -> None:
    """Put into the second region what its environment looks for: production's copied secrets and
    their key."""
    keys = client(environ, "kms", "us-west-2")
    key = keys.create_key()["KeyMetadata"]["KeyId"]
    keys.create_alias(AliasName="alias/codeguardians-gateway-production-copies", TargetKeyId=key)
    secrets = client(environ, "secretsmanager", "us-west-2")
    for part in ("", "/database", "/redis", "/optional"):
        secrets.create_secret(Name=f"codeguardians-gateway/production{part}", SecretString="{}")


def written_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The values that were written to the main secret, by their names, and the database's
    password."""
    vault = client(environ, "secretsmanager")
    answer = vault.get_secret_value(SecretId=REHEARSED)
    main = {str(name): str(value) for name, value in json.loads(answer["SecretString"]).items()}
    return main | {"database password": _database_password(vault)}


def rotated_password(environ: Mapping[str, str]) -> str:
    """The database's password after one more rotation, carried out by the function itself."""
    vault = client(environ, "secretsmanager")
    told = vault.describe_secret(SecretId=f"{REHEARSED}/database")
    vault.rotate_secret(
        SecretId=f"{REHEARSED}/database", RotationLambdaARN=told["RotationLambdaARN"]
    )
    return _database_password(vault)


def _database_password(vault: Any) -> str:
    answer = vault.get_secret_value(SecretId=f"{REHEARSED}/database")
    return str(json.loads(answer["SecretString"])["password"])


def values_in(state: str, secrets: Mapping[str, str]) -> list[str]:
    """The names of secrets whose values stand in a state, wherever; all of them when none is
    known, for then nothing was looked for."""
    if not all(len(value) >= 32 for value in secrets.values()) or not secrets:
        return sorted(secrets) or ["no secret was written"]
    return sorted(name for name, value in secrets.items() if value in state)


@contextmanager
def emulated_aws(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Start the emulator on a free port; the environment in which AWS is it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {**environ, **MAKE_BELIEVE, "AWS_ENDPOINT_URL": url}
    command = [sys.executable, "-m", "tests.terraform.emulated_aws", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(url)
            yield settings
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    """Return when the emulator answers; TimeoutError after two minutes."""
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/moto-api/", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(1)
        else:
            return
    raise TimeoutError("the emulated AWS did not start within two minutes")
