"""Every verb lands once on the embedded server, is seen in its ledger, and says what it did."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reltui.data.decision import State, Verb
from tests.service.drafts import draft_of
from tests.support import ledger, service_on, serving, verdict

SENT: dict[Verb, tuple[str, str, Any]] = {
    Verb.DEPLOY: (
        "PATCH",
        "/environments/",
        {"status": "inProgress", "variables": {"Ring": {"value": "two"}}},
    ),
    Verb.CANCEL: ("PATCH", "/environments/", {"status": "canceled", "comment": "by the book"}),
    Verb.RESUME: ("PATCH", "/manualinterventions/", {"status": "approved", "comment": "by the book"}),
    Verb.REJECT_INTERVENTION: ("PATCH", "/manualinterventions/", {"status": "rejected"}),
    Verb.IGNORE_GATE: ("PATCH", "/gates/", {"gatesToIgnore": ["Check open incidents"]}),
    Verb.START: ("PATCH", "/releases/", {"status": "active"}),
    Verb.RETAIN: ("PATCH", "/releases/", {"keepForever": True}),
    Verb.UNRETAIN: ("PATCH", "/releases/", {"keepForever": False}),
    Verb.RENAME: ("PATCH", "/releases/", {"name": "Evening-7"}),
    Verb.DESCRIBE: ("PUT", "/releases/", {"description": "for the night shift"}),
    Verb.TAG: ("POST", "/tags", None),
    Verb.UNTAG: ("DELETE", "/tags/hotfix", None),
    Verb.DELETE: ("DELETE", "/releases/", None),
    Verb.UNDELETE: ("PUT", "/releases/", None),
}
"""Method, a part of the address, and what the body holds at least."""


@pytest.mark.parametrize("verb", list(SENT))
def test_a_verb_lands_once(verb: Verb, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, verb)
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.LANDED, decision.sentence
            (line,) = await ledger(demo)
            method, part, body = SENT[verb]
            assert (line["method"], line["applied"], line["answered"]) == (method, True, True)
            assert part in line["path"].lower()
            if body is not None:
                assert {**line["body"], **body} == line["body"]

    asyncio.run(run())
