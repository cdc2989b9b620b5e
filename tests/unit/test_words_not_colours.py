"""Colour only repeats what a word or a sign says (design.md 7, reliability.md C15), state by state."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from reltui.data.decision import Decision, State, Verb
from reltui.model.approval import ApprovalStatus
from reltui.model.attempt import DeploymentStatus, PhaseStatus, TaskStatus
from reltui.model.change import Difference
from reltui.model.editing.checks import Finding
from reltui.model.insight import Outcome
from reltui.model.release import EnvironmentStatus
from reltui.model.signing import Signature
from reltui.model.text import SafeText
from reltui.ui.present import Line, Span, plain, span
from reltui.ui.present_changes import raw_line
from reltui.ui.present_comparison import difference_line
from reltui.ui.present_editor import problem_line, sign
from reltui.ui.present_log import LogLook, log_rows
from reltui.ui.present_stage import WORDS
from reltui.ui.present_words import STEP_WORDS, name_cell, stage_word, step_word
from reltui.ui.present_yes import signature_words
from reltui.ui.widgets.statusline import outbox_state
from tests.ui.samples import DANA, LOOK, ME, approval, attempt, stage

PROD = SafeText("PROD")


def stages(status: EnvironmentStatus) -> Span:
    return stage_word(stage(1, "DEV", status, attempts=(attempt(1),)))


def signed(status: ApprovalStatus) -> Line:
    return signature_words(Signature(1, DANA, approval(status=status, by=DANA), False), LOOK, ME)[:1]


def problem(is_error: bool) -> Finding:
    return Finding((), "", SafeText("It is so."), is_error, "x")


def outcome(which: Outcome) -> Span:
    word, _, role = WORDS[which]
    return span(word, role)


def verdict(state: State) -> Line:
    decision = Decision("1", None, Verb.APPROVE, PROD, state)
    return outbox_state([decision], 3.0, "U")


def changed(old: str | None, new: str | None) -> Line:
    before, after = (SafeText(each) if each is not None else None for each in (old, new))
    return difference_line(Difference(SafeText(""), SafeText("x"), before, after), "")


def logged(text: str) -> Line:
    return log_rows(text, 40, LogLook())[0]


TABLES: Mapping[str, Mapping[str, Line | Span]] = {
    "stages": {
        "-": stages(EnvironmentStatus.NOT_STARTED),
        "run": stages(EnvironmentStatus.IN_PROGRESS),
        "queue": stages(EnvironmentStatus.QUEUED),
        "sched": stages(EnvironmentStatus.SCHEDULED),
        "ok": stages(EnvironmentStatus.SUCCEEDED),
        "part": stages(EnvironmentStatus.PARTIALLY_SUCCEEDED),
        "REJ": stages(EnvironmentStatus.REJECTED),
        "canc": stages(EnvironmentStatus.CANCELED),
        "?": stages(EnvironmentStatus.UNDEFINED),
    },
    "tasks": {
        "-": step_word(TaskStatus.PENDING),
        "run": step_word(TaskStatus.IN_PROGRESS),
        "ok": step_word(TaskStatus.SUCCEEDED),
        "part": step_word(TaskStatus.PARTIALLY_SUCCEEDED),
        "FAIL": step_word(TaskStatus.FAILED),
        "canc": step_word(TaskStatus.CANCELED),
        "skip": step_word(TaskStatus.SKIPPED),
        "?": step_word(TaskStatus.UNKNOWN),
        "odd": step_word("odd"),
    },
    "deployments": {
        "ok": outcome(Outcome.SUCCEEDED),
        "part": outcome(Outcome.PARTLY),
        "FAIL": outcome(Outcome.FAILED),
        "REJ": outcome(Outcome.REJECTED),
        "canc": outcome(Outcome.CANCELED),
        "WAIT": outcome(Outcome.WAITING),
        "run": outcome(Outcome.RUNNING),
        "queue": outcome(Outcome.QUEUED),
        "sched": outcome(Outcome.SCHEDULED),
        "?": outcome(Outcome.UNKNOWN),
    },
    "signatures": {
        "pending": signed(ApprovalStatus.PENDING),
        "approved": signed(ApprovalStatus.APPROVED),
        "rejected": signed(ApprovalStatus.REJECTED),
        "canceled": signed(ApprovalStatus.CANCELED),
        "skipped": signed(ApprovalStatus.SKIPPED),
        "reassigned": signed(ApprovalStatus.REASSIGNED),
    },
    "decisions": {
        "held": verdict(State.HELD),
        "sending": verdict(State.SENDING),
        "landed": verdict(State.LANDED),
        "did not land": verdict(State.DID_NOT_LAND),
        "not settled": verdict(State.UNSETTLED),
        "not sent": verdict(State.NOT_SENT),
        "taken back": verdict(State.TAKEN_BACK),
    },
    "differences": {
        "+ ": changed(None, "1"),
        "- ": changed("1", None),
        "~ ": changed("1", "2"),
    },
    "differences as JSON": {
        "+": raw_line(SafeText("+x")),
        "-": raw_line(SafeText("-x")),
        "@": raw_line(SafeText("@@ 1 @@")),
        " ": raw_line(SafeText(" x")),
    },
    "problems in the list": {
        "! : It is so.": problem_line((), problem(is_error=True)),
        "? : warning: It is so.": problem_line((), problem(is_error=False)),
    },
    "problems beside a row": {
        "! ": sign(problem(is_error=True), False),
        "? ": sign(problem(is_error=False), False),
        " *": sign(None, True),
    },
    "logs": {
        "ERROR ": logged("##[error]x"),
        "WARN ": logged("##[warning]x"),
        "SECTION ": logged("##[section]x"),
        "CMD ": logged("##[command]x"),
        "DEBUG ": logged("##[debug]x"),
        "x": logged("x"),
    },
    "names": {
        "[!]": name_cell("PR\u041eD", 20, LOOK),
        "PROD": name_cell("PROD", 20, LOOK),
    },
}
"""Every distinction that has a colour: what it begins with, and how it is drawn."""


@pytest.mark.parametrize("table", TABLES)
def test_each_state_has_its_word(table: str) -> None:
    for word, shown in TABLES[table].items():
        assert plain(shown).startswith(word)


@pytest.mark.parametrize("table", TABLES)
def test_what_differs_in_colour_differs_in_words(table: str) -> None:
    for one, other in itertools.combinations(TABLES[table].values(), 2):
        assert _roles(one) == _roles(other) or plain(one) != plain(other)


def _roles(shown: Line | Span) -> tuple[str, ...]:
    return (shown.role,) if isinstance(shown, Span) else tuple(part.role for part in shown)


def test_no_state_of_the_model_is_left_out() -> None:
    assert len(TABLES["stages"]) == len(EnvironmentStatus)
    assert {plain(outcome(each)) for each in Outcome} == set(TABLES["deployments"])
    steps = {word for word, _ in STEP_WORDS.values()}
    assert steps <= set(TABLES["tasks"])
    known = {*TaskStatus, *PhaseStatus, *DeploymentStatus}
    assert {step_word(each).text for each in known if each in STEP_WORDS} == steps
