"""RDS's authorities: fetched where they are missing, and only AWS's own are taken."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from rds_certificates import authority

from aiguardian.operator.authorities import FILE, complete_authorities, fetched
from aiguardian.operator.faults import OperatorFault


def never() -> bytes:
    raise AssertionError("nothing is to be fetched")


def test_a_missing_list_is_fetched_and_kept(root: Path, told: Any, rds_authorities: bytes) -> None:
    complete_authorities(root, told.doing(), fetch=lambda: rds_authorities)
    assert (root / FILE).read_bytes() == rds_authorities
    assert "2 authorities, sha256 " in told
    context = ssl.create_default_context(cafile=str(root / FILE))
    assert len(context.get_ca_certs()) == 2


def test_what_is_there_stays_and_a_dry_run_fetches_nothing(
    root: Path, told: Any, rds_authorities: bytes
) -> None:
    complete_authorities(root, told.doing(dry_run=True), fetch=never)
    assert not (root / FILE).exists()
    complete_authorities(root, told.doing(), fetch=lambda: rds_authorities)
    complete_authorities(root, told.doing(), fetch=never)


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (b"", "no list of certificates"),
        (b"<html>sign in</html>", "no list of certificates"),
        (authority("Somebody Else"), "not AWS's"),
        (authority("Amazon Web Services, Inc.") + authority("Somebody Else"), "not AWS's"),
    ],
)
def test_anything_else_is_refused_and_not_kept(
    root: Path, told: Any, bundle: bytes, reason: str
) -> None:
    with pytest.raises(OperatorFault, match=reason):
        complete_authorities(root, told.doing(), fetch=lambda: bundle)
    assert not (root / FILE).exists()


def test_a_list_that_was_put_there_by_hand_is_checked_too(root: Path, told: Any) -> None:
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_bytes(authority("Somebody Else"))
    with pytest.raises(OperatorFault, match="not AWS's"):
        complete_authorities(root, told.doing(), fetch=never)


def test_where_aws_cannot_be_reached_it_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiguardian.operator.authorities.ADDRESS", "https://127.0.0.1:9/x.pem")
    with pytest.raises(OperatorFault, match=r"put it at deploy/certificates/rds\.pem"):
        fetched()
