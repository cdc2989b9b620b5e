"""What the embedded server does with a deployment that is approved for later (api.md 5.3: Deferred)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.engine_bench import TODAY, Bench

TWO_HOURS = (TODAY + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
LEE = "Lee Whitcomb"


@pytest.fixture
def bench() -> Bench:
    return Bench()


def put_off(bench: Bench, release: int, until: str | None = TWO_HOURS) -> None:
    """Give the first stage a time, as the portal does."""
    environment = bench.environment(release)["id"]
    bench.engine.update_environment(release, environment, {"scheduledDeploymentTime": until}, bench.me)


def one_at_a_time(bench: Bench) -> tuple[int, int]:
    """Two releases of a stage that takes one deployment at a time: one waits for approval, one behind it."""
    policy = {"concurrencyCount": 1, "queueDepthCount": 0}
    stage = bench.stage("PROD", 1, "release", preDeployApprovals=bench.ask(LEE), executionPolicy=policy)
    definition = bench.define(stage)
    first, second = bench.create(definition), bench.create(definition)
    bench.engine.advance(3)
    assert (bench.statuses(first), bench.statuses(second)) == (["inProgress"], ["queued"])
    return first, second


def operation(bench: Bench, release: int) -> str:
    return str(bench.step(release)["operationStatus"])


def test_what_is_put_off_keeps_its_place(bench: Bench) -> None:
    first, second = one_at_a_time(bench)
    put_off(bench, first)
    bench.sign(bench.approvals(first)[0], LEE)
    bench.engine.advance(3600)
    assert (bench.statuses(first), operation(bench, first)) == (["scheduled"], "Deferred")
    assert bench.statuses(second) == ["queued"]
    bench.engine.advance(3700)
    assert (bench.statuses(first), bench.statuses(second)) == (["succeeded"], ["inProgress"])
    assert [a["status"] for a in bench.approvals(first)] == ["approved"]


@pytest.mark.parametrize("ends", ["cancel", "abandon"])
def test_what_is_called_off_gives_its_place_free(bench: Bench, ends: str) -> None:
    first, second = one_at_a_time(bench)
    put_off(bench, first)
    bench.sign(bench.approvals(first)[0], LEE)
    bench.engine.advance(5)
    if ends == "cancel":
        bench.patch(first, "canceled")
    else:
        bench.engine.update_release(first, {"status": "abandoned"}, bench.me)
    bench.engine.advance(5)
    assert (bench.statuses(first), operation(bench, first)) == (["canceled"], "Canceled")
    assert bench.statuses(second) == ["inProgress"]
    bench.engine.advance(3 * 3600)
    assert bench.statuses(first) == ["canceled"]


def test_all_have_to_sign_before_it_waits(bench: Bench) -> None:
    asked = bench.ask(LEE, "Marit Solheim", sequence=True)
    release = bench.create(bench.define(bench.stage("PROD", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    put_off(bench, release)
    bench.sign(bench.approvals(release)[0], LEE)
    bench.engine.advance(5)
    assert (bench.statuses(release), operation(bench, release)) == (["inProgress"], "Pending")
    bench.sign(bench.approvals(release)[1], "Marit Solheim")
    bench.engine.advance(5)
    assert operation(bench, release) == "Deferred"


def test_a_rejection_ends_it_whatever_the_time(bench: Bench) -> None:
    stage = bench.stage("PROD", 1, "release", preDeployApprovals=bench.ask(LEE))
    release = bench.create(bench.define(stage))
    bench.engine.advance(2)
    put_off(bench, release)
    bench.sign(bench.approvals(release)[0], LEE, "rejected")
    bench.engine.advance(3 * 3600)
    assert (bench.statuses(release), operation(bench, release)) == (["rejected"], "Rejected")
    assert "scheduledDeploymentTime" not in bench.environment(release)


def test_what_was_put_off_can_be_deployed_again_after_it_ended(bench: Bench) -> None:
    stage = bench.stage("PROD", 1, "release", preDeployApprovals=bench.ask(LEE))
    release = bench.create(bench.define(stage))
    bench.engine.advance(2)
    put_off(bench, release)
    bench.sign(bench.approvals(release)[0], LEE, "rejected")
    bench.patch(release, "inProgress")
    bench.engine.advance(5)
    bench.sign(bench.approvals(release)[1], LEE)
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]
