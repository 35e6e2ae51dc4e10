"""The gateway with a guard that does nothing: what is left is the gateway's own cost."""

from __future__ import annotations

import sys

from aiguardian.app import Program
from aiguardian.gateway.server import serve
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.processor import Caller, Decision, Payload, Processor, Report, SelfTest
from aiguardian.settings.groups import Settings
from aiguardian.telemetry.log import SERVICE, configure


class TextPayload(Payload, frozen=True, kw_only=True):
    text: str


class TrivialGuard(Processor[TextPayload]):
    name = "tokenguard"
    version = "1"
    capabilities = ()
    payload = TextPayload
    report = Report

    def process(self, payload: TextPayload, caller: Caller) -> Report:
        decision = Decision("keep", 1.0, "Nothing was looked for, so nothing was found.")
        return Report(
            text_length=len(payload.text),
            risk=0.0,
            flagged=False,
            confidence_score=1.0,
            decision=decision,
        )

    def self_tests(self) -> tuple[SelfTest, ...]:
        return ()

    def is_quick(self, payload: TextPayload) -> bool:
        return True


if __name__ == "__main__":
    settings = Settings()
    program = Program(
        settings, {"tokenguard": TrivialGuard()}, LiveVitals(settings.runtime.home), SERVICE
    )
    configure(program.logs, "INFO")
    serve(
        program.app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        header_timeout_s=10,
        drain_s=1,
        leave_s=0,
        keep_alive_s=75,
        on_listening=lambda _: None,
        on_leaving=lambda: None,
    )
