"""The short ways that the list of deployments takes leave nothing out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reltui.demo.deployments import Found, Query
from reltui.demo.engine import Engine
from reltui.demo.history import LONGEST_STORY

TODAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The small sample, its clock standing."""
    return Engine(speed=0, today=TODAY)


def of_project(engine: Engine) -> Query:
    """All deployments of the project that has most."""
    counts = Counter(line.project_id for line in engine.release_index())
    return Query(project_id=counts.most_common(1)[0][0])


def found(engine: Engine, query: Query) -> list[Found]:
    """The deployments, read to the end."""
    return list(engine.deployments.find(query))


def ids(deployments: list[Found]) -> list[int]:
    """Their ids."""
    return [one.id for one in deployments]


def test_every_attempt_of_every_release_comes_once_in_the_order_asked(engine: Engine) -> None:
    query = of_project(engine)
    expected = {
        attempt["deploymentId"]
        for line in engine.release_index()
        if line.project_id == query.project_id
        for environment in engine.release(line.id)["environments"]
        for attempt in environment["deploySteps"]
    }
    down = ids(found(engine, query))
    assert down == sorted(expected, reverse=True)
    assert ids(found(engine, replace(query, ascending=True))) == down[::-1]
    token = down[len(down) // 2]
    assert ids(found(engine, replace(query, token=token))) == down[len(down) // 2 :]
    assert ids(found(engine, replace(query, token=token, ascending=True))) == down[: len(down) // 2 + 1][::-1]


def test_a_filter_finds_what_a_look_at_all_of_them_finds(engine: Engine) -> None:
    query = of_project(engine)
    everything = found(engine, query)
    for key, count in Counter(one.attempt.status for one in everything).items():
        assert len(found(engine, replace(query, status=key))) == count, key
    for key, count in Counter(one.attempt.operation for one in everything).items():
        assert len(found(engine, replace(query, operation=key))) == count, key
    people = Counter(one.attempt.requested_by_id for one in everything)
    for person, count in people.most_common(5):
        assert len(found(engine, replace(query, requested_by=frozenset({person})))) == count
    environment, count = Counter(one.environment.plan["id"] for one in everything).most_common(1)[0]
    assert len(found(engine, replace(query, environments=frozenset({environment})))) == count
    definition, count = Counter(one.release.definition["id"] for one in everything).most_common(1)[0]
    assert len(found(engine, replace(query, definitions=frozenset({definition})))) == count
    latest = [one for one in everything if one.attempt is one.environment.latest]
    assert len(found(engine, replace(query, latest_only=True))) == len(latest) < len(everything)


def test_times_cut_where_they_say(engine: Engine) -> None:
    query = of_project(engine)
    everything = found(engine, query)
    middle = sorted(one.attempt.modified for one in everything)[len(everything) // 2]
    after = found(engine, replace(query, modified=(middle, float("inf"))))
    assert ids(after) == [one.id for one in everything if one.attempt.modified >= middle]
    before = found(engine, replace(query, started=(float("-inf"), middle)))
    assert ids(before) == [one.id for one in everything if one.started is not None and one.started <= middle]


def test_no_story_of_the_past_is_longer_than_the_list_thinks(engine: Engine) -> None:
    slowest = max(
        one.attempt.modified - one.release.created
        for project in engine.projects
        for one in found(engine, Query(project_id=project["id"]))
        if one.attempt.finished is not None
    )
    assert slowest < LONGEST_STORY / 2


def test_a_deployment_of_now_is_listed_first_and_with_its_project(engine: Engine) -> None:
    query = of_project(engine)
    definition = next(
        one for one in engine.definitions(query.project_id) if one["environments"][0]["conditions"]
    )
    created = engine.create_release(query.project_id, {"definitionId": definition["id"]}, engine.me["id"])
    engine.advance(30)
    newest = found(engine, query)[0]
    assert newest.release.id == created["id"]
    shape = engine.deployments.wire(newest)
    assert (shape["release"]["id"], shape["release"]["reason"]) == (created["id"], "none")
    assert shape["definitionEnvironmentId"] == definition["environments"][0]["id"]
