"""push-containers: build the images, and push those that the registry does not have."""

from __future__ import annotations

import base64
import contextlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiguardian.operator.authorities import complete_authorities
from aiguardian.operator.aws import Place, ask, tried
from aiguardian.operator.catalogue import Service
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.programs import found, run

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_MEND = "Install Docker Engine, or run this where it is."


@dataclass(frozen=True, slots=True)
class Image:
    """An image in the registry, by its digest: a tag could be moved, a digest cannot."""

    service: str
    repository: str
    digest: str

    @property
    def reference(self) -> str:
        """What a task is told to start."""
        return f"{self.repository}@{self.digest}"


def push_images(
    place: Place,
    doing: Doing,
    services: Sequence[Service],
    *,
    root: Path,
    tag: str,
    platform: str = "linux/amd64",
) -> list[Image]:
    """Every service's image with the tag, in the registry. An image whose tag is there already is
    neither built nor pushed: tags cannot be moved. `platform` is that of the tasks, whatever this
    machine's is. Raises `OperatorFault`."""
    _check_tag(tag)
    client = place.client("ecr")
    missing = [one for one in services if digest_of(client, one, tag) is None]
    for one in services:
        if one not in missing:
            doing.say(f"{one.image}:{tag} is in the registry")
    if missing:
        docker = found("docker", _MEND)
        complete_authorities(root, doing)
        for one in missing:
            doing.step(
                f"build {one.image}:{tag} for {platform}",
                lambda one=one: _build(docker, one, root, tag, platform),  # type: ignore[misc]  # bound in the loop
            )
        host = doing.step("sign in to the registry", lambda: _sign_in(docker, client))
        try:
            for one in missing:
                doing.step(
                    f"push {one.image}:{tag}",
                    lambda one=one: _push(docker, client, one, tag),  # type: ignore[misc]  # as above
                )
        finally:
            # Docker keeps the sign-in, which is good for half a day, in a file
            doing.step("sign out of the registry", lambda: _sign_out(docker, host or ""))
    return [] if doing.dry_run and missing else resolve(place, services, tag=tag)


def resolve(place: Place, services: Sequence[Service], *, tag: str) -> list[Image]:
    """The images behind a tag. Raises `OperatorFault` that names those that are not there."""
    _check_tag(tag)
    client = place.client("ecr")
    images, missing = [], []
    for one in services:
        digest = digest_of(client, one, tag)
        if digest is None:
            missing.append(one.image)
            continue
        images.append(Image(one.name, _repository(client, one.image), digest))
    if missing:
        raise OperatorFault(
            f"The registry has no {tag} of {', '.join(missing)}: push-containers --tag {tag} first."
        )
    return images


def digest_of(client: Any, service: Service, tag: str) -> str | None:
    """The digest behind a tag; None when there is no such image. Raises `OperatorFault`."""
    code, answer = tried(
        f"look for {service.image}:{tag}",
        client.describe_images,
        repositoryName=service.image,
        imageIds=[{"imageTag": tag}],
    )
    if code == "ImageNotFoundException":
        return None
    if code == "RepositoryNotFoundException":
        raise OperatorFault(
            f"There is no repository {service.image}: terraform apply in terraform/account first."
        )
    if code:
        raise OperatorFault(f"AWS refused to look for {service.image}:{tag}: {code}.")
    digest: str = answer["imageDetails"][0]["imageDigest"]
    return digest


def _repository(client: Any, image: str) -> str:
    answer = ask(f"find {image}", client.describe_repositories, repositoryNames=[image])
    uri: str = answer["repositories"][0]["repositoryUri"]
    return uri


def _build(docker: str, service: Service, root: Path, tag: str, platform: str) -> None:
    named = ["--target", service.target, "--tag", f"{service.image}:{tag}"]
    told = ["--build-arg", f"VERSION={tag}", "--build-arg", f"REVISION={_revision(root)}"]
    run([docker, "build", *named, "--platform", platform, *told, "."], folder=root)


def _revision(root: Path) -> str:
    """The commit that is checked out, for the image's label; `unknown` outside of a repository."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return "unknown"
    return run([git, "rev-parse", "HEAD"], folder=root, shows=False).strip()


def _sign_in(docker: str, client: Any) -> str:
    """The registry's host name."""
    answer = ask("sign in to the registry", client.get_authorization_token)
    granted = answer["authorizationData"][0]
    user, _, password = base64.b64decode(granted["authorizationToken"]).decode().partition(":")
    host = str(granted["proxyEndpoint"]).removeprefix("https://")
    by = ["--username", user, "--password-stdin"]  # aiguardian: allow - a flag's name
    command = [docker, "login", *by, host]
    run(command, given=password)
    return host


def _sign_out(docker: str, host: str) -> None:
    with contextlib.suppress(OperatorFault):  # what went wrong before matters more
        run([docker, "logout", host], shows=False)


def _push(docker: str, client: Any, service: Service, tag: str) -> None:
    remote = f"{_repository(client, service.image)}:{tag}"
    run([docker, "tag", f"{service.image}:{tag}", remote])
    run([docker, "push", remote])


def _check_tag(tag: str) -> None:
    if not TAG.fullmatch(tag) or tag in {"latest", "dev"}:
        raise OperatorFault(
            "A tag names one version forever, such as 1.4.0 or a commit; latest and dev do not."
        )
