"""The log of one task: follows while it grows, finds, breaks long lines, goes to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from reltui.data.topics import LogData, LogOf, ReleaseOf, Snapshot, Topic
from reltui.model.text import SafeText, clean
from reltui.ui import background
from reltui.ui.keys import Action, Place
from reltui.ui.log_search import Search
from reltui.ui.options import Said
from reltui.ui.present import Line, Span, cut, line, span, wrap
from reltui.ui.present_log import LogLook, is_error, search_pattern, shown_text
from reltui.ui.present_tasks import log_name, log_status, task_of
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.logview import LogView
from reltui.ui.widgets.rule import rule

SLICE_SECONDS = 0.008
"""A search lets keys through after so long."""

Going = Callable[[Search, int], "tuple[int, bool] | None"]


class LogScreen(ReltuiScreen):
    """Opened at the end of the log, which it follows until somebody scrolls up."""

    place = Place.LOG

    def __init__(self, topic: LogOf, title: SafeText) -> None:
        """`title` is the way to the task, as its names."""
        super().__init__()
        self.topic = topic
        self.about = title
        self.words = ""
        """What is looked for."""
        self._log_look = LogLook()
        self._found: Search | None = None
        self._errors: Search | None = None
        self._error_at = -1
        """The error that was gone to last."""
        self._going: tuple[Search, Going, str] | None = None
        """A search whose next line is not known yet, how it goes on, and what to say when there is none."""
        self._missed: tuple[Search, Said] | None = None
        """A search that has found nothing so far, and the line that told so."""

    def topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, self.release_topic)

    @property
    def release_topic(self) -> ReleaseOf:
        """The release of the task, which tells how it is doing."""
        return ReleaseOf(self.topic.server, self.topic.project, self.topic.release_id)

    @property
    def snapshot(self) -> Snapshot[LogData]:
        """The log as it is known."""
        return self.app.service.look(self.topic)

    @property
    def lines(self) -> Sequence[SafeText]:
        """Its lines."""
        data = self.snapshot.data
        return data.lines if data is not None else ()

    @property
    def view(self) -> LogView:
        """The lines on screen."""
        return self.query_one(LogView)

    # Drawing

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield LogView(id="log")
        yield Input(id="filter", compact=True, placeholder="words to find", select_on_focus=False)
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Nothing is looked for yet."""
        field = self.query_one(Input)
        field.cursor_blink = False
        field.display = False

    def crumbs(self) -> Line:
        return line(span("Log  ", "dim"), Span(cut(self.about, self.app.size.width - 8, self.app.ascii)))

    def update(self) -> None:
        self._log_look = replace(self._log_look, ascii=self.app.ascii)
        self.view.show(self.lines, self._log_look, self._nothing())
        self._search_on()
        self._draw_rest()

    def _nothing(self) -> Sequence[Line]:
        snapshot, cells = self.snapshot, max(self.app.size.width - 4, 1)
        said: list[Line] = []
        for problem in snapshot.problems:
            said += wrap((Span(SafeText(f"{problem.where}: {problem.sentence}"), "warn"),), cells)
        if not said and snapshot.data is None:
            said = [line(span("Reading the log...", "dim"))]
        elif not said and snapshot.data is not None:
            word = "The log has no lines." if snapshot.data.ended else "The task has written nothing so far."
            said = [line(span(word, "dim"))]
        return [(), *(line("    ", *row) for row in said)]

    def _draw_title(self) -> None:
        title = rule(self._position(), self.app.size.width, self.app.ascii)
        self.query_one("#title", Lines).show([title])

    def _draw_rest(self) -> None:
        snapshot = self.snapshot
        self._draw_title()
        # What is whole does not age.
        is_final = snapshot.data is not None and snapshot.data.ended and not snapshot.problems
        self.app.draw_chrome(self, (), None if is_final else snapshot)

    def _position(self) -> Line:
        """Which lines are in view, how the task is doing, and what was found."""
        snapshot, count = self.snapshot, len(self.lines)
        first, after = self.view.in_view
        read = "no lines" if snapshot.data is not None else "not read yet"
        parts = [line(f"lines {first + 1:,}-{after:,} of {count:,}" if after else read)]
        ended = snapshot.data is not None and snapshot.data.ended
        release = self.app.service.look(self.release_topic).data
        task = task_of(release, self.topic) if release is not None else None
        parts.append(log_status(task, ended=ended, known=snapshot.data is not None))
        if self.view.follows and not ended:
            parts.append(line(span("follows", "head")))
        if snapshot.loading and snapshot.progress:
            parts.append(line(f"reading {snapshot.progress}"))
        if self._found is not None:
            parts.append(self._found_words(self._found, count))
        if not self._log_look.wrapped:
            parts.append(line("cut"))
        whole: list[Span] = []
        for part in parts:
            whole += ([span(" | ", "dim")] if whole and part else []) + list(part)
        return tuple(whole)

    def _found_words(self, search: Search, count: int) -> Line:
        number = f"{len(search.found):,}{'' if search.scanned >= count else '+'}"
        at = search.number_of(self.view.chosen[0])
        words = f"found {at:,} of {number}" if at else f"{number} found"
        return line(span(words, "wait"), f" / {cut(clean(self.words), 20, self.app.ascii)}")

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.update_soon()

    @on(LogView.Moved)
    def moved(self) -> None:
        """The rule over the log tells which lines are in view."""
        self._draw_title()

    def footer_actions(self) -> Sequence[Action]:
        hidden = {"next-match"} if self._found is None else set()
        return [action for action in super().footer_actions() if action.id not in hidden]

    # Actions

    def perform(self, action: Action) -> bool:
        return self.view.perform(action.id) or super().perform(action)

    def do_follow(self) -> None:
        """At the end from now on, or no longer."""
        self.view.follow(not self.view.follows)

    def do_wrap(self) -> None:
        """Break long lines, or cut them."""
        self._log_look = replace(self._log_look, wrapped=not self._log_look.wrapped)
        self.update()

    def do_times(self) -> None:
        """With the time of each line, or without."""
        self._log_look = replace(self._log_look, times=not self._log_look.times)
        if self._found is not None:
            self._look_for(self.words)
        self.update()

    def do_save(self) -> None:
        """To a file."""
        from reltui.ui.screens.saving import SaveLog

        if self.lines:
            self.app.push_screen(SaveLog(log_name(self.about, self.topic), self.lines))
        else:
            self.app.say("There is no line to save.")

    def do_copy_link(self) -> None:
        """The link of the release: a log has none."""
        self.app.copy(SafeText(self._link()))

    def do_browse(self) -> None:
        """The release in the browser."""
        self.app.browse(self._link())

    def _link(self) -> str:
        release = self.app.service.look(self.release_topic).data
        if release is None:
            return ""
        return self.app.service.browser_url(self.topic.server, self.topic.project, release)

    # Finding

    def do_find(self) -> None:
        """Begin typing what to find."""
        field = self.query_one(Input)
        field.value = ""
        field.display = True
        self.set_focus(field)

    @on(Input.Submitted)
    def find(self, event: Input.Submitted) -> None:
        """Enter goes to the next line with the words; with none, the last words are looked for again."""
        words = event.value.strip() or self.words
        self._end_typing()
        if words:
            self._look_for(words)
            self.do_next_match(anew=True)
            self._draw_rest()

    def _end_typing(self) -> None:
        self.query_one(Input).display = False
        self.set_focus(None)

    def _look_for(self, words: str) -> None:
        pattern, look = search_pattern(words), self._log_look
        self.words = words
        self._found = Search(lambda text: pattern.search(shown_text(text, look)) is not None)
        self.view.pattern = pattern

    def do_back(self) -> None:
        """Escape: end the typing, forget what was found, go back."""
        if self.types_text:
            self._end_typing()
        elif self._found is not None:
            self._found, self._going, self.view.pattern = None, None, None
            self.view.repaint()
            self._draw_rest()
        else:
            self.app.go_back()

    def _place(self) -> int:
        """Where a search goes on: the line that was jumped to while it can be seen, else above the first."""
        first, after = self.view.in_view
        chosen = self.view.chosen[0]
        return chosen if first <= chosen < after else first - 1

    def do_next_match(self, *, anew: bool = False) -> None:
        """The next line with the words, from the top again after the last."""
        at = self.view.in_view[0] - 1 if anew else self._place()
        self._go_on(self._found, lambda search, count: search.after(at, count), "from the top")

    def do_previous_match(self) -> None:
        """The line before, from the end again after the first."""
        at = self._place()
        at = at if at == self.view.chosen[0] else at + 1
        self._go_on(self._found, lambda search, count: search.before(at, count), "from the end")

    def do_next_error(self) -> None:
        """The first error; then the next, and so on round."""
        self._errors = self._errors or Search(is_error)
        at = self._error_at
        self._go_on(self._errors, lambda search, count: search.after(at, count), "from the top")

    def _go_on(self, search: Search | None, going: Going, wrapped: str) -> None:
        if search is None:
            self.app.say(f"Nothing is looked for; {self.app.keymap.way_to('find')} begins.")
            return
        self._going = (search, going, wrapped)
        self._search_on()

    def _search_on(self) -> None:
        """A slice at once, so that a short log is answered at once; the rest between the keys."""
        if not self._scan():
            background.begin(self, self._scan_rest, "search")

    async def _scan_rest(self) -> None:
        done = False
        while not done:
            await asyncio.sleep(0)
            done = self._scan()
        self._draw_rest()

    def _scan(self) -> bool:
        """Test some lines; True when there is nothing left to test."""
        searches = [search for search in (self._found, self._errors) if search is not None]
        lines = self.lines
        done = all([search.scan(lines, SLICE_SECONDS) for search in searches])
        if self._going is not None:
            self._arrive(*self._going, len(lines))
        self._tell_what_came()
        return done

    def _arrive(self, search: Search, going: Going, wrapped: str, count: int) -> None:
        hit = going(search, count)
        if hit is not None:
            self._going = None
            index, round = hit
            if search is self._errors:
                self._error_at = index
            self.view.jump(index)
            if round:
                self.app.say(f"Found again {wrapped}.", "info")
        elif search.scanned >= count and self.snapshot.data is not None:
            self._going = None
            ended = self.snapshot.data.ended
            what = "There is no error" if search is self._errors else f'"{clean(self.words)}" is not found'
            self.app.say(SafeText(f"{what} in the log{'' if ended else ' so far'}."), "warn")
            self._missed = (search, self.app.said[-1])
            self._draw_rest()

    def _tell_what_came(self) -> None:
        """The line that told that there is nothing so far must not outlive its truth."""
        if self._missed is None or not self._missed[0].found:
            return
        search, said = self._missed
        self._missed = None
        if self.app.is_telling and self.app.said[-1] is said:
            of_errors = search is self._errors
            what = "An error" if of_errors else f'"{clean(self.words)}"'
            key = self.app.keymap.way_to("next-error" if of_errors else "next-match")
            self.app.say(SafeText(f"{what} has come; {key} goes there."), "info")
