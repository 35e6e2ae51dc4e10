"""setup-external, validate, health-check, logs and compose."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiguardian.operator import stack
from aiguardian.operator.aws import Place
from aiguardian.operator.catalogue import read_catalogue
from aiguardian.operator.command_line import main
from aiguardian.operator.env_file import read_env, write_env
from aiguardian.operator.external import asked_values, check, known_settings
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.lines import lines_of, seconds_of
from aiguardian.operator.looking import look_at_gateway, tell
from aiguardian.operator.programs import compose_command

ROOT = Path(__file__).parents[2]


def test_a_file_keeps_all_that_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# a comment\nA=1\n\nB=old\nB=older\nexport C=3\n")
    write_env(path, {"B": "new", "D": "4=5"})
    assert path.read_text() == "# a comment\nA=1\n\nB=new\nexport C=3\nD=4=5\n"
    assert read_env(path) == {"A": "1", "B": "new", "C": "3", "D": "4=5"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_env(tmp_path / "none") == {}


def setup(root: Path, *flags: str) -> int:
    return main(["setup-external", "--file", str(root / ".env"), *flags])


def test_values_come_by_flags_and_secrets_from_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://u:canary-91c2@db.example.com/aiguardian"
    monkeypatch.setenv("DATABASE_URL", url)
    flags = ["--set", "ALLOWED_HOSTS=api.example.com", "--from-env", "DATABASE_URL"]
    assert setup(root, *flags, "--dry-run") == 0
    assert not (root / ".env").exists()
    assert setup(root, *flags) == 0
    assert read_env(root / ".env") == {"ALLOWED_HOSTS": "api.example.com", "DATABASE_URL": url}
    assert setup(root, *flags) == 0
    shown = capsys.readouterr().out
    assert "nothing changes" in shown
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--set", "NO_SUCH=1"], "no setting NO_SUCH"),
        (["--set", "ALLOWED_HOSTS"], "wants ALLOWED_HOSTS=VALUE"),
        (["--set", "REDIS_URL=redis://:pw@h"], "REDIS_URL is secret"),
        (["--from-env", "STRIPE_SECRET_KEY"], "no such variable"),
        (["--set", "ALLOWED_HOSTS=https://a/b"], "would be wrong"),
        (["--set", "ALLOWED_HOSTS=a\nB=c"], "line end"),
        ([], "Nobody can be asked"),
    ],
)
def test_a_wrong_value_is_refused_with_its_mend(
    root: Path,
    flags: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert setup(root, *flags) == 1
    error = capsys.readouterr().err
    assert told in error
    assert ":pw@" not in error
    assert not (root / ".env").exists()


def test_a_person_is_asked_and_an_empty_answer_keeps(root: Path) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "redis://:pw@h:6379/0" if question.startswith("REDIS_URL") else " "

    values = asked_values({"DATABASE_URL": "x"}, ask_plain=answer, ask_secret=answer)
    assert values == {"REDIS_URL": "redis://:pw@h:6379/0"}
    assert any(line.startswith("DATABASE_URL (set)") for line in asked)
    assert known_settings()["REDIS_URL"].is_secret
    assert check(values) == []


def test_values_of_an_environment_go_into_its_optional_secret(
    place: Place, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_canary_7d")
    flags = ["--from-env", "STRIPE_SECRET_KEY", "--environment", "production"]
    assert main(["setup-external", *flags]) == 0
    assert main(["setup-external", *flags, "--set", "STRIPE_ENABLED=true"]) == 0
    held = place.client("secretsmanager").get_secret_value(SecretId=f"{place.secret}/optional")
    assert json.loads(held["SecretString"]) == {
        "STRIPE_SECRET_KEY": "sk_canary_7d",
        "STRIPE_ENABLED": "true",
    }
    assert "canary" not in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["setup-external", "setup-secrets"])
@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("REDIS_PORT=many", "REDIS_PORT"),
        ("UPSTREAM_KIND=parrot", "UPSTREAM_KIND"),
        ("TRUSTED_PROXIES=everybody", "TRUSTED_PROXIES"),
    ],
)
def test_a_value_that_would_be_wrong_reaches_no_secret(
    setting: str, told: str, verb: str, place: Place, root: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(root)
    assert main([verb, "--environment", "production", "--set", setting]) == 1
    error = capsys.readouterr().err
    assert "would be wrong" in error
    assert told in error
    assert place.client("secretsmanager").list_secrets()["SecretList"] == []


def test_values_are_checked_together_with_what_the_task_is_started_with(
    place: Place, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = place.client("secretsmanager")
    names = ("SECRET_KEY", "UNIFIED_API_KEY", "METRICS_KEY")
    main_values = {name: hashlib.sha512(name.encode()).hexdigest() for name in names}
    arn = secrets.create_secret(Name=place.secret, SecretString=json.dumps(main_values))["ARN"]
    run_tasks(place, arn)
    monkeypatch.chdir(root)

    def setup_there(*settings: str) -> tuple[int, str]:
        flags = [word for setting in settings for word in ("--set", setting)]
        status = main(["setup-external", "--environment", "production", *flags])
        return status, capsys.readouterr().err

    status, error = setup_there("ALLOWED_HOSTS=other.example.com")
    assert (status, "given to the gateway's task itself" in error) == (1, True)
    status, error = setup_there("ALLOWED_ORIGINS=*")  # good on a laptop, refused in production
    assert (status, "ALLOWED_ORIGINS" in error) == (1, True)
    assert setup_there("ALLOWED_ORIGINS=https://app.example.com") == (0, "")
    assert main(["validate", "--environment", "production"]) == 0


def test_validate_tells_every_fault_of_a_file(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in known_settings():
        monkeypatch.delenv(name, raising=False)
    (root / ".env").write_text("ENVIRONMENT=production\nPORT=many\nSECRET_KEY=canary\n")
    assert main(["validate", "--file", str(root / ".env")]) == 1
    shown = capsys.readouterr().out
    assert "wrong: PORT" in shown
    assert "canary" not in shown


def run_tasks(place: Place, handed: str) -> None:
    """Both services of the catalogue, as Terraform's task definitions start them."""
    ecs = place.client("ecs")
    ecs.create_cluster(clusterName=place.cluster)
    given = {
        "codeguardians-gateway": {
            "ENVIRONMENT": "production", "AWS_SECRETS_ENABLED": "true",
            "AWS_SECRETS_NAME": place.secret, "AWS_REGION": place.region,
            "ALLOWED_HOSTS": "api.example.com",
        },
        "tokenguard": {"ENVIRONMENT": "production"},
    }  # fmt: skip
    for name, variables in given.items():
        container = {
            "name": name, "image": "it", "memory": 512,
            "environment": [{"name": key, "value": value} for key, value in variables.items()],
            "secrets": [{"name": "SECRET_KEY", "valueFrom": f"{handed}:SECRET_KEY::"}]
            if name == "tokenguard" else [],
        }  # fmt: skip
        made = ecs.register_task_definition(
            family=place.family(name), containerDefinitions=[container]
        )
        ecs.create_service(
            cluster=place.cluster, serviceName=name, desiredCount=1,
            taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
        )  # fmt: skip


def test_validate_reads_what_an_environments_tasks_are_started_with(
    place: Place, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in known_settings():
        if not name.startswith("AWS_"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORT", "many")  # of this machine, which is not asked about
    monkeypatch.chdir(root)
    verb = ["validate", "--environment", "production"]
    assert main(verb) == 1
    assert "terraform apply" in capsys.readouterr().err
    secrets = place.client("secretsmanager")
    made = secrets.create_secret(Name=place.secret, SecretString="{}")
    run_tasks(place, made["ARN"])
    assert main(verb) == 1
    assert "wrong: tokenguard: SECRET_KEY: the secret codeguardians-" in capsys.readouterr().out
    key = os.urandom(48).hex()
    held = {"SECRET_KEY": key, "UNIFIED_API_KEY": key[:64], "UPSTREAM_RETRIES": "canary-many"}
    secrets.put_secret_value(SecretId=place.secret, SecretString=json.dumps(held))
    assert main(verb) == 1
    shown = capsys.readouterr().out
    assert "wrong: UPSTREAM_RETRIES" in shown
    secrets.put_secret_value(
        SecretId=place.secret, SecretString=json.dumps(held | {"UPSTREAM_RETRIES": "2"})
    )
    status = main(verb)
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert "the settings of codeguardians-gateway-production are right" in shown
    assert key[:64] not in shown


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers as a gateway that is ready, but for a guard."""

    def do_GET(self) -> None:
        told: dict[str, Any] = {"status": "ready"}
        status = 200
        if self.path == "/api/v1/guards/health":
            told["services"] = {"a": {"status": "healthy"}, "b": {"status": "unhealthy"}}
            status = 200 if self.headers["X-API-Key"] == "k" else 401
        if self.path == "/moved/health/live":
            status = 302
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def gateway() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_gateway_is_looked_at_from_outside(gateway: str, told: Any) -> None:
    assert tell(look_at_gateway(gateway, None), told.doing())
    found = look_at_gateway(gateway + "/", "k")
    assert [one.told for one in found] == ["ready", "ready", "ready; not well: b"]
    assert not tell(look_at_gateway(gateway, "wrong"), told.doing())
    moved, _ = look_at_gateway(f"{gateway}/moved", None)
    assert moved.told.startswith("status 302")
    assert "no answer" in look_at_gateway("http://127.0.0.1:1", None)[0].told
    with pytest.raises(OperatorFault, match="http://"):
        look_at_gateway("file:///etc/passwd", None)


def test_lines_of_services_come_in_the_order_of_time(place: Place, root: Path) -> None:
    client, now = place.client("logs"), time.time()
    services = read_catalogue(root)
    for number, service in enumerate(services):
        group = place.log_group(service.name)
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="s")
        events = [
            {"timestamp": int((now - 60 + 10 * turn + number) * 1000), "message": f"line {turn}\n"}
            for turn in range(2)
        ]
        client.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    lines = list(lines_of(place, services, since_s=3600, follows=False))
    names = ["tokenguard", "codeguardians-gateway"]
    assert lines == [f"{name} line {turn}" for turn in range(2) for name in names]
    following = lines_of(place, services, since_s=55, follows=True, pause=lambda _: None)
    assert next(following) == "tokenguard line 1"
    other = Place("staging", place.region, place.endpoint)
    with pytest.raises(OperatorFault, match="refused to read the log"):
        list(lines_of(other, services, since_s=60, follows=False))


@pytest.mark.parametrize(("span", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200)])
def test_a_span_is_read(span: str, seconds: int) -> None:
    assert seconds_of(span) == seconds


@pytest.mark.parametrize("span", ["", "15", "m", "1w", "-1m", "1.5h"])
def test_what_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(OperatorFault, match="--since"):
        seconds_of(span)


DOCKER = """#!/bin/sh
echo "$*" >> "$LOG"
[ "$*" != "compose version --short" ] || echo "${VERSION:-2.26.1}"
"""


def test_compose_is_called_with_its_files_and_waited_for(
    root: Path, gateway: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: Any
) -> None:
    # No Docker engine runs in tests: a program of that name notes its arguments.
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in (stack.BASE, stack.PRODUCTION):
        (root / name).write_text("")
    shutil.copy(ROOT / "deploy" / "generate_env.py", root / "deploy")
    (root / ".env.example").write_text("ENVIRONMENT=production\n")

    def up(doing: Any) -> None:
        stack.go_up(root, doing, is_production=True, is_watched=False, url=gateway)

    with pytest.raises(OperatorFault, match="has no DATABASE_URL"):
        up(told.doing(dry_run=True))
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db.example.com/aiguardian")
    up(told.doing(dry_run=True))
    assert "would complete .env: SECRET_KEY, UNIFIED_API_KEY" in told
    assert "would start docker-compose.yml docker-compose.prod.yml" in told
    assert not any(" up " in line for line in log.read_text().splitlines())
    assert sorted(path.name for path in root.iterdir()) == [
        ".env.example", "deploy", "docker-compose.prod.yml", "docker-compose.yml"
    ]  # fmt: skip
    up(told.doing())
    named = "compose -f docker-compose.yml -f docker-compose.prod.yml"
    assert f"{named} up --detach --remove-orphans" in log.read_text()
    assert len(read_env(root / ".env")["SECRET_KEY"]) == 96
    assert f"ready: {gateway}" in told
    stack.go_down(root, told.doing(), is_production=True, with_data=True)
    assert f"{named} down --volumes" in log.read_text()
    (root / stack.OVERRIDE).write_text("")  # the operator's own is read, and wins
    assert stack.files(root, is_production=False, is_watched=False)[-1] == stack.OVERRIDE
    with pytest.raises(OperatorFault, match=r"monitoring\.yml is not in"):
        stack.files(root, is_production=False, is_watched=True)
    times = iter(range(0, 10_000, 100))
    late = told.doing(clock=lambda: float(next(times)))
    with pytest.raises(OperatorFault, match="not ready after 300 seconds"):
        stack.go_up(root, late, is_production=True, is_watched=False, url="http://127.0.0.1:1")


@pytest.mark.parametrize("version", ["1.29.2", "2.19.1", "v2.0.0", "", "garbage"])
def test_a_compose_that_cannot_read_the_files_is_refused(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("docker", "docker-compose"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(OperatorFault, match=r"Compose 2\.20 or newer is needed") as caught:
        compose_command()
    assert version in str(caught.value)


@pytest.mark.parametrize("version", ["2.20.0", "v2.26.1", "2.40.3-desktop.1", "5.0.0"])
def test_a_newer_compose_is_taken_with_docker_or_alone(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docker-compose").write_text(f"#!/bin/sh\necho {version}\n")
    (tmp_path / "docker-compose").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/nonexistent")
    assert compose_command() == [str(tmp_path / "docker-compose")]


def test_data_is_not_deleted_unasked(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["compose-down", "--with-data"]) == 1
    assert "say --yes" in capsys.readouterr().err
