"""Billing over HTTP, against a stand-in for Stripe that speaks its API and signs as it does."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asgi import PROCESS, Client, Running, running, settings
from processors import Guard
from stripe_stand_in import (
    WEBHOOK_SECRET,
    StandIn,
    event,
    signature,
    stripe_stand_in,
    subscription,
)

from aiguardian.billing import metering, standing
from aiguardian.billing.building import Billing
from aiguardian.settings.billing import Billing as BillingSettings
from aiguardian.settings.rates import RateLimits, read_limits
from aiguardian.settings.variable import Secret
from aiguardian.storage.billing import FIRST
from aiguardian.telemetry.exchange import Acted, Exchange, Spent
from aiguardian.telemetry.log import configure

KEY = "sk_test_canary_9d1e"
PLANS = """
free: starter
plans:
  starter: {limits: [2 requests/day]}
  team:
    about: For a team
    price: price_team
    limits: [5 requests/day]
    metered:
      tokens: {event: ai_tokens, price: price_meter}
      requests: {event: ai_requests, price: price_requests}
"""
BILLING = "/api/v1/billing"
WEBHOOK = "/api/v1/webhooks/stripe"
TEXT = {"service_type": "tokenguard", "text": "x"}
DAY_S = 86_400.0


@pytest.fixture
def stripe() -> Iterator[StandIn]:
    with stripe_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
def given(stripe: StandIn, tmp_path: Path) -> BillingSettings:
    plans = tmp_path / "plans.yaml"
    plans.write_text(PLANS)
    return BillingSettings(
        enabled=True,
        secret_key=Secret(KEY),
        webhook_secret=Secret(WEBHOOK_SECRET),
        plans=plans,
        return_url="https://app.example/billing",
        endpoint=stripe.url,
    )


@contextlib.asynccontextmanager
async def gateway(given: BillingSettings, **rates: Any) -> AsyncIterator[Running]:
    guards: Any = {"tokenguard": Guard()}
    whole = replace(settings(), billing=given, rates=RateLimits(**rates))
    async with running(guards, whole) as one:
        yield one


def billing(one: Running) -> Billing:
    found = one.program.billing
    assert found is not None
    return found


async def deliver(one: Running, body: bytes, **headers: str) -> Any:
    """A message, as Stripe sends it: without a key, from anywhere."""
    client = Client(one.program.app, peer=("192.0.2.7", 5000))
    headers = {"stripe_signature": signature(body), **headers}
    return await client.post(WEBHOOK, body, **headers)


async def outcome(one: Running, body: bytes) -> str:
    reply = await deliver(one, body)
    assert reply.status == 200, reply.body
    told: str = reply.json()["data"]["outcome"]
    return told


async def buy(one: Running, **fields: Any) -> None:
    """The default organisation buys the plan `team`."""
    reply = await one.client.post(f"{BILLING}/checkout", {"plan": "team"})
    assert reply.status == 201, reply.body
    customer = await billing(one).accounts._store.customer("default")
    told = subscription(customer=customer or "", **fields)
    await outcome(one, event(f"evt_{time.monotonic_ns()}", told, created=100))


async def shown(one: Running) -> Any:
    return (await one.client.get(BILLING)).json()["data"]


# Without Stripe


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        ({"enabled": False}, "STRIPE_ENABLED is not true"),
        ({"secret_key": None}, "STRIPE_SECRET_KEY is not set"),
        ({"webhook_secret": None, "plans": None}, "STRIPE_WEBHOOK_SECRET, AIGUARDIAN_PLANS is"),
        ({"return_url": None}, "BILLING_RETURN_URL is not set"),
    ],
)
async def test_unconfigured_its_paths_say_why_and_nothing_else_notices(
    given: BillingSettings, without: dict[str, Any], reason: str
) -> None:
    async with gateway(replace(given, **without)) as one:
        for reply in (
            await one.client.get(BILLING),
            await one.client.post(f"{BILLING}/checkout", {"plan": "team"}),
            await one.client.post(f"{BILLING}/portal", {}),
            await deliver(one, b"{}"),
        ):
            assert reply.status == 503
            assert reply.error()["code"] == "not_available"
            assert reason in reply.error()["message"]
        answer = await one.client.post(PROCESS, TEXT)
        assert answer.status == 200
        assert answer.header("ratelimit-limit") is None


# Plans and their limits


async def test_who_pays_for_nothing_has_the_free_plan(given: BillingSettings) -> None:
    async with gateway(given) as one:
        told = await shown(one)
        assert told["plan"]["name"] == "starter"
        assert (told["is_paid"], told["status"]) == (False, None)
        assert [plan["name"] for plan in told["plans"]] == ["starter", "team"]
        assert told["plans"][1]["limits"] == ["5 requests/day"]
        reply = await one.client.post(PROCESS, TEXT)
        assert reply.header("ratelimit-policy") == '2;w=86400;comment="organisation requests"'


async def test_a_plan_is_bought_and_counts_at_once(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        await buy(one)
        assert stripe.paths() == ["POST /v1/customers", "POST /v1/checkout/sessions"]
        asked = stripe.asked[1]
        assert asked.key == KEY
        assert asked.form["mode"] == "subscription"
        assert asked.form["line_items[0][price]"] == "price_team"
        assert asked.form["line_items[1][price]"] == "price_meter"
        assert asked.form["client_reference_id"] == "default"
        assert asked.form["success_url"].startswith("https://app.example/billing")
        told = await shown(one)
        assert (told["plan"]["name"], told["is_paid"]) == ("team", True)
        reply = await one.client.post(PROCESS, TEXT)
        assert reply.header("ratelimit-limit") == "5"


async def test_a_plan_takes_the_place_of_the_organisations_limits(given: BillingSettings) -> None:
    limits = read_limits(["900 requests/day"])
    async with gateway(given, per_organisation=limits) as one:
        reply = await one.client.post(PROCESS, TEXT)
        assert reply.header("ratelimit-limit") == "2"


@pytest.mark.parametrize("status", ["canceled", "unpaid", "incomplete_expired", "paused"])
async def test_a_lapsed_plan_degrades_to_the_free_ones_limits(
    given: BillingSettings, status: str
) -> None:
    async with gateway(given) as one:
        await buy(one)
        customer = await billing(one).accounts._store.customer("default")
        told = subscription(customer=customer or "", status=status)
        assert await outcome(one, event("evt_end", told, created=200)) == "applied"
        told = await shown(one)
        assert (told["plan"]["name"], told["is_paid"], told["status"]) == ("starter", False, status)
        assert (await one.client.post(PROCESS, TEXT)).header("ratelimit-limit") == "2"


async def test_a_failed_payment_keeps_the_plan_while_stripe_tries_again(
    given: BillingSettings,
) -> None:
    async with gateway(given) as one:
        await buy(one, status="past_due")
        assert (await shown(one))["plan"]["name"] == "team"


async def test_a_plan_ends_some_time_after_stripe_fell_silent(
    given: BillingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway(given) as one:
        await buy(one, end=time.time() - standing.GRACE_S + 60)
        assert (await shown(one))["is_paid"]
        monkeypatch.setattr(billing(one).in_force, "_clock_s", lambda: time.time() + 120)
        await billing(one).in_force.refresh()
        assert not (await shown(one))["is_paid"]


async def test_a_new_subscription_survives_the_late_end_of_the_old(given: BillingSettings) -> None:
    async with gateway(given) as one:
        await buy(one, name="sub_old")
        customer = await billing(one).accounts._store.customer("default") or ""
        await outcome(one, event("e2", subscription("sub_new", customer=customer), created=150))
        late = subscription("sub_old", customer=customer, status="canceled")
        await outcome(one, event("e3", late, created=900))
        assert (await shown(one))["is_paid"]


async def test_organisations_are_apart(given: BillingSettings) -> None:
    async with gateway(given) as one:
        await buy(one)
        in_force = billing(one).in_force
        other = in_force.of("other")
        assert other is not None
        assert other.plan.name == "starter"


async def test_whose_limits_are_used_up_may_still_buy_more(given: BillingSettings) -> None:
    async with gateway(given) as one:
        assert [(await one.client.post(PROCESS, TEXT)).status for _ in range(3)] == [200, 200, 429]
        await buy(one)
        assert (await one.client.post(PROCESS, TEXT)).status == 200


# Stripe's pages


async def test_only_plans_that_are_sold_can_be_bought(
    given: BillingSettings, stripe: StandIn
) -> None:
    async with gateway(given) as one:
        for plan in ("starter", "nonsense", "", "x" * 65, "日本"):
            reply = await one.client.post(f"{BILLING}/checkout", {"plan": plan})
            assert (reply.status, reply.error().get("field")) == (422, "plan")
        for body in ({}, {"plan": 3}, {"plan": "team", "more": 1}, []):
            assert (await one.client.post(f"{BILLING}/checkout", body)).status == 422
        assert stripe.asked == []


async def test_the_portal_is_for_customers(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        assert (await one.client.post(f"{BILLING}/portal", {})).status == 404
        await buy(one)
        reply = await one.client.post(f"{BILLING}/portal", {})
        assert reply.json()["data"]["url"].startswith("https://portal.stripe.test/")
        assert stripe.asked[-1].form["return_url"] == "https://app.example/billing"


async def test_one_organisation_is_one_customer(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        for _ in range(3):
            await one.client.post(f"{BILLING}/checkout", {"plan": "team"})
        assert stripe.paths().count("POST /v1/customers") == 1
        assert stripe.asked[0].idempotency == "aiguardian-customer-default"


@pytest.mark.parametrize("status", [401, 402, 429, 500, 503])
async def test_stripe_that_fails_is_a_503_without_its_words(
    given: BillingSettings, stripe: StandIn, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguardian.billing.stripe_api.RETRIES", 0)
    stripe.fails = status
    async with gateway(given) as one:
        configure(one.program.logs, "DEBUG")  # at which Stripe's library would tell everything
        reply = await one.client.post(f"{BILLING}/checkout", {"plan": "team"})
        assert reply.status == 503
        assert "Stripe did not do it" in reply.error()["message"]
        assert "canary" not in reply.body.decode() + one.log()
        assert (await one.client.post(PROCESS, TEXT)).status == 200


async def test_stripe_that_is_away_is_a_503(
    given: BillingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguardian.billing.stripe_api.RETRIES", 0)
    async with gateway(replace(given, endpoint="http://127.0.0.1:1")) as one:
        reply = await one.client.post(f"{BILLING}/checkout", {"plan": "team"})
        assert (reply.status, reply.header("retry-after")) == (503, "5")


# Stripe's messages


async def test_a_message_counts_once_and_an_older_one_not_at_all(given: BillingSettings) -> None:
    async with gateway(given) as one:
        await buy(one)
        customer = await billing(one).accounts._store.customer("default") or ""
        ended = event("evt_2", subscription(customer=customer, status="canceled"), created=300)
        assert await outcome(one, ended) == "applied"
        assert await outcome(one, ended) == "repeated"
        older = event("evt_3", subscription(customer=customer), created=200)
        assert await outcome(one, older) == "stale"
        assert not (await shown(one))["is_paid"]


async def test_two_messages_of_one_second_are_settled_by_asking_stripe(
    given: BillingSettings, stripe: StandIn
) -> None:
    async with gateway(given) as one:
        await buy(one)
        customer = await billing(one).accounts._store.customer("default") or ""
        stripe.subscriptions["sub_1"] = subscription(customer=customer, status="unpaid")
        tied = event("evt_2", subscription(customer=customer, status="past_due"), created=100)
        assert await outcome(one, tied) == "applied"
        assert stripe.paths()[-1] == "GET /v1/subscriptions/sub_1"
        assert (await shown(one))["status"] == "unpaid"


async def test_a_tie_that_stripe_cannot_settle_now_is_asked_for_again(
    given: BillingSettings, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguardian.billing.stripe_api.RETRIES", 0)
    async with gateway(given) as one:
        await buy(one)
        customer = await billing(one).accounts._store.customer("default") or ""
        tied = event("evt_2", subscription(customer=customer, status="past_due"), created=100)
        stripe.fails = 500
        assert (await deliver(one, tied)).status == 503
        stripe.fails = 0
        stripe.subscriptions["sub_1"] = subscription(customer=customer, status="past_due")
        assert await outcome(one, tied) == "applied"


async def test_a_message_may_name_the_organisation(given: BillingSettings) -> None:
    async with gateway(given) as one:
        told = subscription(customer="cus_made_elsewhere", tenant="default")
        assert await outcome(one, event("evt_1", told)) == "applied"
        assert (await shown(one))["is_paid"]
        done = {"id": "cs_1", "customer": "cus_other", "client_reference_id": "acme"}
        await outcome(one, event("evt_2", done, kind="checkout.session.completed"))
        assert await billing(one).accounts._store.customer("acme") == "cus_other"


async def test_what_changes_a_plan_is_an_act_of_administration(given: BillingSettings) -> None:
    acts: list[tuple[str, str, Any]] = []

    def acted(exchange: Exchange, act: Acted) -> None:
        acts.append((exchange.tenant, act.act, (act.target, act.detail)))

    async with gateway(given) as one:
        gate: Any = one.program.app
        gate._attach = lambda exchange: setattr(exchange, "on_acted", acted)
        await one.client.post(f"{BILLING}/checkout", {"plan": "team"})
        body = event("evt_1", subscription(tenant="default"))
        await outcome(one, body)
        await outcome(one, body)  # again, and nothing comes of it
        await one.client.post(f"{BILLING}/portal", {})
    assert acts == [
        ("default", "billing.checkout", ("team", ())),
        ("default", "billing.change", ("sub_1", (("status", "active"),))),
        ("default", "billing.portal", ("", ())),
    ]


async def test_other_messages_are_taken_and_change_nothing(given: BillingSettings) -> None:
    async with gateway(given) as one:
        body = event("evt_9", {"id": "in_1", "customer": "cus_1"}, kind="invoice.paid")
        assert await outcome(one, body) == "applied"


BODY = event("evt_1", subscription(tenant="default"))
FORGED = [
    ("no signature", {"stripe_signature": ""}),
    ("another secret", {"stripe_signature": signature(BODY, secret="whsec_other")}),
    ("of long ago", {"stripe_signature": signature(BODY, at=time.time() - 600)}),
    ("of another body", {"stripe_signature": signature(BODY + b" ")}),
    ("no scheme", {"stripe_signature": signature(BODY).replace("v1=", "v0=")}),
    ("no time", {"stripe_signature": signature(BODY).partition(",")[2]}),
    ("nonsense", {"stripe_signature": "\x80" * 10}),
    ("far too long", {"stripe_signature": "t=1,v1=" + "0" * 7_000}),
]


@pytest.mark.parametrize(("what", "headers"), FORGED)
async def test_what_stripe_has_not_signed_is_refused(
    given: BillingSettings, what: str, headers: dict[str, str]
) -> None:
    async with gateway(given) as one:
        reply = await deliver(one, BODY, **headers)
        assert (reply.status, reply.error()["code"]) == (400, "invalid_request"), what
        assert not (await shown(one))["is_paid"]
        assert WEBHOOK_SECRET not in reply.body.decode() + one.log()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b"\xff\xfe",
        json.dumps({"id": "e", "type": "customer.subscription.updated", "created": 1}).encode(),
        event("e", {"id": "sub_1"}),
        event("e", {"id": "s", "customer": "c", "status": "active", "items": {"data": [{}]}}),
        event("e", {"id": "s", "customer": "c", "status": "active", "items": []}),
        event("e", [], kind="checkout.session.completed"),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
async def test_a_signed_body_of_another_shape_is_refused(
    given: BillingSettings, body: bytes
) -> None:
    async with gateway(given) as one:
        assert (await deliver(one, body)).status in {400, 422}


# Metered usage


def reported(stripe: StandIn) -> list[tuple[str, int]]:
    return [
        (one.form["event_name"], int(one.form["payload[value]"]))
        for one in stripe.asked
        if one.path == "/v1/billing/meter_events"
    ]


async def test_usage_is_reported_once(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        await buy(one)
        meter = billing(one).metering
        for _ in range(3):
            assert (await one.client.post(PROCESS, TEXT)).status == 200
        spent = Spent(model="m", upstream="u", input_tokens=40, output_tokens=2, source="reported")
        cached = Spent(model="m", upstream="u", output_tokens=900, source="cache")
        meter.use("default", [spent, cached], requests=0)
        meter.use("other", [spent], requests=1)  # is on the free plan
        await meter.save()
        assert await meter.report()
        assert dict(reported(stripe)) == {"ai_tokens": 42, "ai_requests": 3}
        calls = [each for each in stripe.asked if each.path == "/v1/billing/meter_events"]
        assert all(each.idempotency == each.form["identifier"] for each in calls)
        before = len(stripe.asked)
        await meter.save()
        assert await meter.report()
        assert len(stripe.asked) == before


async def test_a_refused_request_is_on_no_bill(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        await buy(one)
        meter = billing(one).metering
        statuses = [(await one.client.post(PROCESS, TEXT)).status for _ in range(9)]
        assert 429 in statuses
        await one.client.post(PROCESS, b"not json")
        counted = meter._counted
        assert sum(counted.values()) == statuses.count(200)


async def test_usage_waits_while_stripe_is_away_and_is_then_reported_once(
    given: BillingSettings, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguardian.billing.stripe_api.RETRIES", 0)
    async with gateway(given) as one:
        await buy(one)
        meter = billing(one).metering
        spent = Spent(model="m", upstream="u", output_tokens=7, source="estimated")
        meter.use("default", [spent], requests=0)
        await meter.save()
        stripe.fails = 500
        with pytest.raises(metering.NotAvailable):
            await meter.report()
        stripe.fails = 0
        stripe.asked.clear()
        assert await meter.report()
        assert await meter.report()
        assert reported(stripe) == [("ai_tokens", 7)]


async def test_a_meter_that_stripe_does_not_know_holds_up_no_other(
    given: BillingSettings, stripe: StandIn
) -> None:
    async with gateway(given) as one:
        await buy(one)
        meter = billing(one).metering
        stripe.refused_meters = {"ai_tokens"}
        spent = Spent(model="m", upstream="u", output_tokens=7, source="estimated")
        meter.use("default", [spent], requests=3)
        await meter.save()
        assert not await meter.report()
        (waiting,) = await billing(one).accounts._store.unreported(FIRST, 9)
        assert (waiting.meter, waiting.amount) == ("ai_tokens", 7)
        assert "Stripe refuses usage of the meter ai_tokens" in one.log()
        stripe.refused_meters = set()
        stripe.answers.clear()
        assert await meter.report()


async def test_usage_of_a_month_ago_is_given_up(given: BillingSettings, stripe: StandIn) -> None:
    async with gateway(given) as one:
        await buy(one)
        meter = billing(one).metering
        spent = Spent(model="m", upstream="u", output_tokens=7, source="estimated")
        meter.use("default", [spent], requests=0)
        await meter.save()
        meter._clock_s = lambda: time.time() + 35 * DAY_S
        assert await meter.report()
        assert reported(stripe) == []
