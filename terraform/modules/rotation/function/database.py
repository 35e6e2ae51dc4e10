"""The password of a database's user, by RDS's own interface: no connection to the database is
needed, and none of its old passwords. RDS has no second password for a user: the old one ends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steps import Rotation

_PENDING = "MasterUserPassword"
_CHANGING = {"modifying", "resetting-master-credentials"}
"""States in which RDS may not have taken it yet; a backup, say, is none of them."""


def handle(event: Mapping[str, str], _context: object) -> None:
    """Do the step that `event` names. Called by Secrets Manager."""
    import boto3  # part of the Lambda runtime

    owner = DatabaseUser(boto3.client("rds"), os.environ["DATABASE_INSTANCE"])
    rotation = Rotation(boto3.client("secretsmanager"), owner)
    rotation.do(event["Step"], event["SecretId"], token=event["ClientRequestToken"])


@dataclass(frozen=True)
class DatabaseUser:
    """The user that RDS made with the instance."""

    rds: Any
    instance: str

    def value(self, password: str, held: dict[str, Any]) -> dict[str, Any]:
        """What stands there, with where the instance is by now and the new password."""
        found = self._instance()
        return held | {
            "host": found["Endpoint"]["Address"],
            "port": found["Endpoint"]["Port"],
            "username": found["MasterUsername"],
            "password": password,
        }

    def change(self, password: str, _held: dict[str, Any]) -> None:
        """Ask RDS for the password; a change that is under way already refuses another."""
        self.rds.modify_db_instance(
            DBInstanceIdentifier=self.instance,
            MasterUserPassword=password,
            ApplyImmediately=True,
        )

    def has_changed(self) -> bool:
        """Whether RDS has nothing left to do."""
        found = self._instance()
        is_waiting = _PENDING in found.get("PendingModifiedValues", {})
        return found["DBInstanceStatus"] not in _CHANGING and not is_waiting

    def try_it(self, _password: str) -> None:
        """RDS's own word that the password is in force."""
        if not self.has_changed():
            raise PermissionError("RDS has not taken the new password yet")

    def _instance(self) -> dict[str, Any]:
        answer = self.rds.describe_db_instances(DBInstanceIdentifier=self.instance)
        found: dict[str, Any] = answer["DBInstances"][0]
        return found
