"""The verdict on one message of the protocol, and the message as it may go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import UnsetType

from aiguardian.errors import NotAvailable
from aiguardian.gateway.reading import is_by_rule, unjudged_parts
from aiguardian.gateway.screened import ScreenReport
from aiguardian.gateway.screening import Question, Screening
from aiguardian.mcp.carriers import client_carriers, server_carriers, tools_of
from aiguardian.mcp.messages import Message, called_tools
from aiguardian.mcp.seen import OnChange, objection, sightings
from aiguardian.mcp.servers import Server
from aiguardian.mcp.sessions import Owner
from aiguardian.policy.rules import Policy
from aiguardian.processor import ACTIONS, Action
from aiguardian.proxy.carriers.carrier import Carriers, rewritten
from aiguardian.storage.tools import ToolRecord, ToolsFull, ToolStore
from aiguardian.telemetry.exchange import Decided, Exchange

NOTE = "aiguardian/withheld"
"""Where a list of tools names those that were left out, in `_meta`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """On whose behalf messages pass, to which server, under which policy."""

    exchange: Exchange
    server: Server
    policy: Policy
    owner: Owner
    session: str | None = None
    """The server's own id of the session, if there is one."""


@dataclass(slots=True)
class Judged:
    """What became of a message."""

    message: Message
    action: Action = "keep"
    reason: str = ""
    failure: str = ""
    """Why there is no verdict, where that alone is what blocks."""
    unjudged: list[str] = field(default_factory=list)
    withheld: dict[int, str] = field(default_factory=dict)
    """Tools that are left out of a list, by their place, and why."""
    is_changed: bool = False
    """Whether the message is another than the one that came."""

    @property
    def passes(self) -> bool:
        """Whether it may go on, as it stands here."""
        return self.action != "block" and not self.failure

    @property
    def told(self) -> str:
        """The decision in one word."""
        return "unjudged" if self.action == "keep" and self.unjudged else self.action

    def add(self, action: Action, reason: str) -> None:
        """Take in a decision."""
        if ACTIONS.index(action) > ACTIONS.index(self.action):
            self.action, self.reason = action, reason


class Guarding:
    """Judges messages, and keeps what tools were when they were first seen."""

    def __init__(self, screening: Screening, store: ToolStore, *, on_change: OnChange) -> None:
        self._screening = screening
        self._store = store
        self._on_change = on_change

    async def of_client(self, message: Message, asked: Asked) -> Judged:
        """The verdict on what a client sends. Raises `GatewayError` where there can be none."""
        judged = Judged(message)
        for tool in called_tools([message]):
            if why := await self._refusal(tool, asked, judged):
                judged.add("block", f"The tool may not be called: {why}.")
                self._decide(asked, "block", "tool_withheld", "input")
        carriers = client_carriers(message)
        reports = await self._reports(carriers, asked, judged)
        self._take(carriers, reports, judged, tools={})
        return judged

    async def of_server(self, message: Message, asked: Asked, *, method: str = "") -> Judged:
        """The verdict on what a server sends, in answer to a request of that method; a list of
        tools comes without those withheld. Raises `GatewayError` where there can be none."""
        judged = Judged(message)
        tools = tools_of(message)
        carriers = server_carriers(message, method=method)
        reports = await self._reports(carriers, asked, judged)
        places = {f"result.tools[{number}]": number for number in range(len(tools))}
        self._take(carriers, reports, judged, tools=places)
        if tools:
            await self._compare(tools, asked, judged)
            _leave_out(judged)
        return judged

    async def _reports(
        self, carriers: Carriers, asked: Asked, judged: Judged
    ) -> list[ScreenReport | None]:
        """A report on each text; None where the policy has no rules for where it comes from."""
        judged.unjudged += [f"{path}: {reason}" for path, reason in carriers.unjudged]
        if judged.unjudged and asked.policy.unjudged != "pass":
            judged.add(asked.policy.unjudged, f"A part was not judged: {judged.unjudged[0]}")
        questions = {
            number: Question(carrier.text, carrier.direction, asked.policy)
            for number, carrier in enumerate(carriers.texts)
            if asked.policy.guards(carrier.direction)
        }
        found = await self._screening.judge_all(asked.exchange, list(questions.values()))
        reports = dict(zip(questions, found, strict=True))
        if len(reports) < len(carriers.texts):
            judged.unjudged.append("The policy has no rules for texts from there.")
        return [reports.get(number) for number in range(len(carriers.texts))]

    def _take(
        self,
        carriers: Carriers,
        reports: list[ScreenReport | None],
        judged: Judged,
        *,
        tools: Mapping[str, int],
    ) -> None:
        """Take in the reports: what blocks a tool's definition blocks that tool alone."""
        changes: dict[int, str] = {}
        for number, (carrier, report) in enumerate(zip(carriers.texts, reports, strict=True)):
            if report is None:
                continue
            judged.unjudged += [f"{carrier.path or 'message'}: {gap}"
                                for gap in unjudged_parts(report)]  # fmt: skip
            action, reason = report.decision.action, report.decision.reason
            if action == "block" and not is_by_rule(report):
                judged.failure = judged.failure or reason
            elif action == "block" and carrier.path in tools:
                judged.withheld[tools[carrier.path]] = reason
            else:
                judged.add(action, reason)
            if action == "rewrite" and not isinstance(report.output, UnsetType):
                changes[number] = report.output
        if changes:
            judged.message = rewritten(carriers, judged.message, changes)
            judged.is_changed = True

    async def _refusal(self, tool: str, asked: Asked, judged: Judged) -> str:
        """Why the tool may not be called; empty when it may, or was never listed here."""
        try:
            record = await asyncio.to_thread(
                self._store.record, asked.exchange.tenant, asked.server.name, tool
            )
        except NotAvailable:
            if self._on_change == "block":
                raise
            judged.unjudged.append("tool: what it was when first seen is out of reach")
            return ""
        return objection(record, self._on_change) if record is not None else ""

    async def _compare(self, tools: list[Any], asked: Asked, judged: Judged) -> None:
        """Withhold tools that are not what they were when first seen, or that two go by one
        name."""
        named: dict[str, dict[str, Any]] = {}
        places: dict[str, int] = {}
        for number, tool in enumerate(tools):
            name = tool.get("name") if isinstance(tool, dict) else None
            if not isinstance(name, str):
                judged.withheld.setdefault(number, "It has no name.")
            elif name in named:
                judged.withheld.setdefault(number, "Another tool of the list has its name.")
            else:
                named[name], places[name] = tool, number
        poisoned = frozenset(name for name, number in places.items() if number in judged.withheld)
        for record in await self._seen(named, poisoned, asked, judged):
            self._judge_change(record, places[record.tool], asked, judged)

    async def _seen(
        self,
        named: Mapping[str, Mapping[str, Any]],
        poisoned: frozenset[str],
        asked: Asked,
        judged: Judged,
    ) -> list[ToolRecord]:
        try:
            return await asyncio.to_thread(
                self._store.see,
                asked.exchange.tenant,
                asked.server.name,
                sightings(named, poisoned),
            )
        except ToolsFull:
            judged.add("block", "The server has named more tools than are kept.")
        except NotAvailable:
            if self._on_change == "block":
                raise
            judged.unjudged.append("tools: what they were when first seen is out of reach")
        return []

    def _judge_change(self, record: ToolRecord, place: int, asked: Asked, judged: Judged) -> None:
        if why := objection(record, self._on_change):
            judged.withheld.setdefault(place, why[:1].upper() + why[1:] + ".")
        if record.is_changed:
            act: Action = self._on_change
            self._decide(asked, act, "tool_changed", "tool")
            if act == "flag":
                judged.add("flag", "A tool is not what it was when first seen.")

    def _decide(self, asked: Asked, action: Action, category: str, direction: str) -> None:
        decided = Decided(
            guard="mcp",
            action=action,
            policy=asked.policy.name,
            direction=direction,
            categories=(category,),
        )
        asked.exchange.decide(decided)


def _leave_out(judged: Judged) -> None:
    """Take the withheld tools out of the list, and name them beside it."""
    if not judged.withheld or not judged.passes:
        return
    result = judged.message["result"]
    tools = result["tools"]
    kept = [tool for number, tool in enumerate(tools) if number not in judged.withheld]
    meta = result["_meta"] if isinstance(result.get("_meta"), dict) else {}
    names = [
        {"name": tools[number].get("name") if isinstance(tools[number], dict) else None,
         "reason": reason}
        for number, reason in sorted(judged.withheld.items())
    ]  # fmt: skip
    result = {**result, "tools": kept, "_meta": {**meta, NOTE: names}}
    judged.message = {**judged.message, "result": result}
    judged.is_changed = True
    judged.add("rewrite", "Tools were left out of the list.")
