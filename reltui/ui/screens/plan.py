"""Several things decided by one yes: a frozen list, a comment for each, and a typed count."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.widget import Widget
from textual.widgets import Input, TextArea

from reltui.data.confirming import stage_name, stage_of
from reltui.data.decision import Pause, Verb
from reltui.data.topics import ContentOf, DeploymentsOf, ReleaseOf, Topic
from reltui.errors import ReltuiError
from reltui.model import comments
from reltui.model.approval import Approval
from reltui.model.insight import standing
from reltui.model.release import Environment, Release
from reltui.model.signing import environment_of
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Look, Span, span, wrap
from reltui.ui.present_comments import Offer, Round, template_values
from reltui.ui.present_plan import (
    Known,
    PlanRow,
    change_words,
    effect_words,
    left_out_lines,
    names_of,
    plan_columns,
    row_lines,
    title_line,
)
from reltui.ui.present_verbs import WORDS, past_taking_back
from reltui.ui.screens.asking import line_field, offer, text_field
from reltui.ui.screens.choosing import ValueScreen
from reltui.ui.screens.dialog import Dialog, key_hint
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.planning import Item, Selection, closed, release_of, unanswerable
from reltui.ui.screens.subject import difference, refusal
from reltui.ui.widgets.form import Row
from reltui.ui.widgets.lines import Lines

if TYPE_CHECKING:
    pass

SEVERAL = 4
"""So many are on their way together, where a person wants more than one."""


class PlanDialog(Dialog):
    """Shows what is planned and asks for the count of it. What became of it is shown by `PlanScreen`."""

    def __init__(self, selection: Selection, dropped: Sequence[tuple[PlanRow, SafeText]] = ()) -> None:
        self.selection = selection
        self.dropped = dropped
        """Rows that were marked and cannot even be selected, each with the reason."""
        self.items = selection.items
        self.words = WORDS[selection.verb]
        self.stops = True
        self.at_once = 1
        self._templates, self._lately = Round(), Round()
        self._own: dict[int, str] = {}
        """Comments that were typed for one thing alone, by its number."""
        self._drawn: dict[int, SafeText] = {}
        """What has changed of each, while all is drawn: the list is gone through once for it."""
        super().__init__(f"{self.words.button} {len(self.items)}", self.words.cancel, needs_button=True)

    @property
    def _look(self) -> Look:
        return Look(FollowingScreen.clock(), self.app.ascii)

    def heading(self) -> Line:
        resumed = sum(isinstance(item.subject.seen, Pause) for item in self.items)
        both = resumed and self.selection.verb is Verb.APPROVE and resumed < len(self.items)
        return (span(f"{self.words.heading}{' and resume' if both else ''}: plan of {len(self.items)}"),)

    # What is known of each

    def _stage(self, item: Item) -> tuple[Release | None, Environment | None]:
        release, seen = release_of(item, self.app), item.subject.seen
        if isinstance(seen, Approval):
            return release, environment_of(release, seen) if release is not None else None
        stage = stage_of(seen)
        return release, stage.environment if stage is not None else None

    def _topics(self, item: Item) -> tuple[ReleaseOf | None, DeploymentsOf | None, ContentOf | None]:
        """What tells its effect and its change, as far as that is known."""
        about = item.subject
        release, environment = self._stage(item)
        if release is None or environment is None:
            return item.release_topic, None, None
        where = (about.server, about.project)
        deployments = DeploymentsOf(*where, release.definition.id, environment.definition_environment_id)
        data = self.app.service.look(deployments).data
        live = data.live() if data is not None else None
        content = None
        if live is not None and live.release.id != release.id:
            content = ContentOf(*where, release.id, live.release.id)
        return item.release_topic, deployments, content

    def _known(self, item: Item) -> Known:
        _, deployments, content = self._topics(item)
        release, _ = self._stage(item)
        known = self.app.service.look(deployments) if deployments is not None else None
        place = None
        if known is not None and known.data is not None and release is not None:
            place = standing(release.id, known.data.rows, whole=not known.more)
        changes = self.app.service.look(content).data if content is not None else None
        failed = False
        if release is None and item.release_topic is not None:
            failed = bool(self.app.service.look(item.release_topic).problems)
        return Known(release, len(changes.changes) if changes is not None else None, failed, place)

    def _glance(self) -> None:
        """Have read what is not known yet: all releases first, then what is live, then the commits."""
        found = [self._topics(item) for item in self.items]
        wanted: list[Topic[Any]] = [each for topics in zip(*found, strict=True) for each in topics if each]
        self.app.service.glance(wanted)

    def _row(self, number: int, item: Item) -> PlanRow:
        about, known = item.subject, self._known(item)
        pipeline, release, stage = names_of(about.seen)
        me = self.app.service.server(about.server).me
        is_own = number in self._own or "{" in self.template()
        return PlanRow(
            number,
            about.seen.id,
            SafeText(about.server),
            about.project.name,
            pipeline,
            release,
            stage,
            change_words(about.verb, about.seen, known),
            effect_words(about.verb, about.seen, known, me, self._look) if number else (),
            self._drawn.get(number, SafeText("")),
            self.comment(number) if number and is_own else "",
        )

    def _changed(self, item: Item) -> SafeText:
        now = item.subject.current()
        if now is None:
            return SafeText("It is gone or decided.")
        return difference(item.subject.seen, now, item.subject.verb) or SafeText("")

    # What is drawn

    def options(self, cells: int) -> Sequence[Row]:
        """Everything is a row of the form, for the things of the plan are among what can be chosen."""
        cells -= 1
        rows = [self._row(number, item) for number, item in enumerate(self.items, 1)]
        left_out = [(self._row(0, item), reason) for item, reason in self.selection.left_out]
        left_out += self.dropped
        columns = plan_columns([*rows, *(row for row, _ in left_out)])
        found = [Row((span(" "), *line)) for line in self._where(cells)]
        found.append(Row((span(" "), *title_line(columns, cells))))
        places = {(row.server, row.project) for row in rows}
        group = None
        for row in rows:
            if len(places) > 1 and (row.server, row.project) != group:
                group = (row.server, row.project)
                same = sum((other.server, other.project) == group for other in rows)
                found.append(Row((span(" "), span(f"{row.server} / {row.project}  ({same})", "head"))))
            lines = row_lines(row, columns, cells, self._look)
            found += self._set_in(lines, f"item {row.number}", "items")
        found += self._set_in(_choice("On a failure", ("stop", "go on"), not self.stops), "stops", "how")
        choices = ("1", str(SEVERAL))
        if len(self.items) > 1:
            found += self._set_in(_choice("At once", choices, self.at_once > 1), "at once", "how")
        self.needed = len(found)
        rest = [*left_out_lines(left_out, columns, cells, self._look), *self._after_yes(cells)]
        return [*found, *(Row((span(" "), *line)) for line in rest)]

    def _set_in(self, lines: Sequence[Line], key: str, section: str) -> list[Row]:
        return [Row((span(" "), *line), "" if index else key, section) for index, line in enumerate(lines)]

    def _where(self, cells: int) -> Sequence[Line]:
        """The one place that all of it is in, or nothing where there are several."""
        places = {(item.subject.server, item.subject.project.id) for item in self.items}
        if len(places) > 1:
            return ()
        item = self.items[0]
        where = (Span(item.label, "head"), span(" / "), Span(item.subject.project.name, "head"))
        return wrap((*where, span(f"  profile {item.subject.server}", "dim")), cells)

    def _after_yes(self, cells: int) -> Sequence[Line]:
        hold = self.app.config.policy.hold_seconds
        key = self.app.keymap.key_of("take-back")
        back = f"{key} takes all back for {hold:g} s; after that, of each: " if hold and key else ""
        return wrap(
            (span("After yes  ", "dim"), span(f"{back}{past_taking_back(self.selection.verb)}.")), cells
        )

    def extra(self) -> Sequence[Widget]:
        needed = self.words.comment
        many = len(self.items) > 1
        for_all, differ = (
            (f" for all {len(self.items)}", "differ for each") if many else ("", "are filled in")
        )
        told = f"Comment{for_all} ({needed}); {{release}}, {{stage}}, ... {differ}"
        return [*([text_field(told)] if needed else []), Lines(id="ask"), line_field("word")]

    @property
    def focus_chain(self) -> list[Widget]:
        """The comment first, then the list, then the count."""
        order = {"comment": 0, "text": 1}
        return sorted(super().focus_chain, key=lambda each: order.get(each.id or "", 2))

    def update(self) -> None:
        number = len(self.items)
        what = f"these {number}" if number > 1 else "this one"
        told = f" To {self.words.button.lower()} {what}, type here the number"
        self.query_one("#ask", Lines).show([(span(f"{told}: "), span(str(number), "head"))])
        self._glance()
        self._drawn = {n: self._changed(item) for n, item in enumerate(self.items, 1)}
        super().update()
        self._drawn = {}

    # What is chosen and typed

    def choose(self, key: str) -> None:
        if key == "stops":
            self.stops = not self.stops
        elif key == "at once":
            self.at_once = 1 if self.at_once > 1 else SEVERAL
        elif key.startswith("item ") and self.words.comment:
            number = int(key.removeprefix("item "))
            item = self.items[number - 1]
            words = ("A comment of its own", f"{number}", "For all")
            title = SafeText(f"{item.draft('').title}  id {item.subject.seen.id}")
            usual = SafeText(self._filled(item))
            value = self._own.get(number, usual)
            self.app.push_screen(ValueScreen(title, usual, value, partial(self._give, number), words))

    def _give(self, number: int, text: str) -> None:
        """A comment for one thing alone; none, or the same as for all, takes it away."""
        text = text.strip()
        if not text or text == self._filled(self.items[number - 1]):
            self._own.pop(number, None)
        else:
            self._own[number] = text

    def template(self) -> str:
        """What was typed for all, without control characters."""
        fields = self.query("#comment").results(TextArea)
        return next((str(clean(field.text.strip(), lines=True)) for field in fields), "")

    def _filled(self, item: Item) -> str:
        """What was typed for all, as it is for this thing."""
        about = item.subject
        me = self.app.service.server(about.server).me
        known = self._known(item)
        live = known.standing.live if known.standing is not None else None
        values = template_values(about.seen, about.project, item.label, known.release, live, me, self._look)
        return comments.fill(self.template(), values)[0].strip()

    def comment(self, number: int) -> str:
        """The comment of one thing, by its number from 1."""
        return self._own.get(number) or self._filled(self.items[number - 1])

    def do_template(self) -> None:
        """The next template of the stages, which is filled in for each, or what was typed before."""
        offer(self, self._templates, self._offered(), "The configuration has no templates for these stages.")

    def do_last_comments(self) -> None:
        """The next of the comments used before, or what was typed."""
        offer(self, self._lately, self._used(), "No comment was used with this before.")

    def _offered(self) -> Sequence[Offer]:
        stages = [(item.subject.server, stage_name(item.subject.seen)) for item in self.items]
        policies = [self.app.config.policy_of(*stage) for stage in dict.fromkeys(stages)]
        templates = dict.fromkeys(each for policy in policies for each in policy.templates)
        found = [(each.replace("{?}", ""), each.find("{?}")) for each in templates]
        return [(text, at if at >= 0 else len(text)) for text, at in found]

    def _used(self) -> Sequence[Offer]:
        return [(text, len(text)) for text in self.app.service.last_comments(self.selection.verb)]

    def more_keys(self) -> Line:
        key_of = self.app.keymap.key_of
        return (
            *(key_hint(key_of("template"), "template") if self._offered() else ()),
            *(key_hint(key_of("last-comments"), "last comments") if self._used() else ()),
        )

    def ready(self) -> SafeText | None:
        service = self.app.service
        for number, item in enumerate(self.items, 1):
            changed = self._drawn[number] if self._drawn else self._changed(item)
            if changed:
                return SafeText(f"{number}: {changed} Close this, and look again.")
            server = service.server(item.subject.server)
            why_not = refusal(item.subject, server, service.outbox) or closed(item, self.app)
            why_not = why_not or unanswerable(item, self.app)
            if why_not is not None:
                return SafeText(f"{number}: {why_not}")
        why_not = self._comment_missing()
        if why_not is not None:
            return why_not
        if self.query_one("#word", Input).value.strip() != str(len(self.items)):
            return SafeText("Type the number first.")
        return None

    def _comment_missing(self) -> SafeText | None:
        """Why the comments are not enough; the first thing whose stage asks for more is named."""
        if not self.words.comment:
            return None
        trouble = comments.template_trouble(self.template())
        if trouble:
            return SafeText(f"The comment {trouble}")
        for number, item in enumerate(self.items, 1):
            about, text = item.subject, self.comment(number)
            if self.words.comment == "required" and not text:
                return SafeText(f"A comment is required to {self.words.button.lower()}.")
            policy = self.app.config.policy_of(about.server, stage_name(about.seen))
            is_yes = about.verb in (Verb.APPROVE, Verb.RESUME)
            pattern = policy.comment_pattern if is_yes else ""
            why_not = comments.missing(pattern, policy.comment_help, text)
            if why_not is not None:
                return SafeText(f"{number}: {why_not}")
        return None

    def confirm(self) -> None:
        from reltui.ui.screens.plans import PlanScreen

        drafts = [item.draft(self.comment(number)) for number, item in enumerate(self.items, 1)]
        try:
            plan = self.app.service.outbox.submit_plan(drafts, at_once=self.at_once, stops=self.stops)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
            return
        self.close_dialog()
        self.app.push_screen(PlanScreen(plan.id))


def _choice(label: str, words: tuple[str, str], second: bool) -> list[Line]:
    marks = ("( )", "(*)") if second else ("(*)", "( )")
    return [(span(f"{label:<13} ", "dim"), span(f"{marks[0]} {words[0]}   {marks[1]} {words[1]}"))]
