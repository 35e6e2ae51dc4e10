"""Clerk's webhooks: signed as Svix does (Standard Webhooks), read for who is there and who left."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from aiguardian.errors import InvalidField, InvalidRequest
from aiguardian.settings.variable import Secret
from aiguardian.storage.people import Change

LONGEST_ID = 256
_SIGN_OUTS = frozenset({"ended", "removed", "revoked"})
_SECRET = re.compile(r"(whsec_)?[A-Za-z0-9+/]{32,256}={0,2}")


class _Place(Struct, frozen=True):
    id: str


class _Person(Struct, frozen=True):
    user_id: str


class _Data(Struct, frozen=True):
    """What is read of a user, an organisation, a membership or a sign-in; nothing else is even
    looked at."""

    id: str = ""
    user_id: str = ""
    updated_at: float = 0.0
    banned: bool = False
    locked: bool = False
    role: str = ""
    organization: _Place | None = None
    public_user_data: _Person | None = None


class Message(Struct, frozen=True):
    """One message. Times are milliseconds since 1970."""

    type: str
    data: _Data
    timestamp: float = 0.0

    def change(self) -> Change | None:
        """What is to be kept; None for what is of no concern here. Raises `InvalidField`."""
        at = max(self.timestamp, self.data.updated_at) / 1_000.0
        subject, _, event = self.type.partition(".")
        if subject == "session" and event in _SIGN_OUTS:
            user = _named(self.data.user_id)
            return Change("session", at, user=user, session=_named(self.data.id))
        if event not in {"created", "updated", "deleted"}:
            return None
        is_gone = event == "deleted"
        match subject:
            case "user":
                is_barred = self.data.banned or self.data.locked
                return Change(
                    "user", at, _named(self.data.id), is_gone=is_gone, is_barred=is_barred
                )
            case "organization":
                return Change(
                    "organisation", at, organisation=_named(self.data.id), is_gone=is_gone
                )
            case "organizationMembership":
                place, person = self.data.organization, self.data.public_user_data
                return Change(
                    "membership",
                    at,
                    user=_named(person.user_id if person else ""),
                    organisation=_named(place.id if place else ""),
                    role=self.data.role.removeprefix("org:"),
                    is_gone=is_gone,
                )
        return None


class Signatures:
    """Checks that messages come from Clerk, lately, and read as they were sent."""

    def __init__(self, secret: Secret) -> None:
        """Raises `ValueError` for a secret that is none."""
        from standardwebhooks import Webhook  # only where Clerk's webhooks come in

        if not _SECRET.fullmatch(secret.reveal()):
            raise ValueError(
                "CLERK_WEBHOOK_SECRET is not `whsec_` and 24 bytes or more in base64, as Clerk "
                "shows it with the endpoint"
            )
        self._webhook = Webhook(secret.reveal())

    def check(self, body: bytes, headers: Mapping[bytes, bytes]) -> str:
        """Return the message's id. Raises `InvalidRequest`, also for one that was signed more
        than five minutes ago or ahead: somebody may have kept it."""
        from standardwebhooks import WebhookVerificationError

        named = {
            f"webhook-{part}": headers.get(f"svix-{part}".encode(), b"").decode("latin-1")
            for part in ("id", "timestamp", "signature")
        }
        try:
            self._webhook.verify(body, named, json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise InvalidRequest("The message is not signed by Clerk, or not lately.") from None
        if len(named["webhook-id"]) > LONGEST_ID:
            raise InvalidRequest("The message's id is longer than Svix's are.")
        return named["webhook-id"]


def read_message(body: bytes) -> Message:
    """Return the message. Raises `InvalidField`."""
    try:
        return msgspec.json.decode(body, type=Message)
    except (ValueError, msgspec.MsgspecError):
        raise InvalidField("The message is not one of Clerk's.") from None


def _named(given: str) -> str:
    if not given or len(given) > LONGEST_ID:
        raise InvalidField("The message names nobody.", field="data.id")
    return given
