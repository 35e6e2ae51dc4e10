"""Checks the Terraform code: format, validity, every module's tests, what checkov knows, and with
--rehearse all of it against an emulated AWS.

    python -m tests.terraform.checks [--rehearse]

Needs `terraform` and the AWS provider, from the registry or from the mirror that TF_PLUGIN_DIR
names. What a machine lacks is skipped, and said with its count.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.terraform import first_keys, rehearsal

ROOT = Path(__file__).parents[2]
CODE = ROOT / "terraform"


def roots() -> list[Path]:
    """What is applied by itself, and so is validated."""
    return [CODE / "bootstrap", CODE / "account", *sorted(CODE.glob("environments/*"))]


def tested() -> list[Path]:
    """The modules whose tests mock the provider: all but one."""
    found = {path.parents[1] for path in CODE.glob("modules/*/tests/*.tftest.hcl")}
    return sorted(found - {first_keys.MODULE})


def environment(given: Mapping[str, str], data: Path) -> dict[str, str]:
    """Terraform's variables: no questions, no check for a newer one, its files in `data`."""
    return {**given, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_DATA_DIR": str(data)}


def initialise(directory: Path, environ: Mapping[str, str]) -> str | None:
    """Get the provider and the modules; None when they are there, or why not."""
    command = ["terraform", "init", "-backend=false", "-input=false", "-no-color"]
    if environ.get("TF_PLUGIN_DIR"):
        command.append(f"-plugin-dir={environ['TF_PLUGIN_DIR']}")
    done = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip()


def check(
    directory: Path, command: list[str], environ: Mapping[str, str], *, tells: str = "Success!"
) -> bool:
    """Run a command there; say how it went, with its line that `tells` the numbers, and with all
    it said when it failed."""
    verb = command[1] if command[0] == "terraform" else command[0]
    done = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True)
    told = next((line for line in done.stdout.splitlines() if line.startswith(tells)), "")
    verdict = "passed" if done.returncode == 0 else "FAILED"
    say(f"{verdict}  {verb} {directory.relative_to(ROOT)}  {told}".rstrip())
    if done.returncode:
        say(done.stdout + done.stderr)
    return done.returncode == 0


def try_first_keys(environ: Mapping[str, str]) -> bool:
    """The one module whose tests ask an emulated AWS."""
    if missing := first_keys.why_not():
        say(f"1 check skipped: first-keys: {missing}")
        return True
    return first_keys.rehearse(environ, say=say)


CHECKOV = ["checkov", "--directory", ".", "--framework", "terraform", "--skip-download",
           "--skip-path", "tftest", "--compact", "--quiet"]  # fmt: skip


def scan(environ: Mapping[str, str]) -> bool:
    """checkov over all of it; what it skips has its reason in the code."""
    if shutil.which("checkov", path=environ.get("PATH")) is None:
        say("1 check skipped: checkov is not installed (uv tool install checkov)")
        return True
    return check(CODE, CHECKOV, environ, tells="Passed checks:")


def say(line: str) -> None:
    """Write a line at once: a check takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run every check; 0 when none failed. Skipped ones are counted and no failure."""
    planned = 2 + len(roots()) + len(tested())
    if shutil.which("terraform") is None:
        say(f"{planned} checks skipped: terraform is not installed")
        return 0 if scan(environ) else 1
    passed = check(CODE, ["terraform", "fmt", "-check", "-recursive"], environ)
    with tempfile.TemporaryDirectory() as scratch:
        for number, directory in enumerate([*roots(), *tested()]):
            settings = environment(environ, Path(scratch, str(number)))
            if missing := initialise(directory, settings):
                say(f"{planned - 1 - number} checks skipped: no provider.\n{missing}")
                break
            verb = ["validate"] if directory in roots() else ["test"]
            passed &= check(directory, ["terraform", *verb, "-no-color"], settings)
        else:
            passed &= try_first_keys(environ)
    passed &= scan(environ)
    if "--rehearse" in arguments:
        passed &= rehearsal.rehearse(environ, say=say)
    else:
        say("1 check skipped: the rehearsal against an emulated AWS takes minutes; add --rehearse")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
