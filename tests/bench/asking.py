"""G9, G10, G15, G16: what the program asks of the server, and what its answers do to the screen.

The server is the embedded one, which notes each request with its times.

- G9: 20 projects on one server that answers after 300 ms. A refresh that the program makes by itself, from
  its first request to the end of the last answer, against the slowest single request. The key `r` asks for
  the interventions of all projects too, which is told beside it.
- G10: 95 of 100 keys in the inbox while such a refresh goes on, against as many while nothing goes on. A
  key is answered when the cursor has moved.
- G15: the fewest requests that carry what the list shows are: who one is, one's groups and their names, the
  projects; for each project its approvals and the deployments that wait in a manual intervention (no call
  has both), and the interventions of each release with one. What is read besides for the rows in view and
  for the preview (releases, what runs now, changes) is told apart, against each such question asked once.
  On a refresh that the program makes by itself it is one question for each project, and one more for each in
  which an intervention is known to wait.
- G16: another client abandons a release that is in view, and the next refresh shows it. Against a plain
  painter that writes the whole of that row and of the status line; no other line may change but by its age.
"""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.bench.figures import Figure, percentile
from tests.bench.painter import Cells, rows_that_differ, text_of, whole_lines
from tests.bench.player import Answer, NotMeasured, Player
from tests.bench.server import Request, Served
from tests.bench.setting import ROW, Setting

WINDOW = 0.8
"""Seconds in which keys are pressed after a refresh has begun; those that come after its end do not count."""
LOADED_KEYS, IDLE_KEYS = 60, 12
"""While it refreshes in all, and before each refresh."""
WITHOUT_REFRESH = ("refresh_seconds = 3600",)
OFTEN = ("refresh_seconds = 5",)


@contextmanager
def inbox(setting: Setting, server: str, ui: Sequence[str] = WITHOUT_REFRESH) -> Iterator[Player]:
    """The inbox of a server with nothing cached, once all its projects have answered."""
    with setting.reltui(setting.desk(server, ui=ui)) as player:
        player.shown(ROW)
        player.wait_for(r"(\d+)/\1 projects ok")
        player.wait_quiet(3.0)
        yield player


def of_the_inbox(requests: Sequence[Request]) -> list[Request]:
    """What the list itself is made of, without what is read for the rows in view and the preview."""
    return [request for request in requests if _is_of_the_inbox(request)]


def _is_of_the_inbox(request: Request) -> bool:
    if request.kind == "deployments":
        return "operationstatus=" in request.target.lower()
    return request.kind not in ("releases", "definitions", "revisions", "changes", "workitems", "history")


def own_refresh(player: Player, server: Served, projects: int) -> list[Request]:
    """The requests of a whole refresh that the program makes by itself; these come every five seconds."""
    since, end = time.monotonic(), time.monotonic() + 60
    while time.monotonic() < end:
        player.read_for(1.0)
        now = time.monotonic()
        asked = of_the_inbox(server.requests(since))
        if asked and max(request.ended for request in asked) > now - 1.0:
            continue
        if sum(request.kind == "approvals" for request in asked) == projects:
            return asked
        # It had begun before it was looked for, or has not begun yet.
        since = now
    raise NotMeasured("the program does not refresh the inbox by itself")


def refresh(setting: Setting) -> list[Figure]:
    """G9."""
    server = setting.server("twenty")
    with inbox(setting, "twenty", OFTEN) as player:
        asked = own_refresh(player, server, 20)
    with inbox(setting, "twenty") as player:
        pressed = time.monotonic()
        player.key("r", 2.0)
        by_key = of_the_inbox(server.requests(pressed))
    if len(by_key) < 20:
        raise NotMeasured(f"{len(by_key)} requests in place of those of 20 projects")
    whole = max(request.ended for request in asked) - min(request.began for request in asked)
    slowest = max(request.ended - request.began for request in asked)
    key = max(request.ended for request in by_key) - pressed
    note = f"{whole * 1000:.0f} / {slowest * 1000:.0f} ms, {len(asked)} requests"
    return [
        Figure("by itself", whole / slowest, 1.2, "", note),
        Figure("by the key", key / slowest, None, "", f"{key * 1000:.0f} ms, {len(by_key)} requests"),
    ]


def keys_while_refreshing(setting: Setting) -> list[Figure]:
    """G10."""
    server = setting.server("twenty")
    with inbox(setting, "twenty") as player:
        idle: list[float] = []
        busy: list[float] = []
        while len(busy) < LOADED_KEYS:
            player.wait_quiet(1.0)
            idle += [_moved(player, number) for number in range(IDLE_KEYS)]
            pressed = time.monotonic()
            player.press("r")
            player.read_for(0.1)
            keys: list[tuple[float, float]] = []
            while time.monotonic() < pressed + WINDOW or len(keys) % 2:
                keys.append((time.monotonic(), _moved(player, len(keys))))
            player.read_for(WINDOW)
            asked = of_the_inbox(server.requests(pressed))
            through = max((request.ended for request in asked), default=pressed)
            found = [seconds for at, seconds in keys if at < through]
            if not found:
                raise NotMeasured("no key was pressed while the server was asked")
            busy += found
    slow, usual = percentile(busy) * 1000, percentile(idle) * 1000
    return [Figure("", slow / usual, 2.0, "", f"{slow:.1f} / {usual:.1f} ms")]


def _moved(player: Player, number: int) -> float:
    seconds = player.moved("jk"[number % 2])
    player.wait_quiet(0.04, 0.5)
    return seconds


def requests(setting: Setting) -> list[Figure]:
    """G15."""
    server = setting.server("broad")
    begun = time.monotonic()
    with inbox(setting, "broad") as player:
        first = server.requests(begun)
        pressed = time.monotonic()
        player.key("r", 2.0)
        by_key = of_the_inbox(server.requests(pressed))
    kinds = Counter(request.kind for request in of_the_inbox(first))
    projects = len({_project(request) for request in first if request.kind == "approvals"})
    with inbox(setting, "broad", OFTEN) as player:
        again = own_refresh(player, server, projects)
    fewest = 4 + 2 * projects + kinds["manualinterventions"]
    asked = sum(kinds.values())
    told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    details = [request.target for request in first if not _is_of_the_inbox(request)]
    once = max(1, len(set(details)))
    return [
        Figure("filling", asked / fewest, 1.2, "", f"{asked} / {fewest}: {told}"),
        Figure("details", len(details) / once, 1.2, "", f"{len(details)} / {once}"),
        Figure(
            "on refresh",
            len(again) / (projects + kinds["manualinterventions"]),
            1.0,
            "",
            f"{len(again)} for {projects} projects, one more where an intervention waits",
        ),
        Figure("by the key", len(by_key) / projects, None, "a project", f"{len(by_key)} requests"),
    ]


def _project(request: Request) -> str:
    return request.target.partition("/_apis/")[0]


def one_row(setting: Setting) -> list[Figure]:
    """G16."""
    server = setting.server("large")
    with setting.reltui(setting.desk("large", ui=("refresh_seconds = 5",))) as player:
        player.shown(ROW)
        player.wait_quiet(2.0)
        player.press("2")
        player.wait_for(r"\[Releases\]")
        player.wait_for(r"^> +\S+.*\n.*\n.*$")
        player.wait_quiet(2.0)
        place, number = _one_in_view(server, player.text)
        path = f"Billing/_apis/release/releases/{number}?api-version=5.0"
        answer = player.watch(lambda: _abandon(server, path), 3.0, first=30.0)
    return _judged(answer, place)


def _judged(answer: Answer, place: int) -> list[Figure]:
    """The bytes of a refresh, and the lines that it has drawn; `place` is that of the row which changes."""
    drawn: set[int] = set()
    before = answer.before
    for frame in answer.frames:
        drawn.update(y for y in rows_that_differ(before, frame.cells) if _is_news(before, frame.cells, y))
        before = frame.cells
    if place not in drawn:
        raise NotMeasured(f"the line {place} did not change:\n{text_of(answer.after)}")
    # The status line is the second last.
    expected = {place, len(answer.after) - 2}
    plain, others = whole_lines(answer.after, expected), drawn - expected
    return [
        Figure("", answer.size / plain, 1.0, "", f"{answer.size:,} / {plain:,} B"),
        Figure("other lines", len(others), 0, "lines"),
    ]


def _is_news(before: Cells, after: Cells, y: int) -> bool:
    """Whether more than ages is different in a line."""
    old, new = (re.sub(r" *\d+[mhd]\b", " AGE", text_of(cells[y : y + 1])) for cells in (before, after))
    return old != new


def _one_in_view(server: Served, text: str) -> tuple[int, int]:
    """A release that can be abandoned and is not under the cursor: the line that it is in, and its id."""
    newest = server.demo.get("Billing/_apis/release/releases?$top=50&api-version=5.0")["value"]
    names = Counter(release["name"] for release in newest)
    for release in newest:
        row = re.search(rf"^  +{re.escape(release['name'])} ", text, re.MULTILINE)
        if row and release["status"] == "active" and names[release["name"]] == 1:
            return text[: row.start()].count("\n"), release["id"]
    raise NotMeasured(f"no active release is in view:\n{text}")


def _abandon(server: Served, path: str) -> None:
    key = base64.b64encode(f":{server.demo.token}".encode()).decode()
    request = urllib.request.Request(
        f"{server.demo.url}/{path}",
        data=json.dumps({"status": "abandoned", "comment": "no longer wanted"}).encode(),
        headers={"Authorization": f"Basic {key}", "Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        answer.read()
