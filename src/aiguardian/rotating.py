"""Which settings a running gateway takes up when their secrets are rotated, and how."""

from __future__ import annotations

from dataclasses import replace

from aiguardian.app import Program
from aiguardian.gateway.rotation import Live, Rotation
from aiguardian.identity.authenticate import internal_keys
from aiguardian.proxy.account import only_account
from aiguardian.proxy.routing import only
from aiguardian.settings.groups import Settings
from aiguardian.settings.read import SettingsError
from aiguardian.settings.sources import Sourced
from aiguardian.storage.address import Address, PostgresAddress, read_address
from aiguardian.storage.sealing import secret_values

DATABASE = frozenset({"DATABASE_URL", "DATABASE_USER", "DATABASE_PASSWORD", "POSTGRES_PASSWORD"})
REDIS = frozenset({"REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_USER", "REDIS_PASSWORD"})


def add_rotation(program: Program, sourced: Sourced) -> None:
    """Look for changed secrets while the program runs, where there is anything to look at."""
    interval_s = program.settings.aws.poll_s
    if sourced.can_change and interval_s:
        program.rotation = Rotation(
            sourced,
            live_settings(program),
            interval_s=interval_s,
            registry=program.metrics.registry,
        )


def live_settings(program: Program) -> list[Live]:
    """What takes effect without a restart."""

    async def secret_key(settings: Settings) -> bool:
        values = secret_values(settings.access)
        if program.secrets is None or program.settings.access.secret_key is None or not values:
            return False
        try:
            program.secrets.take(values)
        except ValueError as error:
            raise SettingsError([f"SECRET_KEY: {error}."]) from None
        keys = internal_keys(settings)
        program.identity.authenticator.take_internal_keys(keys)
        program.dispatcher.take_internal_keys(keys)
        return True

    async def unified_key(settings: Settings) -> bool:
        program.identity.authenticator.take_unified_key(settings.access.unified_api_key)
        return True

    async def upstream_key(settings: Settings) -> bool:
        account = only_account(settings.upstream, region=settings.aws.region)
        if program.upstreams is None:
            return False
        if program.upstreams.file is not None:  # it is read again where it names the key
            return program.upstreams.file.uses("UPSTREAM_API_KEY")
        if account is None:
            return False
        program.upstreams.upstreams.replace(only(account))
        return True

    async def redis(settings: Settings) -> bool:
        address = settings.redis.address()
        if program.limiter is None or address is None:
            return False
        return await program.limiter.move(address.reveal())

    async def stripe_key(settings: Settings) -> bool:
        key = settings.billing.secret_key
        if program.billing is None or key is None:
            return False
        program.billing.api.take_key(key)
        return True

    async def webhook_secret(settings: Settings) -> bool:
        secret = settings.billing.webhook_secret
        if program.billing is None or secret is None:
            return False
        program.billing.accounts.take_webhook_secret(secret)
        return True

    async def database(settings: Settings) -> bool:
        database, address = program.database, settings.database.address()
        if database is None or address is None:
            return False
        new = read_address(address.reveal())
        if not _is_same_place(database.address, new):
            return False
        database.move(new)
        return True

    return [
        Live(frozenset({"SECRET_KEY", "SECRET_KEY_PREVIOUS"}), secret_key),
        Live(frozenset({"UNIFIED_API_KEY"}), unified_key),
        Live(frozenset({"UPSTREAM_API_KEY"}), upstream_key),
        Live(REDIS, redis),
        Live(frozenset({"STRIPE_SECRET_KEY"}), stripe_key),
        Live(frozenset({"STRIPE_WEBHOOK_SECRET"}), webhook_secret),
        Live(DATABASE, database),
    ]


def _is_same_place(old: Address, new: Address) -> bool:
    """Whether only the user and the password differ: data does not move by itself."""
    if not isinstance(old, PostgresAddress) or not isinstance(new, PostgresAddress):
        return old == new
    return replace(old, user=new.user, password=new.password) == new
