"""Who may still sign, until when, what I have to do with it, and what no and resume do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.approval import Approval, ApprovalPlan, ApprovalStatus, ApprovalType
from reltui.model.attempt import DeploymentStatus, GatesPlan, OperationStatus, PhasePlan, TaskPlan, TaskStatus
from reltui.model.content import Change
from reltui.model.effect import effect_of_no, effect_of_resume, effect_of_stop
from reltui.model.identity import Identity, Me
from reltui.model.release import Environment, EnvironmentStatus, Release
from reltui.model.signing import (
    OwnChange,
    expiry,
    is_last_signature,
    needs_browser,
    own_change,
    own_release_warning,
    still_to_sign,
)
from reltui.model.text import SafeText
from tests.ui.samples import (
    AUTOMATIC,
    CAB,
    DANA,
    KIM,
    LEE,
    ME,
    NOW,
    after,
    approval,
    attempt,
    plan,
    release,
    signed,
    stage,
    tasks,
    waiting_release,
)

S = SafeText
MINE = approval(77, rank=2, hours=23.3)


def with_prod(**changes: object) -> Release:
    """The release that waits, with another PROD."""
    whole = waiting_release()
    environments = list(whole.environments or ())
    environments[2] = replace(environments[2], **changes)  # type: ignore[arg-type]
    return replace(whole, environments=tuple(environments))


def prod(whole: Release) -> Environment:
    return (whole.environments or ())[2]


def also(id: int, approver: Identity, status: ApprovalStatus = ApprovalStatus.PENDING) -> Approval:
    """Another one of the same rank as mine."""
    return approval(id, approver=approver, status=status, rank=2)


# Until when


@pytest.mark.parametrize(
    ("minutes", "hours", "left"),
    [
        (60, 0.5, timedelta(minutes=30)),
        (60, 1, timedelta(0)),
        (60, 2, -timedelta(hours=1)),
        (1440, 23, timedelta(hours=1)),
        (0, 24, timedelta(days=29)),
    ],
)
def test_time_left(minutes: int, hours: float, left: timedelta) -> None:
    whole = with_prod(pre_plan=plan((1, DANA), minutes=minutes))
    expires = expiry(prod(whole), approval(77, hours=hours))
    assert expires is not None
    assert expires - NOW == left


def test_an_expiry_that_cannot_be_told_is_none() -> None:
    environment = prod(waiting_release())
    assert expiry(environment, replace(MINE, created_on=None)) is None
    assert expiry(replace(environment, pre_plan=ApprovalPlan()), MINE) is None


@given(st.integers(0, 525_600), st.integers(0, 525_600), st.integers(0, 9_000), st.integers(0, 9_000))
def test_expiry_is_monotone(one: int, two: int, hours: int, later: int) -> None:
    """Who is asked later, or has more time, is rejected later; 0 minutes are 30 days."""
    short, long = sorted((one, two), key=lambda minutes: minutes or 43_200)
    first, second = max(hours, later), min(hours, later)
    early = expiry(prod(with_prod(pre_plan=plan((1, DANA), minutes=short))), approval(hours=first))
    late = expiry(prod(with_prod(pre_plan=plan((1, DANA), minutes=long))), approval(hours=second))
    assert early is not None
    assert late is not None
    assert early <= late


# Who may still sign


@pytest.mark.parametrize(
    ("rules", "others", "left"),
    [
        (plan((1, LEE), (2, DANA), (3, CAB)), (signed(76, LEE, 1),), [CAB]),
        (plan((1, LEE), (2, DANA)), (signed(76, LEE, 1),), []),
        (plan((2, DANA)), (), []),
        (plan((2, DANA), (3, LEE), (4, CAB)), (), [LEE, CAB]),
        (plan((2, LEE), (2, DANA)), (also(76, LEE),), [LEE]),
        (plan((2, LEE), (2, DANA)), (also(76, LEE, ApprovalStatus.APPROVED),), []),
        (plan((2, LEE), (2, DANA), (2, CAB), required=1), (also(76, LEE), also(78, CAB)), []),
        (plan((2, LEE), (2, DANA), (2, CAB), required=2), (also(76, LEE), also(78, CAB)), [LEE, CAB]),
        (plan((2, LEE), (2, DANA), (2, CAB), required=2), (signed(76, LEE, 2), also(78, CAB)), []),
    ],
)
def test_who_may_still_sign(rules: ApprovalPlan, others: Sequence[Approval], left: list[Identity]) -> None:
    whole = with_prod(pre_plan=rules, pre_approvals=(*others, MINE))
    found = still_to_sign(whole, MINE)
    assert found is not None
    assert [signature.approver for signature in found] == left
    assert is_last_signature(whole, MINE) == (not left)


@pytest.mark.parametrize(
    "whole",
    [
        release(142),
        release(142, ()),
        with_prod(pre_approvals=()),
        with_prod(pre_plan=ApprovalPlan()),
    ],
)
def test_where_it_cannot_be_told(whole: Release) -> None:
    assert is_last_signature(whole, MINE) is None
    assert still_to_sign(whole, MINE) is None


def test_the_browser() -> None:
    rules = plan((2, DANA))
    asks = replace(rules, options=replace(rules.options, revalidate_identity=True))
    assert needs_browser(prod(with_prod(pre_plan=asks)), MINE) is True
    assert needs_browser(prod(with_prod(pre_plan=rules)), MINE) is False
    assert needs_browser(prod(with_prod(pre_plan=ApprovalPlan())), MINE) is None
    assert needs_browser(prod(with_prod(post_plan=asks)), MINE) is False


# What I have to do with it


def commits(*authors: str) -> list[Change]:
    return [Change(S(str(n)), S("Fix"), S(author), NOW, S("commit")) for n, author in enumerate(authors)]


@pytest.mark.parametrize(
    ("by", "asker", "creator_may", "changes", "expected", "sentence"),
    [
        (KIM, KIM, True, None, OwnChange(False, False, None, 0, False), ""),
        (KIM, KIM, True, [], OwnChange(False, False, 0, 0, False), ""),
        (KIM, KIM, False, None, OwnChange(False, False, None, 0, False), ""),
        (DANA, KIM, True, None, OwnChange(True, False, None, 0, False), "You created this release."),
        (
            DANA,
            DANA,
            False,
            None,
            OwnChange(True, True, None, 0, True),
            "You created this release, and its creator may not approve this stage.",
        ),
        (
            KIM,
            DANA,
            False,
            ["Dana Okoro"],
            OwnChange(False, True, 1, 1, True),
            "You asked for this deployment, and who asked for it may not approve this stage.",
        ),
        (KIM, DANA, True, None, OwnChange(False, True, None, 0, False), "You asked for this deployment."),
        (
            KIM,
            KIM,
            False,
            ["Dana Okoro", "dana okoro", "corp\\DANA", "Dana", "", "Lee Vance"],
            OwnChange(False, False, 3, 6, False),
            "You wrote 3 of the 6 commits that it brings.",
        ),
        (
            KIM,
            KIM,
            True,
            ["Dana Okoro"] * 2,
            OwnChange(False, False, 2, 2, False),
            "You wrote all 2 commits that it brings.",
        ),
        (
            DANA,
            KIM,
            True,
            ["Dana Okoro"],
            OwnChange(True, False, 1, 1, False),
            "You created this release and wrote the only commit that it brings.",
        ),
    ],
)
def test_own_change(
    by: Identity,
    asker: Identity,
    creator_may: bool,
    changes: list[str] | None,
    expected: OwnChange,
    sentence: str,
) -> None:
    tries = (replace(attempt(1), requested_for=asker),)
    whole = with_prod(pre_plan=plan((1, LEE), (2, DANA), creator=creator_may), attempts=tries)
    whole = replace(whole, created_by=by)
    known = commits(*changes) if changes is not None else None
    found = own_change(whole, prod(whole), MINE, ME, known)
    assert found == expected
    assert found.sentence == sentence
    assert own_release_warning(whole, prod(whole), MINE, ME) == (sentence if expected.forbidden else "")


def test_nobody_owns_nothing() -> None:
    whole = waiting_release(by=DANA)
    assert own_change(whole, prod(whole), MINE, None) is None
    assert own_change(whole, prod(whole), MINE, Me("", S("Dana Okoro"), S(""))) is None


def test_commits_without_an_author_are_not_those_of_one_without_a_name() -> None:
    whole = waiting_release()
    found = own_change(whole, prod(whole), MINE, Me(DANA.id, S(""), S("")), commits("", " "))
    assert found is not None
    assert found.written == 0


def test_an_intervention_is_never_forbidden() -> None:
    tries = (attempt(1), replace(attempt(2), requested_by=DANA))
    whole = with_prod(pre_plan=plan((2, DANA), creator=False), attempts=tries)
    assert own_change(whole, prod(whole), None, ME) == OwnChange(False, True, None, 0, False)
    assert own_change(whole, prod(whole), MINE, ME) == OwnChange(False, False, None, 0, False)


# What a no does


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "rejects the deployment to PROD for everybody; PROD-US, SMOKE do not follow"),
        (
            {"pre_approvals": (MINE, also(78, LEE)), "pre_plan": plan((2, DANA), (2, LEE))},
            "rejects the deployment to PROD for everybody; Lee Vance is not asked any more;"
            " PROD-US, SMOKE do not follow",
        ),
        (
            {"pre_approvals": (MINE, also(78, LEE), also(79, CAB))},
            "rejects the deployment to PROD for everybody; Lee Vance, [Billing]\\CAB are not asked any more;"
            " PROD-US, SMOKE do not follow",
        ),
        (
            {"pre_approvals": (MINE, also(78, DANA))},
            "rejects the deployment to PROD for everybody; you are not asked any more;"
            " PROD-US, SMOKE do not follow",
        ),
        (
            {"name": S("LAB")},
            "rejects the deployment to LAB for everybody",
        ),
    ],
)
def test_effect_of_no(changes: dict[str, object], expected: str) -> None:
    assert effect_of_no(with_prod(**changes), MINE, ME) == expected


def test_a_no_afterwards_undoes_nothing() -> None:
    post = replace(MINE, type=ApprovalType.POST_DEPLOY)
    whole = with_prod(post_plan=plan((2, DANA)), post_approvals=(post,))
    assert effect_of_no(whole, post, ME) == (
        "rejects what was deployed to PROD for everybody; what is done there is not undone;"
        " PROD-US, SMOKE do not follow"
    )


def test_one_stage_does_not_follow() -> None:
    stages = (waiting_release().environments or ())[:4]
    whole = replace(waiting_release(), environments=stages)
    assert effect_of_no(whole, MINE).endswith("; PROD-US does not follow")


@pytest.mark.parametrize("whole", [None, release(142), release(142, ())])
def test_a_no_is_sure_without_the_release(whole: Release | None) -> None:
    assert effect_of_no(whole, MINE) == "rejects the deployment to PROD for everybody"


# Interventions

RUNNING = (attempt(1, DeploymentStatus.IN_PROGRESS, phases=tasks(TaskStatus.SUCCEEDED, TaskStatus.PENDING)),)


def job(rank: int, *enabled: bool) -> PhasePlan:
    planned = tuple(TaskPlan(S(f"Task {n}"), on, S("1.*")) for n, on in enumerate(enabled))
    return PhasePlan(S(f"Job {rank}"), S("agentBasedDeployment"), rank, planned)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "the deployment to PROD goes on; then PROD-US (asks [Billing]\\CAB), SMOKE"),
        (
            {"phases": (job(1, True), job(2, True, False, True), job(3, True))},
            "the deployment to PROD goes on, with 3 more tasks in 2 jobs;"
            " then PROD-US (asks [Billing]\\CAB), SMOKE",
        ),
        (
            {
                "phases": (job(1, True), job(2, True)),
                "post_gates": GatesPlan((S("Open incidents"),), is_enabled=True),
                "post_plan": plan((1, KIM), (2, DANA)),
            },
            "the deployment to PROD goes on, with 1 more task in 1 job; then its gates are asked;"
            " then Kim Salo, you must confirm it; then PROD-US (asks [Billing]\\CAB), SMOKE",
        ),
        ({"name": S("LAB"), "post_plan": AUTOMATIC}, "the deployment to LAB goes on"),
        ({"attempts": ()}, "cannot be told: the release does not show this deployment"),
    ],
)
def test_effect_of_resume(changes: dict[str, object], expected: str) -> None:
    whole = with_prod(**{"attempts": RUNNING, **changes})
    assert effect_of_resume(whole, prod(whole), ME) == expected


def test_effect_of_stop() -> None:
    whole = with_prod(attempts=RUNNING)
    assert effect_of_stop(whole, prod(whole)) == (
        "the deployment to PROD is rejected; what is done is not undone; PROD-US, SMOKE do not follow"
    )
    alone = stage(1, "LAB", EnvironmentStatus.IN_PROGRESS, after(), attempts=RUNNING)
    assert effect_of_stop(release(142, (alone,)), alone) == (
        "the deployment to LAB is rejected; what is done is not undone"
    )


def test_a_signature_of_another_attempt_does_not_count() -> None:
    again = replace(MINE, attempt=2)
    tries = (attempt(1, DeploymentStatus.FAILED, OperationStatus.REJECTED), attempt(2))
    whole = with_prod(
        pre_plan=plan((1, LEE), (2, DANA)), pre_approvals=(signed(76, LEE, 1), again), attempts=tries
    )
    found = still_to_sign(whole, again)
    assert found is not None
    assert [signature.approver for signature in found] == [LEE]
