"""When a window or a freeze speaks against a yes (README, rules of stages)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reltui.config import StageRule
from reltui.data.confirming import closed
from reltui.data.decision import Thing, Verb
from reltui.data.topics import ServerState
from reltui.model.approval import ApprovalType
from reltui.model.text import SafeText
from reltui.model.window import read_freeze, read_window
from tests.ui.samples import NOW, approval
from tests.ui.still_service import CONFIG
from tests.ui.verb_samples import pause, stage_of

SERVER = ServerState("tfs01", SafeText("tfs01/Main"), "http://tfs01/Main")
SHUT = replace(CONFIG, stage=(StageRule("UAT", freeze=(read_freeze(f"{NOW:%Y-%m-%d}"),)),))
BEFORE = approval(81, stage=(3, "UAT"))


@pytest.mark.parametrize(
    ("verb", "seen", "is_held"),
    [
        (Verb.APPROVE, BEFORE, True),
        (Verb.APPROVE, replace(BEFORE, type=ApprovalType.POST_DEPLOY), False),
        (Verb.APPROVE, replace(BEFORE, type=ApprovalType.ALL), True),
        (Verb.APPROVE, approval(82, stage=(4, "QA")), False),
        (Verb.APPROVE_LATER, BEFORE, False),
        (Verb.REJECT, BEFORE, False),
        (Verb.TRANSFER, BEFORE, False),
        (Verb.RESUME, pause("UAT"), True),
        (Verb.RESUME, pause("QA"), False),
        (Verb.REJECT_INTERVENTION, pause("UAT"), False),
        (Verb.DEPLOY, stage_of("UAT"), False),
    ],
)
def test_what_lets_a_deployment_go_on_is_held_to_it(verb: Verb, seen: Thing, is_held: bool) -> None:
    found = closed(SHUT, SERVER, verb, seen, NOW)
    assert (found is not None) == is_held
    assert found is None or f"{NOW:%Y-%m-%d}" in found.why


def test_the_servers_clock_counts() -> None:
    opens = NOW + timedelta(hours=1)
    window = read_window(f"{opens:%H:%M}-{opens + timedelta(hours=2):%H:%M}")
    config = replace(CONFIG, stage=(StageRule("UAT", window=(window,)),))
    ahead, behind = (replace(SERVER, clock_offset=seconds) for seconds in (3600.0, -3600.0))
    assert closed(config, SERVER, Verb.APPROVE, BEFORE, NOW) is not None
    assert closed(config, ahead, Verb.APPROVE, BEFORE, NOW) is None
    assert closed(config, behind, Verb.APPROVE, BEFORE, opens) is not None
