"""The first keys against an emulated AWS: their module's own tests, and that Terraform keeps none.

Terraform 1.11 can mock no ephemeral value, so this one module's tests need a provider that asks
somebody.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.terraform import rehearsal

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "terraform/modules/first-keys"


def why_not() -> str | None:
    """What is missing here for an emulated AWS; None when nothing is."""
    if importlib.util.find_spec("moto") is None:
        return "moto is not installed (./scripts/aiguardian.sh setup)"
    return None


def rehearse(environ: Mapping[str, str], *, say: Callable[[str], None]) -> bool:
    """Run the module's tests, then write its keys with a plan and a state on disk, and look for
    them there; whether nothing was wrong."""
    with tempfile.TemporaryDirectory() as scratch, rehearsal.emulated_aws(environ) as settings:
        copy = Path(scratch, "first-keys")
        shutil.copytree(MODULE, copy)
        inherited = {**settings, "AWS_REGION": "us-east-1"}
        inherited.pop("TF_DATA_DIR", None)  # the two directories have one each
        return _tested(rehearsal.Steps(copy, inherited, say)) and _keeps_nothing(
            rehearsal.Steps(copy / "tests/written", inherited, say)
        )


def _tested(steps: rehearsal.Steps) -> bool:
    mirror = steps.environ.get("TF_PLUGIN_DIR")
    named = [f"-plugin-dir={mirror}"] if mirror else []
    if steps.run("init", "-backend=false", "-input=false", "-no-color", *named) is None:
        return False
    told = steps.run("test", "-no-color")
    if told is None:
        return False
    steps.say(f"        {told.strip().splitlines()[-1]}")
    return True


def _keeps_nothing(steps: rehearsal.Steps) -> bool:
    """Plan, apply, and search what Terraform wrote down: the plan, the state, all its files."""
    if steps.init() is None:
        return False
    if steps.run("plan", "-input=false", "-var=number=1", "-out=it.tfplan") is None:
        return False
    shown = steps.run("show", "-json", "it.tfplan")
    if shown is None or steps.run("apply", "-input=false", "it.tfplan") is None:
        return False
    secrets = _written(steps.environ)
    files = [path for path in sorted(steps.directory.glob("*")) if path.is_file()]
    kept = rehearsal.values_in(shown, secrets)
    for path in files:
        kept += rehearsal.values_in(path.read_bytes().decode("latin-1"), secrets)
    was_looked_at = any(path.name == "terraform.tfstate" for path in files)
    passed = was_looked_at and len(secrets) == 4 and not kept
    steps.say(
        f"{'passed' if passed else 'FAILED'}  none of {len(secrets)} first keys is in the plan or "
        f"in {len(files)} files, the state among them"
    )
    for name in kept:
        steps.say(f"  {name}")
    return passed


def _written(environ: Mapping[str, str]) -> dict[str, str]:
    """What reached Secrets Manager, by name."""
    client = rehearsal.client(environ, "secretsmanager")

    def value(name: str) -> str:
        return str(client.get_secret_value(SecretId=f"first-keys/{name}")["SecretString"])

    main = {str(name): str(one) for name, one in json.loads(value("main")).items()}
    return main | {"database": value("database")}
