"""nginx as docs/reverse-proxy.md describes it, without its TLS, before gateways on this machine."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "reverse-proxy.md"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def find_nginx() -> str | None:
    """The program's path; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def site(port: int, gateways: Sequence[int], *, idle: str = "5s") -> str:
    """The page's block: listening on the port, with a line for each gateway, whose idle
    connections are kept for so long."""
    block = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    if block is None:
        raise ValueError(f"{DOCUMENT.name} has no block of nginx")
    text = block[1].replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = re.sub(r"\n *ssl_certificate[^\n]*", "", text)
    line = re.search(r"\n *server 127\.0\.0\.1:8000[^\n]*", text)
    if line is None:
        raise ValueError(f"{DOCUMENT.name} names no gateway on port 8000")
    lines = "".join(line[0].replace(":8000", f":{one}") for one in gateways)
    return text.replace(line[0], lines).replace(
        "keepalive_timeout 5s;", f"keepalive_timeout {idle};"
    )


@contextlib.contextmanager
def nginx(folder: Path, text: str) -> Iterator[None]:
    """Run it with this site, its files below the folder; what it says goes to `nginx.log` there."""
    program = find_nginx()
    if program is None:
        raise FileNotFoundError("nginx is not installed here")
    paths = "".join(f"{kind}_temp_path {folder};\n" for kind in TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{text}}}\n",
        encoding="utf-8",
    )
    with (
        (folder / "nginx.log").open("wb") as log,
        subprocess.Popen([program, "-c", str(configuration), "-p", str(folder)], stderr=log) as one,
    ):
        try:
            yield
        finally:
            one.terminate()
