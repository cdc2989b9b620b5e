"""Logs that grow, their ranges and forms, archives, attachments, and archives that are hostile."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.busy import Busy, task
from tests.contract.harness import Reply, serving
from tests.contract.samples import minimal_definition


@pytest.fixture(scope="module")
def busy() -> Iterator[Busy]:
    """One server with a release that is through and one that runs."""
    with serving() as client:
        yield Busy(client)


def lines(reply: Reply) -> list[str]:
    """The lines of a log."""
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"].startswith("text/plain")
    return reply.body.decode().splitlines()


def phase_of(busy: Busy, name: str = "Run", first: bool = True) -> dict[str, Any]:
    """The first phase of the first attempt of an environment."""
    found: dict[str, Any] = busy.environment(name, first)["deploySteps"][0]["releaseDeployPhases"][0]
    return found


def log(busy: Busy, row: dict[str, Any], first: bool = True, **query: Any) -> list[str]:
    """The log of a task of that phase."""
    phase = phase_of(busy, first=first)
    path = f"{busy.path('Run', first)}/deployPhases/{phase['id']}/tasks/{row['id']}/logs"
    return lines(busy.client.call("GET", path, **query))


def test_a_log_grows_and_never_changes_what_was_there(busy: Busy) -> None:
    before: list[str] = []
    statuses = set()
    for _ in range(9):
        row = phase_of(busy, first=False)["deploymentJobs"][0]["tasks"][1]
        text = log(busy, row, first=False)
        statuses.add(row["status"])
        assert len(text) == row["lineCount"]
        assert text[: len(before)] == before
        before = text
        busy.client.advance(6)
    assert {"inProgress", "failed"} <= statuses
    assert len(before) == 600
    assert before[-1].endswith("##[section]Finishing: Deploy to the farm")
    for mark in ("##[error]", "##[warning]", "##[command]", "##[section]", "% done"):
        assert any(mark in line for line in before), mark
    assert max(map(len, before)) > 300
    moments = [line.split(" ", 1)[0] for line in before]
    assert moments == sorted(moments)
    job = phase_of(busy, first=False)["deploymentJobs"][0]["job"]
    assert len(log(busy, job, first=False)) == job["lineCount"]


def test_a_range_counts_from_one_and_holds_both_ends(busy: Busy) -> None:
    row = phase_of(busy)["deploymentJobs"][0]["tasks"][0]
    whole = log(busy, row)
    assert log(busy, row, startLine=3, endLine=5) == whole[2:5]
    assert log(busy, row, startLine=398) == whole[397:]
    assert log(busy, row, endLine=2) == whole[:2]
    assert log(busy, row, startLine=401) == []
    assert log(busy, row, startLine=390, endLine=9999) == whole[389:]


def test_every_form_gives_the_same_log(busy: Busy) -> None:
    phase = phase_of(busy)
    row = phase["deploymentJobs"][0]["tasks"][1]
    whole = log(busy, row)
    base = busy.path("Run")
    oldest = busy.client.call("GET", f"{base}/tasks/{row['id']}/logs", attemptId=1)
    by_attempt = f"{base}/attempts/1/timelines/{phase['runPlanId']}/tasks/{row['id']}/logs"
    assert lines(oldest) == lines(busy.client.call("GET", by_attempt)) == whole
    assert row["logUrl"].endswith(f"/deployPhases/{phase['id']}/tasks/{row['id']}/logs")
    rows = busy.client.get(f"{base}/deployPhases/{phase['id']}/tasks").rows
    assert [one["id"] for one in rows] == [1, 2, 3, 4]
    assert busy.client.get(f"{base}/tasks", attemptId=1).rows == rows
    missing = busy.client.call("GET", f"{base}/deployPhases/{phase['id']}/tasks/99/logs")
    assert (missing.status, missing.json["typeKey"]) == (404, "InvalidRequestException")


def test_the_log_of_a_gate(busy: Busy) -> None:
    gates = busy.environment("Gates")["deploySteps"][0]["preDeploymentGates"]
    row = gates["deploymentJobs"][0]["tasks"][0]
    text = lines(busy.client.call("GET", f"{busy.path('Gates')}/gates/{gates['id']}/tasks/{row['id']}/logs"))
    assert len(text) == row["lineCount"]
    assert any("##[error]" in line for line in text)
    assert row["logUrl"].endswith(f"/gates/{gates['id']}/tasks/{row['id']}/logs")


def test_a_hundred_thousand_lines_are_read_by_ranges(busy: Busy) -> None:
    body = minimal_definition("Long.CD", busy.person)
    environment = body["environments"][0]
    environment["preDeployApprovals"] = environment["postDeployApprovals"]
    environment["deployPhases"][0]["workflowTasks"] = [
        task("Write a lot", demoSeconds="40", demoLines="100000")
    ]
    definition = busy.client.call("POST", f"{busy.base}/definitions", body).json
    created = busy.create(definitionId=definition["id"])
    busy.client.advance(120)
    release = busy.client.get(f"{busy.base}/releases/{created['id']}").json
    stage = release["environments"][0]
    phase = stage["deploySteps"][0]["releaseDeployPhases"][0]
    assert phase["deploymentJobs"][0]["tasks"][0]["lineCount"] == 100_000
    base = f"{busy.base}/releases/{release['id']}/environments/{stage['id']}/deployPhases/{phase['id']}"
    tail = lines(busy.client.call("GET", f"{base}/tasks/2/logs", startLine=99_991))
    assert len(tail) == 10
    whole = lines(busy.client.call("GET", f"{base}/tasks/2/logs"))
    assert (len(whole), whole[-10:]) == (100_000, tail)


def archive(reply: Reply) -> zipfile.ZipFile:
    """The archive of an answer."""
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(reply.body))


def test_the_archive_holds_every_log(busy: Busy) -> None:
    reply = busy.client.get(f"{busy.base}/releases/{busy.first['id']}/logs")
    assert reply.headers["Transfer-Encoding"] == "chunked"
    with archive(reply) as found:
        assert found.testzip() is None
        names = found.namelist()
        row = phase_of(busy)["deploymentJobs"][0]["tasks"][1]
        name = "1_Run/Attempt 1/1_Run on agent/2_Deploy to the farm.log"
        assert found.read(name).decode().splitlines() == log(busy, row)
    assert {
        "1_Run/Attempt 1/1_Run on agent/0_Job.log",
        "1_Run/Attempt 1/1_Run on agent/1_Run smoke tests.log",
        "2_Gates/Attempt 1/Pre-deployment gates/Sample 1/1_Check open incidents.log",
        "3_Wait/Attempt 1/1_Look at it/1_Confirm by hand.log",
    } <= set(names)
    assert len(names) == len(set(names))
    assert busy.client.call("GET", f"{busy.base}/releases/999999/logs").status == 404


def test_attachments_are_listed_and_read_in_both_forms(busy: Busy) -> None:
    phase = phase_of(busy)
    plan, tests = phase["runPlanId"], phase["deploymentJobs"][0]["tasks"][0]
    base = f"{busy.path('Run')}/attempts/1"
    summary = "attachments/Distributedtask.Core.Summary"
    for form, place in ((f"plan/{plan}", f"plan/{plan}/timelines/{plan}"), (f"timelines/{plan}",) * 2):
        (row,) = busy.client.get(f"{base}/{form}/{summary}").rows
        assert (row["name"], row["recordId"]) == ("test-results.md", tests["timelineRecordId"])
        content = busy.client.get(f"{base}/{place}/records/{row['recordId']}/{summary}/{row['name']}")
        assert content.headers["Content-Type"] == "application/octet-stream"
        assert content.body.startswith(b"# Run smoke tests")
        missing = busy.client.call("GET", f"{base}/{place}/records/{row['recordId']}/{summary}/nix")
        assert (missing.status, missing.body) == (404, b"")
    (report,) = busy.client.get(f"{base}/plan/{plan}/attachments/report").rows
    assert report["name"] == "report.txt"
    assert busy.client.get(f"{base}/plan/{plan}/attachments/nothing").rows == []


@pytest.mark.parametrize("kind", ["bomb", "entries", "escape", "links", "duplicates", "cut"])
def test_20_zip_trouble(busy: Busy, kind: str) -> None:
    path = f"{busy.base}/releases/{busy.first['id']}/logs"
    with archive(busy.client.get(path)) as plain:
        count = len(plain.namelist())
    busy.client.faults({"name": "srv-20", "kind": kind, "megabytes": 8, "count": 3000})
    try:
        reply = busy.client.get(path)
        assert busy.client.get(f"{busy.base}/releases/{busy.first['id']}").json["id"] == busy.first["id"]
    finally:
        busy.client.demo("DELETE", "faults")
    if kind == "cut":
        with pytest.raises(zipfile.BadZipFile):
            archive(reply)
        return
    with archive(reply) as found:
        added = found.infolist()[count:]
        names = [info.filename for info in added]
    assert added
    if kind == "bomb":
        assert added[0].file_size > 500 * added[0].compress_size
    elif kind == "entries":
        assert len(added) == 3000
    elif kind == "escape":
        assert {"../../escaped.log", "/etc/escaped.log", "C:\\Windows\\escaped.log"} <= set(names)
    elif kind == "links":
        assert stat.S_ISLNK(added[0].external_attr >> 16)
    else:
        assert names[0] == names[1] == found.namelist()[0]
