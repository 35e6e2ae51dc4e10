"""Checks dashboards, what Elasticsearch is told and our logs' fields against published types.

    python3 deploy/check_vendor_types.py        (or: make vendor-types-check)

Grafana and Elastic publish the shapes of what their servers take as TypeScript: `@grafana/schema`
and `@elastic/elasticsearch`. The compiler holds our files against them: an option that does not
exist, or a value of another type, is an error. To show that it would be, one word of each file is
then misspelt, and the compiler must refuse it. The fields of our log lines are looked up in the
Elastic Common Schema as `@elastic/ecs` has it. Needs Node and npm; without them it says so and ends
with 3.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SKIPPED = 3
COMPILER = "5.9.3"
ELASTIC_TYPES = "9.5.1"
"""The newest that is published; the servers run 9.5.2."""
OPTIONS = ["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"]
OPTIONS += ["--module", "nodenext", "--moduleResolution", "nodenext"]
GRAFANA = ("@grafana/schema", "Dashboard", "Dashboard")
ECS_TYPES = "9.4.0"
ECS = "@elastic/ecs"
ECS_FIELDS = ROOT / "tests" / "telemetry" / "ecs_fields.json"
ASK_ECS = f"""
const {{ EcsFlat }} = require('{ECS}');
const types = Object.entries(EcsFlat).map(([name, field]) => [name, field.type]);
console.log(JSON.stringify(Object.fromEntries(types)));
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """A piece of JSON, whose type it must have, and a word in it to misspell."""

    name: str
    text: str
    module: str
    imported: str
    type: str
    word: str

    def source(self, *, is_misspelt: bool = False) -> str:
        """A TypeScript file that compiles if the piece has the type."""
        text = self.text
        if is_misspelt:
            if f'"{self.word}"' not in text:
                raise ValueError(f"{self.name} has no {self.word}")
            text = text.replace(f'"{self.word}"', f'"{self.word}x"', 1)
        head = f"import type {{ {self.imported} }} from '{self.module}';"
        return f"{head}\nexport const value: {self.type} = {text};\n"


def pieces() -> list[Checked]:
    """What is checked."""
    found = [
        Checked(path.stem, path.read_text("utf-8"), *GRAFANA, word="gridPos")
        for path in sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
    ]
    template = (ROOT / "deploy" / "elasticsearch" / "logs-template.json").read_text("utf-8")
    role = re.search(
        r"_security/role/\w+ <\(printf '%s' '(.*?)'\)",
        (ROOT / "deploy" / "kibana" / "start.sh").read_text("utf-8"),
        re.DOTALL,
    )
    if role is None:
        raise ValueError("deploy/kibana/start.sh puts no role")
    for name, text, request, word in (
        ("template", template, "IndicesPutIndexTemplateRequest", "data_retention"),
        ("role", role[1], "SecurityPutRoleRequest", "privileges"),
    ):
        whole = f"Omit<estypes.{request}, 'name'>"
        found.append(Checked(name, text, "@elastic/elasticsearch", "estypes", whole, word))
    return found


def grafana_version() -> str:
    """Of the image that the stack starts."""
    image = re.search(r"grafana-oss:([\d.]+)", (ROOT / "docker-compose.yml").read_text("utf-8"))
    if image is None:
        raise ValueError("docker-compose.yml starts no Grafana")
    return image[1]


def main() -> int:
    """Check all, and return the exit status."""
    checked = pieces()
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        _say(f"Node and npm are not here: {len(checked)} checks skipped")
        return SKIPPED
    needs = {"typescript": COMPILER, "@elastic/elasticsearch": ELASTIC_TYPES, ECS: ECS_TYPES}
    needs[GRAFANA[0]] = grafana_version()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": needs}))
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(command, cwd=folder, check=False).returncode:  # noqa: S603 - no shell
            _say(f"the types could not be installed: {len(checked)} checks skipped")
            return SKIPPED
        compiler = [node, "node_modules/typescript/bin/tsc", *OPTIONS]
        faults = sum(_faults(compiler, folder, one) for one in checked)
        faults += _ecs_faults(node, folder)
    versions = ", ".join(f"{name} {version}" for name, version in needs.items())
    _say(f"{len(checked) + 1} checked, {faults} faults ({versions})")
    return 1 if faults else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _ecs_faults(node: str, folder: Path) -> int:
    """How many fields of our logs are not of ECS, or have another type there."""
    done = subprocess.run(  # noqa: S603 - no shell
        [node, "-e", ASK_ECS], cwd=folder, capture_output=True, text=True, check=True
    )
    types = json.loads(done.stdout)
    ours = json.loads(ECS_FIELDS.read_text("utf-8"))["fields"]
    wrong = [name for name, type_ in ours.items() if types.get(name) != type_]
    for name in wrong:
        _say(f"ecs: {name} is {types.get(name, 'not there')}, not {ours[name]}")
    return len(wrong)


def _faults(compiler: list[str], folder: Path, one: Checked) -> int:
    """How many faults: what does not compile, and what compiles though it is misspelt."""
    told = []
    for is_misspelt in (False, True):
        path = folder / f"{one.name}{'_misspelt' if is_misspelt else ''}.ts"
        path.write_text(one.source(is_misspelt=is_misspelt), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - no shell
            [*compiler, path.name], cwd=folder, capture_output=True, text=True, check=False
        )
        told.append(done.stdout)
    right, misspelt = told
    if right:
        _say(f"{one.name}:\n{right}")
    if not misspelt:
        _say(f"{one.name}: a misspelt {one.word} was not refused")
    return bool(right) + (not misspelt)


if __name__ == "__main__":
    sys.exit(main())
