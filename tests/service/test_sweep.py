"""Every fault of a write, for every verb: at most one receipt, and a verdict equal to the ledger (P1, P2)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.data.decision import State, Verb
from tests.service.drafts import draft_of
from tests.support import FAST, ledger, service_on, serving, set_faults, until

FAULTS = (
    "srv-01:{write},times=1",
    "srv-02:{write},times=1",
    "srv-03:{write},times=1,seconds=0.4",
    "srv-04:{write},times=1",
    "srv-05:{write},times=1,status=500",
    "srv-05:{write},times=1,status=502",
    "srv-05:{write},times=1,status=503",
    "srv-05:{write},times=1,status=504",
    "srv-06:{write},times=1,retry=1",
    "srv-07:{write},times=1",
    "srv-08:{write},times=1",
    "srv-09:{write},times=1,where=headers",
    "srv-09:{write},times=1,where=body",
    "srv-10:{write},times=1",
    "srv-11:{write},times=1",
    "srv-11:{write},times=1,type=json",
    "srv-12:{write},times=1",
    "srv-13:{write},times=1",
    "srv-18:times=1",
    "srv-22:{write},times=1,retry=seconds,seconds=1",
    "srv-25:times=1",
    "srv-28:{write},times=1",
    "srv-41:{write},times=1",
    "srv-45:seconds=0.5",
    "srv-46:{write},times=1",
    "srv-51:{write},times=1",
)
"""{write} is the method that the verb sends."""

TIMING = replace(FAST, unchanged_after_yes=1.0, unchanged_after_error=1.0, give_up=2.0)


METHODS = {
    Verb.CREATE: "POST",
    Verb.DESCRIBE: "PUT",
    Verb.UNDELETE: "PUT",
    Verb.TAG: "POST",
    Verb.UNTAG: "DELETE",
    Verb.DELETE: "DELETE",
    Verb.SAVE: "PUT",
    Verb.NEW: "POST",
    Verb.DELETE_DEFINITION: "DELETE",
    Verb.ADD_FOLDER: "POST",
    Verb.DELETE_FOLDER: "DELETE",
}
"""The method of the one request that writes; PATCH for all others."""

SECOND = {Verb.APPROVE_LATER: "/approvals/"}
"""What the address of the write has that decides, where there are others beside it."""

WHOLE = (Verb.APPROVE, Verb.CREATE, Verb.DEPLOY)
"""Verbs that meet every fault; the others take the same way and meet every fourth."""


async def _play(verb: Verb, fault: str, folder: Path) -> str:
    """One decision under one fault; a complaint, or nothing."""
    async with serving() as demo, service_on(demo, folder, timing=TIMING) as service:
        draft = await draft_of(demo, service, verb)
        set_faults(demo, fault.format(write=f"method={METHODS.get(verb, 'PATCH')}"))
        decision = service.outbox.submit(draft)
        await until(lambda: service.outbox.get(decision.id).state not in (State.HELD, State.CHECKING))
        await until(lambda: not service.outbox.get(decision.id).is_open)
        verdict = service.outbox.get(decision.id)
        # Approving for later gives the stage its time first, and takes it away again where it did not land.
        received = [line for line in await ledger(demo) if SECOND.get(verb, "") in line["path"]]
        applied = any(line["applied"] for line in received)
        if len(received) > 1:
            return f"{fault}: received {len(received)} times"
        if (verdict.state is State.LANDED) is not applied:
            return f"{fault}: applied {applied}, but told {verdict.state}: {verdict.sentence}"
        if not verdict.sentence:
            return f"{fault}: {verdict.state} without a word"
        return ""


@pytest.mark.parametrize("verb", list(Verb))
def test_at_most_one_receipt_and_the_truth(verb: Verb, tmp_path: Path) -> None:
    async def run() -> list[str]:
        few = asyncio.Semaphore(4)

        async def one(number: int, fault: str) -> str:
            async with few:
                return await _play(verb, fault, tmp_path / str(number))

        # Which fourth a verb meets differs, so that together they meet them all several times.
        faults = FAULTS if verb in WHOLE else FAULTS[list(Verb).index(verb) % 4 :: 4]
        if verb is Verb.APPROVE_LATER:
            # These were its first write; the second is the one that decides.
            faults += tuple(f.replace("{write}", "{write},route=approval") for f in FAULTS if "{write}" in f)
        complaints = await asyncio.gather(*(one(n, fault) for n, fault in enumerate(faults)))
        return [complaint for complaint in complaints if complaint]

    assert asyncio.run(run()) == []
