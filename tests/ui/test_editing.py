"""What is edited: its steps, its unsaved copy, and its outline with folds."""

from __future__ import annotations

from pathlib import Path

from reltui.data.edits import EditStore
from reltui.model.editing.shape import at, move, put
from reltui.ui.editing import Editing
from reltui.ui.editing_outline import Outline, followed
from tests.ui.editing_samples import large, three_stages
from tests.ui.samples import BILLING

SECOND = ("environments", 1)


def begun(folder: Path, **more: object) -> tuple[Editing, EditStore]:
    store, base = EditStore(folder / "edits"), three_stages()
    return Editing(store, "tfs01", "https://tfs01.example", BILLING, base, base=base), store


async def test_undo_and_redo_go_through_the_steps_with_their_places(tmp_path: Path) -> None:
    editing, _ = begun(tmp_path)
    first = editing.work
    second = put(first, ("name",), "Two")
    third = put(second, ("name",), "Three")
    editing.change(second, ())
    editing.change(third, SECOND)
    assert editing.undo(("artifacts",)) == SECOND
    assert editing.work is second
    assert editing.undo() == ()
    assert editing.work is first
    assert not editing.is_changed
    assert editing.undo() is None
    assert editing.redo() == ()
    assert editing.redo() == ("artifacts",)
    assert editing.work is third
    editing.undo()
    editing.change(put(second, ("name",), "Other"))
    assert editing.redo() is None
    editing.keep()


async def test_the_same_again_is_no_step(tmp_path: Path) -> None:
    editing, store = begun(tmp_path)
    editing.change(dict(editing.work))
    assert not editing.can_undo
    editing.keep()
    assert store.load() == ()


async def test_a_change_is_kept_on_disk_and_leaves_it_when_it_is_undone(tmp_path: Path) -> None:
    editing, store = begun(tmp_path)
    editing.change(put(editing.work, ("name",), "Other"))
    editing.keep()
    (kept,) = store.load()
    assert (kept.name, kept.definition_id, kept.base) == ("Other", 5, three_stages())
    editing.undo()
    editing.keep()
    assert store.load() == ()


async def test_a_new_definition_is_kept_even_as_it_began(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    editing = Editing(store, "tfs01", "https://tfs01.example", BILLING, three_stages())
    assert editing.is_changed
    editing.keep()
    assert [edit.definition_id for edit in store.load()] == [0]


async def test_there_is_no_way_back_over_what_others_have_changed(tmp_path: Path) -> None:
    editing, store = begun(tmp_path)
    editing.change(put(editing.work, ("name",), "Mine"))
    theirs = put(three_stages(), ("revision",), 58)
    editing.rebase(theirs, put(theirs, ("name",), "Mine"))
    assert editing.undo() is None
    editing.keep()
    (kept,) = store.load()
    assert kept.base is not None
    assert (kept.base["revision"], kept.work["name"]) == (58, "Mine")
    editing.rebase(theirs, theirs)
    editing.keep()
    assert store.load() == ()


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "edits").write_text("in the way")
    editing, _ = begun(tmp_path)
    editing.change(put(editing.work, ("name",), "Other"))
    editing.keep()
    assert editing.trouble


def test_a_long_outline_begins_with_its_stages_folded() -> None:
    outline = Outline()
    outline.read(large(20, 20))
    assert len(outline.nodes) > 500
    assert len(outline.seen) == 24
    outline.reveal(("environments", 7, "deployPhases", 0, "workflowTasks", 3))
    assert ("environments", 7, "deployPhases", 0, "workflowTasks", 3) in outline.seen
    outline.fold(("environments", 7), closed=True)
    assert len(outline.seen) == 24


def test_folds_stay_with_their_stage_when_it_moves() -> None:
    outline = Outline()
    work = three_stages()
    outline.read(work)
    outline.fold(SECOND, closed=True)
    moved = move(work, ("environments",), 1, 0)
    outline.read(moved)
    assert outline.folded == {("environments", 0)}
    assert followed(work, moved, ("environments", 1, "variables")) == ("environments", 0, "variables")
    assert followed(work, put(work, (*SECOND, "name"), "UAT"), SECOND) == SECOND


def test_a_place_in_the_json_belongs_to_the_nearest_part() -> None:
    outline = Outline()
    outline.read(three_stages())
    job = ("environments", 1, "deployPhases", 0)
    assert outline.holder((*job, "deploymentInput", "queueId")) == job
    assert outline.holder(("somewhere", "else")) == ()
    assert outline.shown_at(job) == job
    outline.fold(SECOND, closed=True)
    assert outline.shown_at(job) == SECOND
    assert [node.label for node in outline.way(job)] == ["QA", "Agent job"]
    assert at(three_stages(), (*SECOND, "name")) == "QA"
