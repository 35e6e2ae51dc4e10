"""The policies, and what is kept beside them, opened for one command of the command line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiguardian.errors import GatewayError, NotAvailable
from aiguardian.policy.read import PolicyError, read_policy
from aiguardian.policy.recorded import TrafficError
from aiguardian.policy.rules import Catalogue, Policy, catalogue_of
from aiguardian.policy.shelf import SUFFIX, Shelf
from aiguardian.policy.stored import StoredPolicies
from aiguardian.settings.groups import Settings

if TYPE_CHECKING:
    from aiguardian.stores import Kept

USAGE_ERROR = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """The policies in force, and the stores."""

    shelf: Shelf
    kept: Kept

    def kept_on_disk(self) -> Kept:
        """The stores; raises `NotAvailable` where a gateway's would be in its own memory."""
        if self.kept.database is None:
            raise NotAvailable(
                "What a gateway records without a SECRET_KEY ends with its process: set the same "
                "here and there."
            )
        return self.kept

    def policy(self, named: str, tenant: str) -> Policy:
        """The policy in a file, or of that name. Raises `PolicyError`, `OSError`,
        `UnicodeDecodeError`, `InvalidField`."""
        if is_file(named):
            return policy_in(Path(named), self.shelf.catalogue)
        return self.shelf.get(named, tenant)


def catalogue_here(settings: Settings) -> Catalogue:
    """What policies may say of the guards of this version."""
    from aiguardian.gateway.vitals import LiveVitals
    from aiguardian.registry import build_guards
    from aiguardian.stores import build_stores

    return catalogue_of(build_guards(LiveVitals(settings.runtime.home), build_stores(settings)))


@contextmanager
def opened(settings: Settings) -> Iterator[Opened]:
    """What a gateway with these settings has. Raises `PolicyError`, `NotAvailable`."""
    from aiguardian.gateway.vitals import LiveVitals
    from aiguardian.registry import build_guards
    from aiguardian.stores import build_stores

    kept = build_stores(settings)
    try:
        catalogue = catalogue_of(build_guards(LiveVitals(settings.runtime.home), kept))
        stored = StoredPolicies(kept.policies, catalogue)
        with suppress(NotAvailable):  # whoever asks for a stored one is told; a file needs none
            stored.refresh()
        yield Opened(Shelf(catalogue, settings.policies.folder, stored), kept)
    finally:
        kept.close()


def is_file(named: str) -> bool:
    """Whether this is the path of a policy, not a policy's name."""
    return named.endswith((SUFFIX, ".yml")) or "/" in named


def policy_in(path: Path, catalogue: Catalogue) -> Policy:
    """The policy in a file. Raises `PolicyError`, `OSError`, `UnicodeDecodeError`."""
    text = path.read_text(encoding="utf-8")
    return read_policy(text, name=path.stem, catalogue=catalogue, file=str(path))


def told(run: Callable[[], int]) -> int:
    """The status of a command; what the user can mend is one line on standard error."""
    logging.disable()
    try:
        return run()
    except OSError as error:
        print(f"aiguardian: {error.strerror}: {error.filename}", file=sys.stderr)
    except UnicodeDecodeError:
        print("aiguardian: the file is not UTF-8.", file=sys.stderr)
    except (PolicyError, TrafficError, GatewayError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
    return USAGE_ERROR
