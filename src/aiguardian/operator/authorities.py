"""The authorities that sign Amazon RDS's certificates, fetched for the images to bring along."""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault

FILE = Path("deploy") / "certificates" / "rds.pem"
ADDRESS = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""AWS's own, of every region but those of its China and GovCloud partitions."""
OWNERS = {"Amazon Web Services, Inc.", "Amazon"}
MOST_BYTES = 2_000_000
TIMEOUT_S = 20.0
_OWNED_BY = "organizationName"
_MEND = f"Fetch {ADDRESS} where it can be reached, and put it at {FILE}."


def fetched() -> bytes:
    """What AWS publishes, over TLS. Raises `OperatorFault`."""
    try:
        # the address is ours, and https
        with urllib.request.urlopen(ADDRESS, timeout=TIMEOUT_S) as answer:  # nosec B310
            body: bytes = answer.read(MOST_BYTES)
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise OperatorFault(f"RDS's authorities cannot be fetched: {reason}. {_MEND}") from None
    return body


def complete_authorities(root: Path, doing: Doing, *, fetch: Callable[[], bytes] = fetched) -> None:
    """Put the file there if it is missing; what is there stays, and is checked as well.

    Raises `OperatorFault` for what is not a list of AWS's own authorities.
    """
    path = root / FILE
    if path.exists():
        _count(path.read_bytes())
        return
    doing.step(f"fetch RDS's authorities into {FILE}", lambda: _keep(path, fetch(), doing))


def _keep(path: Path, bundle: bytes, doing: Doing) -> None:
    number = _count(bundle)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(bundle)
    draft.chmod(0o644)
    draft.replace(path)
    doing.say(f"{number} authorities, sha256 {hashlib.sha256(bundle).hexdigest()}")


def _count(bundle: bytes) -> int:
    """How many authorities; each must be AWS's. OpenSSL reads them, as it will in the gateway."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    number, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(bundle)
        context.load_verify_locations(cafile=name)
    except (OSError, ssl.SSLError):
        raise OperatorFault(f"{FILE} is no list of certificates. {_MEND}") from None
    finally:
        Path(name).unlink()
    authorities = context.get_ca_certs()
    for one in authorities:
        subject: Any = one["subject"]  # typeshed knows less of it than Python promises
        owners = {value for part in subject for key, value in part if key == _OWNED_BY}
        if not owners or not owners <= OWNERS:
            raise OperatorFault(f"{FILE} holds an authority that is not AWS's. {_MEND}")
    if not authorities:
        raise OperatorFault(f"{FILE} holds no authority. {_MEND}")
    return len(authorities)
