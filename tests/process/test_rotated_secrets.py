"""A gateway that reads its secrets from AWS: at the start, rotated, and while AWS is away."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from processes import environment, free_port, run, running, wait_until

pytestmark = pytest.mark.process

NAME = "codeguardians-gateway/production"
OLD, NEW = "old-aws-canary-" + "a1" * 16, "new-aws-canary-" + "b2" * 16
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def emulated_aws(port: int) -> Iterator[None]:
    """moto's server, which begins empty."""
    pytest.importorskip("moto.server", reason="moto plays AWS")
    program = "from moto.server import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, "-H", "127.0.0.1", "-p", str(port)],
        env=os.environ | CREDENTIALS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port))
        yield
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/moto-api/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def put(port: int, **values: Any) -> None:
    import boto3

    client = boto3.client(
        "secretsmanager",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    try:
        client.create_secret(Name=NAME, SecretString=json.dumps(values))
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=NAME, SecretString=json.dumps(values))


def test_rotated_secrets_are_used_without_a_restart_and_aws_may_go_away(tmp_path: Path) -> None:
    port = free_port()
    env = {
        "AWS_SECRETS_ENABLED": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AIGUARDIAN_SECRETS_POLL_S": "0.2",
        "ENVIRONMENT": "test",
        **CREDENTIALS,
    }
    with ExitStack() as stack:
        with emulated_aws(port):
            refused = run("guards", env=environment(tmp_path, **env))
            assert refused.returncode == 2
            assert f"'{NAME}': ResourceNotFoundException" in refused.stderr
            assert "Traceback" not in refused.stderr

            put(port, UNIFIED_API_KEY=OLD)
            gateway = stack.enter_context(running("serve", home=tmp_path, **env))

            def status(key: str) -> int:
                return gateway.judge("x", headers={"X-API-Key": key}).status

            def is_readable() -> bool:
                told = gateway.ask("GET", "/metrics", headers={"X-API-Key": NEW}).body.decode()
                return "aiguardian_secrets_readable 1.0" in told

            assert [status(OLD), status(NEW)] == [200, 401]
            put(port, UNIFIED_API_KEY=NEW)
            wait_until(lambda: status(NEW) == 200)
            assert status(OLD) == 401
            assert is_readable()

        wait_until(lambda: not is_readable())  # AWS is gone
        assert status(NEW) == 200
        with emulated_aws(port):  # and back, where somebody has put the old value again
            put(port, UNIFIED_API_KEY=OLD)
            wait_until(lambda: status(OLD) == 200)

        process = Path(f"/proc/{gateway.process.pid}")
        seen = (process / "environ").read_text() + (process / "cmdline").read_text()
        assert "canary" not in seen + gateway.log()
