"""What becomes of a plan, line by line; and trying again what is proved not to have landed."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget
from textual.widgets import Input

from reltui.data.confirming import stage_of
from reltui.data.decision import RECALLABLE, Decision, Plan, State
from reltui.data.topics import ReleaseOf, Snapshot
from reltui.errors import ReltuiError
from reltui.model.approval import Approval
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.ui import ways
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, Look, Span, cut, cut_end, line, span
from reltui.ui.present_plan_result import (
    STATE_ROLES,
    decision_lines,
    export_lines,
    is_moving,
    sums,
    verbs_of,
    where_of,
)
from reltui.ui.present_words import count
from reltui.ui.screens.again import against_now
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.dialog import Dialog
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.saving import SaveDialog, write_lines
from reltui.ui.widgets.columns import lay_out
from reltui.ui.widgets.grid import GUTTER, Column
from reltui.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def newest(app: ReltuiApp) -> None:
    """Show the newest plan of this run, or of an earlier one that was cut short."""
    plans = app.service.outbox.plans()
    if plans:
        app.push_screen(PlanScreen(plans[0].id))
    else:
        app.say("There is no plan: mark several rows, then approve or reject them together.")


class PlanScreen(ListScreen[str]):
    """One line for each decision of a plan. Leaving it changes nothing: the plan goes on."""

    place = Place.PLAN
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = ()

    def __init__(self, plan_id: str) -> None:
        self.plan_id = plan_id
        self._numbers: dict[str, int] = {}
        self._now: dict[str, Decision] = {}
        super().__init__()

    @property
    def plan(self) -> Plan:
        """As it is now."""
        return self.app.service.outbox.plan(self.plan_id)

    @property
    def look(self) -> Look:
        """How to draw now."""
        return Look(FollowingScreen.clock(), self.app.ascii)

    def columns(self, cells: int) -> Sequence[Column]:
        places = {where_of(decision)[0] for decision in self._now.values()}
        server = [Column("server", "Server", 8)] if len(places) > 1 else []
        return (
            Column("number", "#", 3, right=True),
            Column("state", "State", 15),
            *server,
            Column("what", "What", 24, grow=1),
            Column("sentence", "Verdict", 20, grow=1, drop=1),
        )

    def rows(self) -> Sequence[str]:
        decisions = self.plan.decisions
        self._now = {decision.id: decision for decision in decisions}
        self._numbers = {decision.id: number for number, decision in enumerate(decisions, 1)}
        return list(self._now)

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        widths = {column.id: size for column, size in lay_out(columns, self.grid.size.width - GUTTER)}
        decision, ascii = self._now[key], self.app.ascii
        values: dict[str, Cell] = {
            "number": span(str(self._numbers[key])),
            "state": span(decision.state, STATE_ROLES.get(decision.state, "wait")),
            "server": Span(cut(where_of(decision)[0], widths.get("server", 0), ascii)),
            "what": Span(cut(decision.title, widths["what"], ascii), "head"),
            "sentence": Span(cut_end(decision.sentence, widths.get("sentence", 0), ascii), "dim"),
        }
        return [values[column.id] for column in columns]

    def list_title(self) -> Line:
        plan = self.plan
        return line(span(sums(plan.decisions)), *self._take_back_words(plan))

    def _take_back_words(self, plan: Plan) -> Line:
        outbox, key = self.app.service.outbox, self.app.keymap.key_of("take-back")
        held = [decision for decision in plan.decisions if decision.state is State.HELD]
        if held and key:
            seconds = math.ceil(max(map(outbox.seconds_left, held)))
            return (span(f"  {key} takes all back, {seconds} s", "wait"),)
        return ()

    def preview_title(self, key: str | None) -> Line:
        return line(f"number {self._numbers[key]}") if key in self._numbers else ()

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        if key is None or key not in self._now:
            return ()
        return decision_lines(self._numbers[key], self._now[key], cells, self.look)

    def crumbs(self) -> Line:
        plan = self.plan
        how = "stops at the first that does not land" if plan.stops else "goes on after a failure"
        return line(f"Plan: {verbs_of(plan)} {len(plan.decisions)}, {how}")

    def snapshot(self) -> Snapshot[Any]:
        # The outbox is at hand: what is shown is how it stands now.
        return Snapshot((), time.time(), parts=1, answered=1)

    def is_expected(self, key: str) -> bool:
        return True

    def footer_actions(self) -> Sequence[Action]:
        actions = {action.id: action for action in self.app.keymap.offered(self.place)}
        plan = self.plan
        names = ["open", "export", "back"]
        if any(decision.state in RECALLABLE for decision in plan.decisions):
            names.insert(0, "take-back")
        elif plan.retryable and not is_moving(plan):
            names.insert(0, "retry")
        return [actions[name] for name in names]

    # Actions

    def do_take_back(self) -> None:
        """Take back all of it that has not left the machine."""
        if not self.app.service.outbox.take_back_plan(self.plan_id):
            self.app.say("All of it has been sent or has ended: nothing can be taken back.", "warn")

    def do_retry(self) -> None:
        """Try again what is proved not to have landed, after a typed count."""
        plan = self.plan
        if is_moving(plan):
            self.app.say("It is not over yet: wait for it, or take the rest back.", "warn")
        elif not plan.retryable:
            self.app.say("Nothing of it is proved not to have landed, so there is nothing to try again.")
        else:
            self.app.push_screen(RetryDialog(plan))

    def do_export(self) -> None:
        """Save the result as text."""
        self.app.push_screen(SavePlan(export_lines(self.plan, self.look)))

    def open_row(self, key: str) -> None:
        found = release_of(self._now[key])
        if found is None:
            self.app.say("The journal does not tell which release this was about.", "warn")
        else:
            ways.release(self.app, *found)

    def id_text(self, key: str) -> SafeText:
        return SafeText(str(self._now[key].object_key[2]))

    def link(self, key: str) -> str:
        found = release_of(self._now[key])
        if found is None:
            return ""
        topic, _ = found
        return self.app.service.browser_url(topic.server, topic.project, topic)


def release_of(decision: Decision) -> tuple[ReleaseOf, int] | None:
    """The release that a decision is about and the id of its stage, 0 for none; also of an earlier run."""
    draft, order = decision.draft, decision.order
    if draft is not None:
        seen, stage = draft.seen, stage_of(draft.seen)
        if isinstance(seen, Approval):
            return ReleaseOf(draft.server, draft.project, seen.release.id), seen.environment.id
        if stage is not None:
            return ReleaseOf(draft.server, draft.project, stage.release.id), stage.environment.id
        return ReleaseOf(draft.server, draft.project, seen.id), 0
    if order is None:
        return None
    facts = order.facts
    is_release = decision.object_key[1] == "release"
    number = order.object_id if is_release else order.release_id or int(facts.get("release id", "0"))
    stage_id = order.environment_id or int(facts.get("environment id", "0"))
    project = Project(order.project_id, clean(order.project_name))
    return (ReleaseOf(order.server, project, number), stage_id) if number else None


class RetryDialog(Dialog):
    """Lists what is proved not to have landed; tried again as it was when it was confirmed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.again = plan.retryable
        super().__init__(f"Try {len(self.again)} again", needs_button=True)

    def heading(self) -> Line:
        return (span(f"Try again: {count(len(self.again), 'thing')} of {len(self.plan.decisions)}"),)

    def text(self, cells: int) -> Sequence[Line]:
        numbers = {decision.id: number for number, decision in enumerate(self.plan.decisions, 1)}
        look = Look(FollowingScreen.clock(), self.app.ascii)
        lines: list[Line] = []
        for decision in self.again:
            lines += decision_lines(numbers[decision.id], decision, cells, look)
        self.needed = len(lines)
        left = [decision for decision in self.plan.decisions if decision not in self.again]
        rest = f"Not tried again: {sums(left)}." if left else ""
        told = "What has changed since it was confirmed is stopped again."
        return [*lines, (span(f" {rest}{' ' if rest else ''}{told}", "dim"),)]

    def extra(self) -> Sequence[Widget]:
        return [Lines(id="ask"), line_field("word")]

    def update(self) -> None:
        what = f"these {len(self.again)}" if len(self.again) > 1 else "this one"
        told = f" To try {what} again, type here the number"
        self.query_one("#ask", Lines).show([(span(f"{told}: "), span(str(len(self.again)), "head"))])
        super().update()

    def ready(self) -> SafeText | None:
        if self.app.service.outbox.plan(self.plan.id).retryable != self.again:
            return SafeText("The plan has changed meanwhile. Close this, and look again.")
        numbers = {decision.id: number for number, decision in enumerate(self.plan.decisions, 1)}
        for decision in self.again:
            why_not = against_now(decision, self.app)
            if why_not is not None:
                return SafeText(f"{numbers[decision.id]}: {why_not}")
        if self.query_one("#word", Input).value.strip() != str(len(self.again)):
            return SafeText("Type the number first.")
        return None

    def confirm(self) -> None:
        try:
            plan = self.app.service.outbox.retry(self.plan.id)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
            return
        self.close_dialog()
        if isinstance(self.app.screen, PlanScreen):
            self.app.pop_screen()
        self.app.push_screen(PlanScreen(plan.id))


class SavePlan(SaveDialog):
    """The result of a plan as text, as it is now."""

    def __init__(self, lines: Sequence[SafeText]) -> None:
        super().__init__("plan.txt")
        self._lines = lines

    def heading(self) -> Line:
        return (span("Save the result"),)

    def about(self) -> Line:
        return line("What became of each decision of the plan, as text.")

    async def save(self, path: Path) -> SafeText:
        await asyncio.to_thread(write_lines, path, self._lines)
        return SafeText(f"The result is in {clean(str(path))}")
