"""Puts what compose needs and nobody should choose into .env: passwords and keys.

    python3 deploy/generate_env.py [--missing] [FOLDER]

Idempotent: what is set stays as it is, what is missing or empty is added. The file gets mode 0600,
and the keys that containers read as files go to deploy/secrets/. No value is ever printed. With
--missing the names of what is missing are printed, a line each, and nothing is written. Needs
nothing but Python's standard library.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

GENERATED = {
    "SECRET_KEY": 48,
    "UNIFIED_API_KEY": 32,
    "METRICS_KEY": 32,
    "POSTGRES_PASSWORD": 32,
    "REDIS_PASSWORD": 32,
    "ELASTIC_PASSWORD": 32,
    "KIBANA_PASSWORD": 32,
    "KIBANA_ENCRYPTION_KEY": 32,
    "SHIPPER_PASSWORD": 32,
    "GRAFANA_PASSWORD": 24,
}
"""Bytes of randomness in each. In hexadecimal, so that no shell, URL or YAML reads one amiss."""
FILES = {"METRICS_KEY": "metrics_key"}
"""What a container can only read from a file: Prometheus's configuration knows no environment."""
ADDRESSES = "alerts"
"""The folder for the addresses that alerts go to, which Alertmanager's container reads."""


def read(text: str) -> dict[str, str]:
    """The variables of a .env file: the last of a name counts, as for compose."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {
        name.strip().removeprefix("export "): value.strip()
        for name, value in pairs
        if not name.lstrip().startswith("#")
    }


def missing_in(text: str) -> list[str]:
    """The names of what is generated and not set there."""
    given = read(text)
    return [name for name in GENERATED if not given.get(name)]


def present(folder: Path) -> str:
    """The text of .env as it is, or of the example that it is made from."""
    env = folder / ".env"
    before = env if env.exists() else folder / ".env.example"
    return before.read_text(encoding="utf-8") if before.exists() else ""


def completed(text: str) -> tuple[str, list[str]]:
    """The text of .env with every value that was missing, and the names of those."""
    missing = missing_in(text)
    # An empty line for a name is dropped, for it would be read beside the one that is added.
    kept = [
        line
        for line in text.splitlines()
        if "=" not in line or line.split("=", 1)[0].strip() not in missing
    ]
    added = [f"{name}={secrets.token_hex(GENERATED[name])}" for name in missing]
    return "\n".join([*kept, *added]) + "\n", missing


def write_private(path: Path, text: str, mode: int) -> None:
    """Replace a file at once, so that no reader finds half of it, and never with a wider mode."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
    draft.replace(path)


def generate(folder: Path) -> list[str]:
    """Complete .env and the files of deploy/secrets; return the names that were added."""
    env = folder / ".env"
    text, added = completed(present(folder))
    if added or not env.exists():
        write_private(env, text, 0o600)
    env.chmod(0o600)
    # Only the owner may enter the folder; inside, any user of a container may read the file.
    keys = folder / "deploy" / "secrets"
    keys.mkdir(parents=True, exist_ok=True)
    keys.chmod(0o700)
    # Mounted by itself, so that the container's user need not enter the folder around it.
    (keys / ADDRESSES).mkdir(exist_ok=True)
    (keys / ADDRESSES).chmod(0o755)
    values = read(text)
    for name, file in FILES.items():
        write_private(keys / file, values[name], 0o444)
    return added


def main() -> None:
    """Generate, and say what was done without a value."""
    words = [word for word in sys.argv[1:] if word != "--missing"]
    folder = Path(words[0]) if words else Path(__file__).resolve().parent.parent
    if "--missing" in sys.argv[1:]:
        sys.stdout.write("".join(f"{name}\n" for name in missing_in(present(folder))))
        return
    added = generate(folder)
    told = f"added {', '.join(added)}" if added else "nothing was missing"
    sys.stdout.write(f"{folder / '.env'}: {told}\n")


if __name__ == "__main__":
    main()
