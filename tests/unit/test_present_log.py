"""Lines of a log as they are drawn, searching in slices, and the rows of tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from reltui.model.attempt import Gates, GateStatus, Job, PhasePlan, PhaseStatus, TaskPlan, TaskStatus
from reltui.model.release import EnvironmentStatus
from reltui.model.text import SafeText
from reltui.ui.log_search import Search
from reltui.ui.present import plain, width
from reltui.ui.present_log import LogLook, is_error, log_rows, search_pattern, shown_text, with_found
from reltui.ui.present_tasks import file_name, heading_line, no_log, row_to_show, task_rows
from reltui.ui.screens.saving import write_lines
from tests.ui.samples import LOOK, attempt, stage, tasks

UTC_LOOK = LogLook(zone=UTC)
STAMP = "2026-11-24T09:20:11.1234567Z "


def rows(line: str, cells: int, look: LogLook = UTC_LOOK) -> list[str]:
    return [plain(row) for row in log_rows(line, cells, look)]


class TestLines:
    @pytest.mark.parametrize(
        ("line", "shown"),
        [
            (f"{STAMP}Copying files", "09:20:11 Copying files"),
            ("2026-11-24T09:20:11Z Copying", "09:20:11 Copying"),
            ("2026-11-24T09:20:11+00:00 Copying", "09:20:11 Copying"),
            ("2026-11-24T09:20:11Z", "09:20:11 "),
            ("2026-11-24T09:20:11Zulu", "2026-11-24T09:20:11Zulu"),
            ("2026-99-99T09:20:11Z odd", "09:20:11 odd"),
            ("0001-01-01T00:00:11Z first", "00:00:11 first"),
            ("no time at all", "no time at all"),
            ("", ""),
            (f"{STAMP}##[section]Starting: Deploy", "09:20:11 SECTION Starting: Deploy"),
            (f"{STAMP}##[ERROR] No answer", "09:20:11 ERROR No answer"),
            ("##[warning]Old", "WARN Old"),
            ("##[command]mkdir", "CMD mkdir"),
            ("##[debug]x=1", "DEBUG x=1"),
            ("##[other]x", "##[other]x"),
            ("see ##[error] in the text", "see ##[error] in the text"),
        ],
    )
    def test_time_of_day_and_word_stand_first(self, line: str, shown: str) -> None:
        assert shown_text(line, UTC_LOOK) == shown

    def test_times_are_local_and_can_be_hidden(self) -> None:
        there = replace(UTC_LOOK, zone=timezone(timedelta(hours=5, minutes=30)))
        assert shown_text(f"{STAMP}x", there) == "14:50:11 x"
        assert shown_text(f"{STAMP}x", replace(UTC_LOOK, times=False)) == "x"

    def test_only_a_marked_line_is_an_error(self) -> None:
        assert is_error(f"{STAMP}##[error]x")
        assert is_error("##[Error]x")
        assert not is_error(f"{STAMP}an error: ##[error]")
        assert not is_error("ERROR x")

    def test_a_kind_has_a_role_besides_its_word(self) -> None:
        assert [part.role for part in log_rows(f"{STAMP}##[error]x", 40, UTC_LOOK)[0]] == ["dim", "bad"]


class TestRows:
    def test_long_lines_break_behind_a_blank_under_the_text(self) -> None:
        found = rows(f"{STAMP}one two three four five six", 24)
        assert found == ["09:20:11 one two three ", "         four five six"]

    def test_a_ruler_takes_one_row(self) -> None:
        assert rows(f"{STAMP}{'=' * 78}", 30) == [f"09:20:11 {'=' * 21}"]

    @pytest.mark.parametrize("cells", [1, 2, 5, 13, 40, 79])
    @pytest.mark.parametrize(
        "text",
        [
            "x" * 500,
            "word " * 60,
            "日本語のログ " * 30,
            "a\u0301" * 100,
            "mixed ü and 漢字 with blanks " * 12,
            " " * 90,
        ],
    )
    def test_nothing_is_lost_and_nothing_is_too_wide(self, text: str, cells: int) -> None:
        found = rows(text, cells)
        assert "".join(found).replace(" ", "") == text.replace(" ", "")
        assert all(width(row) <= max(cells, 2) for row in found)

    def test_the_break_needs_a_blank_in_the_second_half(self) -> None:
        assert rows("ab " + "x" * 30, 20)[0] == "ab " + "x" * 17

    @pytest.mark.parametrize(("ascii", "mark"), [(False, "…"), (True, "~")])
    def test_a_cut_line_says_so_at_its_end(self, ascii: bool, mark: str) -> None:
        look = replace(UTC_LOOK, wrapped=False, ascii=ascii)
        (row,) = rows(f"{STAMP}{'x' * 10_000}", 30, look)
        assert row.endswith(mark)
        assert width(row) == 30
        assert rows(f"{STAMP}{'x' * 21}", 30, look) == [f"09:20:11 {'x' * 21}"]


class TestFinding:
    def test_case_counts_only_with_capitals(self) -> None:
        assert search_pattern("timeout").search("A TimeOut")
        assert not search_pattern("Timeout").search("a timeout")
        assert search_pattern("[x].").search("a [X].")
        assert not search_pattern("a.c").search("abc")

    def test_what_was_found_stands_out_and_nothing_is_lost(self) -> None:
        (row,) = log_rows(f"{STAMP}##[error]bad bad end", 40, UTC_LOOK)
        marked = with_found(row, search_pattern("bad"))
        assert plain(marked) == plain(row)
        assert [part.text for part in marked if part.role == "found"] == ["bad", "bad"]

    def test_a_search_goes_on_in_slices_and_with_the_log(self) -> None:
        lines = [SafeText("hit" if index % 700 == 699 else "miss") for index in range(10_000)]
        search = Search(lambda text: text == "hit")
        slices = 1
        while not search.scan(lines, 0.0):
            slices += 1
        assert slices == 50
        assert search.found[:2] == [699, 1399]
        lines.append(SafeText("hit"))
        assert search.scan(lines, 1.0)
        assert search.found[-1] == 10_000
        assert search.scan(lines[:700], 1.0)
        assert search.found == [699]

    def test_it_goes_round_only_when_all_is_known(self) -> None:
        lines = [SafeText(text) for text in "abcabc"]
        search = Search(lambda text: text == "b")
        assert search.after(-1, 6) is None
        search.scan(lines, 1.0)
        assert search.after(-1, 6) == (1, False)
        assert search.after(1, 6) == (4, False)
        assert search.after(4, 6) == (1, True)
        assert search.after(4, 7) is None
        assert search.before(4, 6) == (1, False)
        assert search.before(1, 6) == (4, True)
        assert search.before(1, 7) is None


class TestTasks:
    def test_attempts_come_newest_first_and_plans_where_nothing_has_run(self) -> None:
        plan = PhasePlan(
            SafeText("Verify"),
            SafeText("runOnServer"),
            2,
            (TaskPlan(SafeText("Ask"), True, SafeText("1.*")),),
        )
        environment = replace(
            stage(
                3,
                "UAT",
                EnvironmentStatus.IN_PROGRESS,
                attempts=(
                    attempt(1, phases=tasks(TaskStatus.SUCCEEDED, TaskStatus.FAILED)),
                    attempt(2, phases=tasks(TaskStatus.SUCCEEDED, TaskStatus.IN_PROGRESS)),
                ),
            ),
            phases=(plan,),
        )
        found = task_rows(environment)
        assert [(row.key[0], row.key[1], str(row.name)) for row in found] == [
            ("attempt", 2, "Try 2"),
            ("phase", 2, "Run on agent"),
            ("task", 2, "Download artifacts"),
            ("task", 2, "Stop app pool"),
            ("phase", 2, "Verify"),
            ("plan", 2, "Ask"),
            ("attempt", 1, "Try 1"),
            ("phase", 1, "Run on agent"),
            ("task", 1, "Download artifacts"),
            ("task", 1, "Stop app pool"),
        ]
        assert row_to_show(found) == ("task", 2, 1, 1, 0)
        assert no_log(found[5])
        assert not no_log(found[3])
        assert "Try 2" in plain(heading_line(found[0], 76, LOOK))

    def test_where_nothing_runs_the_first_failure_counts_and_else_the_last(self) -> None:
        def shown(*states: TaskStatus) -> object:
            one = attempt(1, phases=tasks(*states))
            return row_to_show(task_rows(stage(3, "UAT", EnvironmentStatus.REJECTED, attempts=(one,))))

        ok, bad, skip = TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.SKIPPED
        assert shown(ok, bad, bad, skip) == ("task", 1, 1, 1, 0)
        assert shown(ok, ok, skip) == ("task", 1, 1, 1, 0)
        assert row_to_show([]) is None

    def test_keys_differ_even_if_ids_do_not(self) -> None:
        (phase,) = tasks(TaskStatus.SUCCEEDED)
        one = replace(phase, jobs=(Job(phase.tasks[0], phase.tasks * 2),), status=PhaseStatus.SUCCEEDED)
        gates = Gates(9, GateStatus.SUCCEEDED, None, None, None, None, samples=(Job(None, phase.tasks),) * 2)
        attempts = (replace(attempt(1, phases=(one, one)), pre_gates=gates, post_gates=gates),) * 2
        keys = [row.key for row in task_rows(stage(3, "UAT", EnvironmentStatus.SUCCEEDED, attempts=attempts))]
        assert len(keys) == len(set(keys)) == 38


class TestFiles:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ("Invoice.CD / Rel-142 / UAT", "Invoice.CD-Rel-142-UAT"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "release"),
            ("漢字", "release"),
            ("a\n$(rm -rf ~)", "a-rm-rf"),
            ("x" * 300, "x" * 100),
        ],
    )
    def test_names_are_made_of_harmless_pieces(self, words: str, name: str) -> None:
        assert file_name(words) == name

    def test_a_file_is_private_and_never_overwritten(self, tmp_path: Path) -> None:
        file = tmp_path / "a.log"
        write_lines(file, [SafeText("one"), SafeText("zwei ü")] * 3_000)
        assert file.read_text(encoding="utf-8") == "one\nzwei ü\n" * 3_000
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(FileExistsError):
            write_lines(file, [SafeText("other")])
        (tmp_path / "link").symlink_to(tmp_path / "nowhere")
        with pytest.raises(FileExistsError):
            write_lines(tmp_path / "link", [SafeText("other")])
        assert file.read_text(encoding="utf-8").startswith("one\n")
