"""The operator's verbs, as scripts/aiguardian.sh hands them over."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aiguardian.operator.arguments import LOCAL, PLATFORMS, operator_parser
from aiguardian.operator.aws import Place, place
from aiguardian.operator.catalogue import chosen, read_catalogue
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.settings.groups import Settings
from aiguardian.storage.address import InvalidAddress

FAILED, USAGE_ERROR = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Do one verb and return its exit status: 0 done, 1 failed, 2 wrong usage."""
    given = operator_parser().parse_args(arguments)
    given.doing = Doing(dry_run=given.dry_run)
    try:
        status = VERBS[given.verb](given) or 0
    except (OperatorFault, InvalidAddress) as fault:
        sys.stderr.write(f"aiguardian: {fault}\n")
        return FAILED
    except BrokenPipeError:  # whoever read the output has seen enough
        # what is left is flushed at the end, and would fail once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:  # a folder that cannot be written, a full disk
        sys.stderr.write(f"aiguardian: {error.filename or 'a file'}: {error.strerror or error}\n")
        return FAILED
    except KeyboardInterrupt:
        return 130
    return status


def _env_file(given: argparse.Namespace) -> Path:
    return _path(given, given.file) if given.file else given.root / ".env"


def _path(given: argparse.Namespace, path: Path) -> Path:
    """The path as the caller means it."""
    caller: Path = given.caller
    return caller / path


def _place(given: argparse.Namespace) -> Place:
    return place(given.environment, given.region)


def _compose_up(given: argparse.Namespace) -> None:
    from aiguardian.operator.stack import go_up

    go_up(
        given.root,
        given.doing,
        is_production=given.is_production,
        is_watched=given.monitoring,
        url=given.url,
    )


def _compose_down(given: argparse.Namespace) -> None:
    from aiguardian.operator.stack import go_down

    if given.with_data:
        _confirm(given, "This deletes the database and all that is kept. Type `delete`: ", "delete")
    go_down(given.root, given.doing, is_production=given.production, with_data=given.with_data)


def _setup_external(given: argparse.Namespace) -> None:
    from aiguardian.operator.env_file import read_env
    from aiguardian.operator.external import asked_values, given_values, keep_in_aws, keep_in_file

    values = given_values(given.set, given.from_env, os.environ)
    if not values:
        if not sys.stdin.isatty():
            raise OperatorFault("Nobody can be asked here: say --set and --from-env.")
        values = asked_values(read_env(_env_file(given)))
    if given.environment:
        where = _place(given)
        keep_in_aws(where, values, given.doing, started_with=_started_with(given, where))
    else:
        keep_in_file(_env_file(given), values, given.doing)


def _started_with(given: argparse.Namespace, where: Place) -> Mapping[str, str]:
    """The variables of the gateway's task; empty, which is said, where they cannot be known."""
    from aiguardian.operator.task_settings import NotStarted, plain_values

    (gateway,) = (one for one in read_catalogue(given.root) if one.public)
    try:
        return plain_values(where, gateway)
    except NotStarted as reason:
        given.doing.say(f"checked without what the gateway's task is started with: {reason}")
        return {}


def _validate(given: argparse.Namespace) -> int:
    from aiguardian.operator.env_file import read_env
    from aiguardian.operator.external import check

    if given.environment:  # the file speaks of this machine
        return _validate_in_aws(given)
    values = {**read_env(_env_file(given)), **os.environ}
    if _tell_faults(given, check(values)):
        return FAILED
    doctor = [sys.executable, "-m", "aiguardian", "doctor"]
    return subprocess.run(doctor, env=values, check=False).returncode  # noqa: S603 - our own program


def _validate_in_aws(given: argparse.Namespace) -> int:
    from aiguardian.operator.external import check
    from aiguardian.operator.task_settings import task_values

    where = _place(given)
    faults: list[str] = []
    gateway: dict[str, str] = {}
    for service in read_catalogue(given.root):
        values, wrong = task_values(where, service)
        faults += wrong
        gateway = values if service.public else gateway
    if where.endpoint:
        gateway["AWS_ENDPOINT_URL"] = where.endpoint
    if _tell_faults(given, faults or check(gateway)):
        return FAILED
    given.doing.say(
        f"the settings of {where.cluster} are right: {len(gateway)} of the gateway's task, what "
        "its secrets hold, and what the guards are handed"
    )
    given.doing.say(
        "whether the database and Redis answer, only the gateway can tell: health-check "
        f"--environment {where.environment} --url …"
    )
    return 0


def _tell_faults(given: argparse.Namespace, faults: Sequence[str]) -> bool:
    """Print what is wrong; whether anything is."""
    for fault in faults:
        given.doing.say(f"wrong: {fault}")
    return bool(faults)


def _setup_secrets(given: argparse.Namespace) -> None:
    from aiguardian.operator.external import given_values, refuse_wrong
    from aiguardian.operator.keys import setup_keys

    rotated = [] if given.rotate is None else given.rotate or ["SECRET_KEY"]
    taken = given_values(given.set, given.from_env, os.environ)
    where = _place(given)
    if taken:
        refuse_wrong(where, taken, started_with=_started_with(given, where))
    changed = setup_keys(where, given.doing, rotated=rotated, taken=taken)
    if "UNIFIED_API_KEY" in rotated:
        given.doing.say("callers with the former UNIFIED_API_KEY are refused from now on")
    handed = sorted(set(rotated) & set(changed) & {"SECRET_KEY", "METRICS_KEY"})
    if handed and not given.dry_run:
        given.doing.say(
            f"the gateway sees {', '.join(handed)} within a minute; guards at their next start: "
            f"deploy-prod --restart --environment {given.environment}"
        )


def _push(given: argparse.Namespace) -> None:
    from aiguardian.operator.images import push_images

    services = chosen(read_catalogue(given.root), given.service)
    images = push_images(
        _place(given),
        given.doing,
        services,
        root=given.root,
        tag=given.tag or _commit(given.root),
        platform=PLATFORMS[given.architecture],
    )
    for image in images:
        given.doing.say(f"{image.service} {image.reference}")


def _deploy(given: argparse.Namespace) -> None:
    from aiguardian.operator.images import resolve
    from aiguardian.operator.looking import look_at_gateway, tell
    from aiguardian.operator.releases import Releases

    where = _place(given)
    services = chosen(read_catalogue(given.root), given.service)
    releases = Releases(where, given.doing, within_s=given.wait)
    if given.restart:
        if given.tag:
            raise OperatorFault("--restart starts what runs: it takes no --tag.")
        _tell_changes(given, releases.restart(services), len(services))
        return
    images = resolve(where, services, tag=given.tag or _commit(given.root))

    def is_healthy() -> bool:
        return not given.url or tell(look_at_gateway(given.url, None), given.doing)

    changes = releases.deploy(images, is_healthy=is_healthy)
    _tell_changes(given, len(changes), len(images))


def _roll_back(given: argparse.Namespace) -> None:
    from aiguardian.operator.releases import Releases

    services = chosen(read_catalogue(given.root), given.service)
    changes = Releases(_place(given), given.doing, within_s=given.wait).roll_back(services[::-1])
    _tell_changes(given, len(changes), len(services))


def _tell_changes(given: argparse.Namespace, changed: int, number: int) -> None:
    told = "would change" if given.dry_run else "changed"
    given.doing.say(f"{changed} of {number} services {told}")


def _look(given: argparse.Namespace) -> int:
    from aiguardian.operator.looking import look_at_gateway, look_at_services, tell

    found = []
    if given.service and not given.environment:
        raise OperatorFault("--service chooses among the services in AWS: say --environment, too.")
    if given.environment:
        services = chosen(read_catalogue(given.root), given.service)
        found += look_at_services(_place(given), services)
    if given.url or not given.environment:
        found += look_at_gateway(given.url or LOCAL, os.environ.get("UNIFIED_API_KEY"))
    return 0 if tell(found, given.doing) else FAILED


def _logs(given: argparse.Namespace) -> None:
    from aiguardian.operator.lines import lines_of, seconds_of
    from aiguardian.operator.stack import show_logs

    since_s = seconds_of(given.since)
    if not given.environment:
        show_logs(given.root, given.service, follows=given.follow, since=given.since)
        return
    services = chosen(read_catalogue(given.root), given.service)
    for line in lines_of(_place(given), services, since_s=since_s, follows=given.follow):
        given.doing.say(line)


def _backup(given: argparse.Namespace) -> None:
    from aiguardian.operator.backups import back_up, folder_of_home

    settings = _settings()
    folder = _path(given, given.to) if given.to else folder_of_home(settings)
    target = back_up(settings, folder, given.doing)
    if not given.dry_run:
        given.doing.say(f"made: {target}")


def _restore(given: argparse.Namespace) -> None:
    from aiguardian.operator.restoring import read_backup, restore

    settings = _settings()
    folder = _path(given, given.backup)
    read_backup(folder)
    _confirm(given, "This replaces the database. Type `restore`: ", "restore")
    done = restore(settings, folder, given.doing)
    given.doing.say(f"{'checked' if given.dry_run else 'restored'} in {done.seconds:.1f} seconds")


def _settings() -> Settings:
    """What the program itself would run with. Raises `OperatorFault`."""
    from aiguardian.operator.configured import settings_here

    return settings_here(os.environ)


def _confirm(given: argparse.Namespace, question: str, word: str) -> None:
    if given.yes or given.dry_run:
        return
    if not sys.stdin.isatty():
        raise OperatorFault(
            "Nobody can be asked here: say --yes, or --dry-run to see what would be done."
        )
    if input(question).strip() != word:
        raise OperatorFault("Nothing was changed.")


def _commit(root: Path) -> str:
    """The commit that is checked out. Raises `OperatorFault` where files differ from it."""
    from aiguardian.operator.programs import found, run

    git = found("git", "Or name the version: --tag 1.4.0.")
    if run([git, "status", "--porcelain"], folder=root, shows=False).strip():
        raise OperatorFault("Files differ from the commit: commit them, or say --tag.")
    return run([git, "rev-parse", "--short=12", "HEAD"], folder=root, shows=False).strip()


VERBS: Mapping[str, Callable[[argparse.Namespace], int | None]] = {
    "backup": _backup,
    "compose-down": _compose_down,
    "compose-up": _compose_up,
    "deploy-prod": _deploy,
    "health-check": _look,
    "logs": _logs,
    "prod": _compose_up,
    "push-containers": _push,
    "restore": _restore,
    "rollback": _roll_back,
    "setup-external": _setup_external,
    "setup-secrets": _setup_secrets,
    "validate": _validate,
}
"""What does each verb; an exit status, or None for 0."""
