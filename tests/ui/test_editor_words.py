"""How an edited definition is worded, and the review of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reltui.data.edits import EditStore
from reltui.model.editing.checks import Finding
from reltui.model.editing.fields import Field, FieldKind, Pick
from reltui.model.editing.outline import Kind, Node
from reltui.model.editing.shape import put
from reltui.model.resources import NOTHING, Build, Repository, Resources
from reltui.model.text import SafeText
from reltui.ui.editing import Editing
from reltui.ui.editing_outline import Outline
from reltui.ui.editing_picks import branch_repository, choices_of
from reltui.ui.editing_review import Review
from reltui.ui.present import plain, width
from reltui.ui.present_editor import (
    beside,
    field_title,
    help_lines,
    is_drawable,
    outline_cell,
    problem_words,
    sign,
    value_line,
)
from tests.ui.editing_samples import definition, three_stages
from tests.ui.samples import ASCII, BILLING, LOOK


def finding(sentence: str = "Pick a queue.", *, is_error: bool = True, field: str = "queue") -> Finding:
    return Finding(("environments", 0), field, SafeText(sentence), is_error, "")


def field(kind: FieldKind = FieldKind.TEXT, value: str = "", shown: str = "", **more: object) -> Field:
    return Field("f", SafeText("Label"), kind, value, SafeText(shown), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "lines", "wanted"),
    [
        ("", False, True),
        ("plain", False, True),
        ("two\nlines", False, False),
        ("two\r\n\tlines", True, True),
        ("a\tb", False, False),
        ("\x1b[31m", True, False),
        ("\u202edlo", False, False),
        ("  ", False, True),
    ],
)
def test_what_can_be_edited_as_it_is(text: str, lines: bool, wanted: bool) -> None:
    assert is_drawable(text, lines=lines) is wanted


@pytest.mark.parametrize("cells", range(8, 60))
def test_a_part_fits_into_its_cells(cells: int) -> None:
    node = Node((), Kind.JOB, SafeText("Run on a machine of the group"), SafeText("on a deployment group"), 2)
    for folded in (None, True, False):
        for look in (LOOK, ASCII):
            assert width(plain(outline_cell(node, cells, folded=folded, wide=True, look=look))) <= cells


def test_a_note_is_whole_enough_to_say_something_or_left_out() -> None:
    node = Node((), Kind.TASK, SafeText("Deploy the shop"), SafeText("3.181.4"), 2)
    assert plain(outline_cell(node, 25, folded=None, wide=False, look=LOOK)) == "    Deploy the shop"
    assert plain(outline_cell(node, 28, folded=None, wide=False, look=LOOK)).endswith("shop  3.181.4")


def test_a_narrow_outline_names_the_approvals_shortly_and_tells_who_is_asked() -> None:
    node = Node((), Kind.BEFORE, SafeText("Approvals before"), SafeText("Lee, CAB, in sequence"), 2)
    assert plain(outline_cell(node, 25, folded=None, wide=False, look=LOOK)) == "    Before  Lee, CAB, in…"
    assert plain(outline_cell(node, 60, folded=None, wide=True, look=LOOK)).endswith(
        "Approvals before  Lee, CAB, in sequence"
    )


@pytest.mark.parametrize(
    ("found", "cells", "wanted"),
    [
        (None, 20, "checking ..."),
        ((), 20, "no problem"),
        ((finding(),), 20, "1 problem"),
        ((finding(is_error=False),) * 2, 20, "2 warnings"),
        ((finding(), finding(is_error=False)), 22, "1 problem, 1 warning"),
        ((finding(), finding(is_error=False)), 15, "1 problem +1"),
    ],
)
def test_how_many_problems(found: tuple[Finding, ...] | None, cells: int, wanted: str) -> None:
    assert plain(problem_words(found, cells)) == wanted


def test_a_value_or_the_word_that_it_is_missing() -> None:
    assert plain(value_line(field(is_required=True), LOOK)) == "required"
    assert plain(value_line(field(), LOOK)) == "-"
    assert plain(value_line(field(value="3", shown="3", unit="days"), LOOK)) == "3 days"
    assert plain(value_line(field(value="24h", shown="24h", unit="time"), LOOK)) == "24h"
    assert value_line(field(value="0", shown="(to be picked)", is_required=True), LOOK)[0].role == "wait"


def test_what_a_field_takes() -> None:
    picked = field(FieldKind.PICK, pick=Pick.QUEUE, is_required=True)
    assert plain(field_title(picked)) == "Label  queue to pick, required"
    assert plain(field_title(field(FieldKind.NUMBER, unit="time"))) == "Label  a time such as 24h"
    assert plain(field_title(field(FieldKind.NUMBER, unit="days"))) == "Label  a number in days"


def test_what_is_wrong_comes_before_what_is_meant() -> None:
    told = field(help=SafeText("So many\ndays."))
    shown = [plain(each) for each in help_lines(told, [finding()], 40, 2, LOOK)]
    assert shown == ["Pick a queue.", "So many days."]
    assert len(help_lines(told, [finding("word " * 60)], 40, 2, LOOK)) == 2


def test_a_value_that_is_cut_stands_whole_below() -> None:
    told = field(help=SafeText("So many days."), value="x", shown="after the release")
    shown = [[plain(each) for each in help_lines(told, [], 12, 4, LOOK, room)] for room in (20, 10)]
    assert shown == [["So many", "days."], ["after the", "release", "So many", "days."]]
    assert [plain(each) for each in help_lines(told, [finding()], 40, 2, LOOK, 10)] == [
        "Pick a queue.",
        "after the release",
    ]


def test_signs_take_two_cells() -> None:
    assert sign(None, False) == ()
    assert plain(sign(finding(), True)) == "!*"
    assert plain(sign(None, True)) == " *"
    assert plain(sign(finding(is_error=False), False)) == "? "


def test_two_blocks_stand_side_by_side() -> None:
    left, right = [(sign(finding(), True))] * 3, [(sign(None, True))]
    shown = [plain(each) for each in beside(left, right, 20, 2, LOOK)]
    assert len(shown) == 2
    assert all(len(each) <= 20 for each in shown)
    assert shown[0].endswith(" *")


async def test_problems_are_gone_through_in_the_order_of_the_screen(tmp_path: Path) -> None:
    base = three_stages()
    work = put(base, ("environments", 1, "deployPhases", 0, "deploymentInput", "queueId"), 0)
    parts = Outline()
    parts.read(work)
    review = Review(parts)
    editing = Editing(EditStore(tmp_path), "tfs01", "https://tfs01.example", BILLING, work, base=base)
    assert not review.is_of(editing, NOTHING)
    review.look(editing, NOTHING)
    assert review.is_of(editing, NOTHING)
    assert review.findings
    job = ("environments", 1, "deployPhases", 0)
    seen: list[tuple[object, str]] = []
    path: tuple[str | int, ...] = ()
    field_id = ""
    for _ in review.findings:
        found = review.after(path, field_id, [f.field for f in review.findings if f.path == path])
        assert found is not None
        path, field_id = found
        seen.append(found)
    assert (job, "queue") in seen
    assert [f.sentence for f in review.at(job, "queue")]
    assert job in review.worst
    assert job in review.touched
    parts.fold(("environments", 1), closed=True)
    review.mark()
    assert ("environments", 1) in review.touched
    assert job not in review.worst


def test_the_branches_of_the_repository_that_is_meant() -> None:
    build = Build(12, SafeText("CI"), SafeText("\\"), "p1", SafeText("Billing"), "r1", "refs/heads/main")
    known = Resources(builds=(build,), repositories=(Repository("r2", SafeText("cfg"), ""),))
    artifacts = [
        {"alias": "drop", "type": "Build", "definitionReference": {"definition": {"id": "12"}}},
        {
            "alias": "cfg",
            "type": "Git",
            "isPrimary": True,
            "definitionReference": {"definition": {"id": "r2"}},
        },
    ]
    raw = definition(artifacts=artifacts, triggers=[{"artifactAlias": "drop"}])
    assert branch_repository(raw, ("artifacts", 1), known) == "r2"
    assert branch_repository(raw, ("triggers", 0), known) == "r1"
    assert branch_repository(raw, ("triggers", 0), NOTHING) == ""
    assert branch_repository(raw, ("environments", 0), known) == "r2"
    assert branch_repository(definition(), (), known) == ""


def test_what_was_not_read_is_not_nothing() -> None:
    node = Node((), Kind.DEFINITION, SafeText("x"))
    for pick in (Pick.QUEUE, Pick.TASK, Pick.BUILD, Pick.CONNECTION, Pick.FOLDER, Pick.VARIABLE_GROUP):
        assert choices_of(pick, definition(), node, NOTHING) is None
    assert choices_of(Pick.QUEUE, definition(), node, Resources(queues=())) == []
