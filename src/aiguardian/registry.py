"""The guards of this version, and the policies that decide on what they find."""

from __future__ import annotations

from typing import Any

from aiguardian.gateway.judge_endpoint import JudgeEndpoint
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.context.guard import ContextGuard
from aiguardian.guards.context.screening import trained_screen
from aiguardian.guards.health.guard import HealthGuard
from aiguardian.guards.health.vitals import Vitals
from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.policy.choice import Choice
from aiguardian.policy.rules import catalogue_of
from aiguardian.policy.shelf import Shelf
from aiguardian.policy.stored import StoredPolicies
from aiguardian.processor import Processor
from aiguardian.settings.groups import Settings
from aiguardian.storage.policies import MemoryPolicies
from aiguardian.stores import Kept, memories_of
from aiguardian.text.language import check_model


def build_guards(
    vitals: Vitals, kept: Kept, judge: JudgeEndpoint | None = None
) -> dict[str, Processor[Any]]:
    """The registry: a line per guard, in the order in which their rewrites apply. Raises
    `NotAvailable` where the language model that most of them ask is not whole."""
    check_model()
    return {
        "tokenguard": TokenGuard(),
        "trustguard": TrustGuard(judge=judge),
        "contextguard": ContextGuard(memories_of(kept), trained_screen),
        "biasguard": BiasGuard(),
        "securityguard": SecurityGuard(
            trained_detectors(kept.canary_key),
            pseudonyms=kept.pseudonyms,
            allow_list=kept.allow_list,
            allow_list_key=kept.allow_list_key,
        ),
        "healthguard": HealthGuard(vitals),
    }


def build_shelf(
    settings: Settings, guards: dict[str, Processor[Any]], kept: Kept | None = None
) -> Shelf:
    """The policies, with those that tenants keep. Raises `PolicyError` for a file that is wrong."""
    catalogue = catalogue_of(guards)
    if kept is None:
        return Shelf(catalogue, settings.policies.folder)
    stored = StoredPolicies(kept.policies, catalogue)
    if isinstance(kept.policies, MemoryPolicies):
        stored.refresh()  # there is nothing to wait for
    return Shelf(catalogue, settings.policies.folder, stored)


def chosen_policies(settings: Settings) -> Choice:
    """Which policy decides where a request names none."""
    policies = settings.policies
    return Choice(policies.proxy, policies.by_route(), frozenset(policies.choices))
