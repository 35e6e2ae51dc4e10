"""What every command says of itself: help that names each flag, dry runs that change nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiguardian import cli
from aiguardian.operator import images
from aiguardian.operator.arguments import operator_parser
from aiguardian.operator.aws import Place
from aiguardian.operator.command_line import VERBS, main

ROOT = Path(__file__).parents[2]
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
READING = ("Describe", "Get", "List", "BatchGet", "FilterLogEvents")


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command below, by its words."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield name, command
                yield from ((f"{name} {more}", one) for more, one in commands(command))


OPERATED = dict(commands(operator_parser()))
PROGRAM = dict(commands(cli._parser()))
ALL = [pytest.param(one, id=f"{kind} {name}") for kind, found in
       (("aiguardian.sh", OPERATED), ("aiguardian", PROGRAM))
       for name, one in found.items()]  # fmt: skip


def test_no_verb_is_left_out() -> None:
    assert set(OPERATED) == set(VERBS)
    assert len(PROGRAM) >= 25


@pytest.mark.parametrize("command", ALL)
def test_help_says_what_it_is_for_and_names_every_argument(
    command: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.parse_args(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert command.description is not None
    assert command.description[0].isupper()
    assert command.description.endswith(".")
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue
        assert action.help, f"{action.dest} has no help"
        assert all(flag in shown for flag in action.option_strings)


@pytest.mark.parametrize("command", ALL)
def test_a_flag_that_is_none_ends_with_2_and_the_usage(
    command: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.parse_args(["--no-such-flag"])
    assert ended.value.code == 2
    assert "usage: " in capsys.readouterr().err


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_has_a_dry_run(verb: str) -> None:
    assert "--dry-run" in OPERATED[verb].format_help()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that AWS is asked for, by name."""
    import boto3
    from botocore.client import BaseClient

    asked: list[str] = []
    made = boto3.client

    def client(*args: Any, **more: Any) -> BaseClient:
        one: BaseClient = made(*args, **more)
        one.meta.events.register("before-call.*", lambda model, **_: asked.append(model.name))
        return one

    monkeypatch.setattr(boto3, "client", client)
    return asked


@pytest.fixture
def cloud(place: Place, root: Path) -> Place:
    """Services that run an image, keys, a second image that waits, and a log."""
    ecs, ecr = place.client("ecs"), place.client("ecr")
    secrets, logs = place.client("secretsmanager"), place.client("logs")
    values = {"SECRET_KEY": "5f" * 48, "UNIFIED_API_KEY": "c4" * 32, "METRICS_KEY": "a1" * 32}
    secrets.create_secret(Name=place.secret, SecretString=json.dumps(values))
    ecs.create_cluster(clusterName=place.cluster)
    for service in ("codeguardians-gateway", "tokenguard"):
        image = f"aiguards-{service.removeprefix('codeguardians-')}"
        uri = ecr.create_repository(repositoryName=image)["repository"]["repositoryUri"]
        for tag in ("1.0.0", "2.0.0"):
            layer = {"mediaType": "a", "size": 1, "digest": f"sha256:{0:064x}"}
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": layer, "tag": tag}
            ecr.put_image(repositoryName=image, imageTag=tag, imageManifest=json.dumps(manifest))
            found = ecr.describe_images(repositoryName=image, imageIds=[{"imageTag": tag}])
            digest = found["imageDetails"][0]["imageDigest"]
            container = {"name": service, "image": f"{uri}@{digest}", "memory": 512}
            definition = ecs.register_task_definition(
                family=place.family(service), containerDefinitions=[container]
            )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster=place.cluster, serviceName=service, taskDefinition=definition, desiredCount=1
        )
        logs.create_log_group(logGroupName=place.log_group(service))
    return place


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("setup-secrets --rotate", "would write SECRET_KEY, SECRET_KEY_PREVIOUS to the secret"),
        ("setup-secrets --set LOG_LEVEL=DEBUG", "would write LOG_LEVEL to the secret"),
        ("setup-external --environment production --set LOG_LEVEL=DEBUG", "would write LOG_LEVEL"),
        ("push-containers --tag 3.0.0", "would push aiguards-gateway:3.0.0"),
        ("deploy-prod --tag 1.0.0", "would register a task of tokenguard"),
        ("deploy-prod --restart", "would restart"),
        ("rollback", "2 of 2 services would change"),
        ("health-check --environment production", "codeguardians-gateway: "),
        ("logs --environment production", ""),
    ],
)
def test_a_dry_run_only_reads_of_aws_and_says_what_would_be_done(
    words: str, told: str, cloud: Place, root: Path, calls: list[str],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(root)
    monkeypatch.setattr(images, "found", lambda name, mend: f"/usr/bin/{name}")
    before = sorted(path for path in root.rglob("*"))
    status = main([*words.split(), "--dry-run"])
    shown = capsys.readouterr()
    assert status == (1 if words.startswith("health-check") else 0), shown.err  # none runs there
    assert told in shown.out
    assert "5f5f" not in shown.out
    assert calls, "AWS was not asked"
    assert all(name.startswith(READING) for name in calls), calls
    assert sorted(path for path in root.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("health-check --service tokenguard", "say --environment, too"),
        ("health-check --url ftp://x", "--url must be http"),
        ("compose-down --with-data", "or --dry-run"),
        ("deploy-prod --restart --tag 1.0.0 --region r", "takes no --tag"),
        ("push-containers --tag latest --region r", "latest and dev do not"),
        ("rollback --service nobody --region r", "There are: tokenguard"),
        ("logs --since long", "15m, 2h, 1d"),
        ("restore /nowhere", "is no backup"),
        ("setup-secrets", "set AWS_REGION"),
    ],
)
def test_wrong_usage_is_told_with_its_mend(
    words: str, told: str, root: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(words.split()) == 1
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", ""])
def test_a_patience_that_is_none_is_wrong_usage(seconds: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rollback", f"--wait={seconds}"])
    assert ended.value.code == 2
