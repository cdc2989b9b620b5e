"""The person's own editor: which one, at which line, what becomes of the text; with scripts as editors."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from reltui.data.edits import Edit
from reltui.data.topics import ProjectsOf
from reltui.model.editing.commented import to_text
from reltui.ui import editing_as_text, external_editor, kept_texts, ways_definition
from reltui.ui.app import ReltuiApp
from reltui.ui.editing import Editing
from reltui.ui.external_editor import FOLDER, NotEdited, TextFile, edit_text, editor_command
from tests.support import until
from tests.ui.running import Running, running
from tests.unit.editing_samples import rich

FILE = Path("/state/texts/1/definition.jsonc")


# Which editor


@pytest.mark.parametrize(
    ("environment", "there", "line", "expected"),
    [
        ({"VISUAL": "vim", "EDITOR": "nano"}, "vim nano", 1, "vim F"),
        ({"EDITOR": "nano"}, "vim nano", 7, "nano +7 F"),
        ({"VISUAL": " ", "EDITOR": "emacsclient -t -a ''"}, "emacsclient", 7, "emacsclient -t -a  +7 F"),
        ({"EDITOR": "'/opt/my editors/vim.tiny' -u NONE"}, "/opt/my editors/vim.tiny", 2, None),
        ({"EDITOR": "hx"}, "hx", 7, "hx F:7"),
        ({"VISUAL": "gvim -g"}, "gvim", 7, "gvim -f -g +7 F"),
        ({"VISUAL": "gvim -f"}, "gvim", 1, "gvim -f F"),
        ({"EDITOR": "code --wait"}, "code", 7, "code --wait F"),
        ({}, "nano vi", 3, "vi +3 F"),
        ({}, "nano", 3, "nano +3 F"),
    ],
)
def test_the_command_line(environment: dict[str, str], there: str, line: int, expected: str | None) -> None:
    found = editor_command(FILE, line, environment, lambda name: name if name in there else None)
    wanted = (
        ["/opt/my editors/vim.tiny", "-u", "NONE", "+2", "F"] if expected is None else expected.split(" ")
    )
    assert [word.replace(str(FILE), "F") for word in found] == wanted


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "set EDITOR to one"),
        ({"EDITOR": "vim 'x"}, "$EDITOR has an open quote"),
        ({"VISUAL": "nowhere\x1b[2J", "EDITOR": "vi"}, "$VISUAL was not found: nowhere␛"),
    ],
)
def test_no_editor(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        editor_command(FILE, 1, environment, lambda name: None)
    assert words in str(caught.value)


# The round through it


@contextmanager
def no_terminal(app: ReltuiApp) -> Iterator[None]:
    """Pilot has no terminal to give away."""
    yield


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes an editor of Python code; `path` is the file and `text` what is in it."""
    monkeypatch.setattr(ReltuiApp, "suspend", no_terminal)
    monkeypatch.delenv("VISUAL", raising=False)
    # A script is quicker than a person.
    monkeypatch.setattr(external_editor, "AT_ONCE_SECONDS", 0.0)

    def make(code: str) -> None:
        file = tmp_path / "editor.py"
        begin = "import pathlib, sys, os, time\npath = pathlib.Path(sys.argv[-1])\ntext = path.read_text()\n"
        file.write_text(begin + code, encoding="utf-8")
        monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{file}'")

    return make


REPLACE = "path.write_text(text.replace({!r}, {!r}), 'utf-8')\n"


@asynccontextmanager
async def editing_in(folder: Path) -> AsyncIterator[tuple[Running, Editing, Path]]:
    """The application with an edit of a definition, and the folder where its texts are."""
    async with running(folder) as run:
        project = (run.service.look(ProjectsOf("demo")).data or ())[0]
        raw = rich()
        editing = Editing(run.service.edits, "demo", run.demo.url, project, raw, base=raw)
        texts = folder / "state" / FOLDER
        object.__setattr__(run.app.options, "state_folder", folder / "state")
        yield run, editing, texts
        editing.keep()


def left(texts: Path) -> list[Path]:
    """What is there but for what is kept of the edit."""
    return [path for path in texts.rglob("*") if path.is_file() and path.suffix != ".json"]


async def test_a_changed_text_is_one_change(tmp_path: Path, script: Callable[[str], None]) -> None:
    script(
        "import stat\n"
        "assert stat.S_IMODE(path.stat().st_mode) == 0o600\n"
        "assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700\n"
        "path.with_name('definition.jsonc~').write_text('a backup')\n"
        + REPLACE.format('"daysToKeep": 30', '"daysToKeep": 99')
    )
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await run.see("The text was taken")
        found = [stage["retentionPolicy"]["daysToKeep"] for stage in editing.work["environments"]]
        assert found == [99, 99, 99]
        assert left(texts) == []
        editing.undo()
        assert json.dumps(editing.work) == json.dumps(rich())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "Nothing was changed."),
        ("sys.exit(3)", "exit code 3; nothing was taken."),
        ("os.kill(os.getpid(), 9)", "exit code -9; nothing was taken."),
        ("path.write_text('')", "Given up"),
        ("path.unlink()", "Given up"),
        ("path.write_text('// all gone')", "Given up"),
        ("path.write_text(text + '\\n// a word')", "what was there before"),
    ],
)
async def test_nothing_is_taken(tmp_path: Path, script: Callable[[str], None], code: str, words: str) -> None:
    script(code)
    async with editing_in(tmp_path) as (run, editing, texts):
        before = editing.work
        editing_as_text.begin(run.app, editing)
        await run.see(words)
        assert editing.work is before
        assert left(texts) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("path.write_text('half'); sys.exit(1)", "exit code 1"),
        ("path.write_bytes(b'\\xff\\xfe')", "no UTF-8"),
    ],
)
async def test_what_was_written_is_kept(
    tmp_path: Path, script: Callable[[str], None], code: str, words: str
) -> None:
    script(code)
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await run.see(words)
        [file] = left(texts)
        assert str(file) in str(run.app.said[-1].text)
        assert file.read_bytes() in (b"half", b"\xff\xfe")


BREAK_AND_REPAIR = (
    "seen = pathlib.Path(__file__).with_name('seen')\n"
    "if seen.exists():\n"
    "    seen.write_text(repr(sys.argv[1:-1]) + text)\n"
    "    path.write_text(text.replace('\"Billing.CD\"', '\"Billing.CD\",'), 'utf-8')\n"
    "else:\n"
    "    seen.write_text('')\n"
    "    path.write_text(text.replace('\"Billing.CD\",', '\"Billing.CD\"').replace('30', '99'), 'utf-8')\n"
)


async def test_a_mistake_is_told_and_the_text_goes_on(tmp_path: Path, script: Callable[[str], None]) -> None:
    script(BREAK_AND_REPAIR)
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        shown = await run.see("A comma is missing here.")
        assert '"name": "Billing.CD"' in shown
        assert left(texts), "it is on disk while the question stands"
        await run.press("enter")
        await run.see("The text was taken")
        assert editing.work["environments"][0]["retentionPolicy"]["daysToKeep"] == 99
        assert "//! MISTAKE: A comma is missing here." in (tmp_path / "seen").read_text()
        assert left(texts) == []


async def test_giving_up_after_a_mistake_keeps_the_text(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(BREAK_AND_REPAIR)
    async with editing_in(tmp_path) as (run, editing, texts):
        before = editing.work
        editing_as_text.begin(run.app, editing)
        await run.see("A comma is missing here.")
        await run.press("escape")
        await run.see("The text is kept in")
        [file] = left(texts)
        assert '"daysToKeep": 99' in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert editing.work is before


async def test_a_new_secret_is_never_in_the_file(tmp_path: Path, script: Callable[[str], None]) -> None:
    script(
        "pathlib.Path(__file__).with_name('seen').write_text(text)\n" + REPLACE.format('"Billing.CD"', '"B"')
    )
    async with editing_in(tmp_path) as (run, editing, _):
        work = rich()
        work["variables"]["Password"]["value"] = "hunter2"
        editing.change(work)
        editing_as_text.begin(run.app, editing)
        await run.see("The text was taken")
        assert "hunter2" not in (tmp_path / "seen").read_text()
        assert editing.work["variables"]["Password"]["value"] == "hunter2"
        assert editing.work["name"] == "B"


async def test_the_loop_goes_on_and_secrets_stay_out_of_the_environment(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(
        "gate = pathlib.Path(__file__).with_name('gate')\n"
        "while not gate.exists(): time.sleep(0.01)\n"
        "path.write_text(repr(dict(os.environ)))\n"
    )
    async with running(tmp_path) as run:
        file = TextFile.create(tmp_path / "state", "a", ".txt")
        edited = asyncio.ensure_future(edit_text(run.app, file))
        await asyncio.sleep(0)
        (tmp_path / "gate").write_text("")
        text = await edited
        assert run.demo.token not in text
        assert "RELTUI_" not in text


async def test_a_terminal_that_cannot_be_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with running(tmp_path) as run:
        file = TextFile.create(tmp_path / "state", "a", ".txt")
        with pytest.raises(NotEdited, match="cannot be given"):
            await edit_text(run.app, file)


async def test_an_end_from_outside_ends_the_editor_and_keeps_what_it_has_written(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(
        "seen = pathlib.Path(__file__).with_name('seen')\n"
        "path.write_text('half')\n"
        "seen.write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        seen = tmp_path / "seen"
        await until(lambda: seen.exists() and seen.read_text())
        run.app.workers.cancel_group(run.app, "editor")
        pid = int(seen.read_text())
        await until(lambda: has_ended(pid))
        assert [file.read_text() for file in left(texts)] == ["half"]


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_what_is_worth_keeping(tmp_path: Path) -> None:
    file = TextFile.create(tmp_path / "state", "ours", ".txt")
    assert not file.is_worth_keeping
    assert "ours" not in repr(file)
    file.write("theirs")
    assert file.is_worth_keeping
    file.remove()
    assert not file.is_worth_keeping
    assert list((tmp_path / "state" / FOLDER).iterdir()) == []


# While it is in the editor


async def test_what_was_changed_meanwhile_stays_beside_the_text(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(WAIT + REPLACE.format('"Billing.CD"', '"B"'))
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await until(lambda: (tmp_path / "begun").exists())
        editing.change({**editing.work, "description": "meanwhile"})
        (tmp_path / "gate").write_text("")
        await run.see("The text was taken")
        assert (editing.work["name"], editing.work["description"]) == ("B", "meanwhile")
        assert not any(texts.iterdir())


WAIT = (
    "pathlib.Path(__file__).with_name('begun').write_text('')\n"
    "gate = pathlib.Path(__file__).with_name('gate')\n"
    "while not gate.exists(): time.sleep(0.01)\n"
)


@pytest.mark.parametrize("key", ["t", "m"])
async def test_what_both_changed_is_decided(tmp_path: Path, script: Callable[[str], None], key: str) -> None:
    script(WAIT + REPLACE.format('"Billing.CD"', '"B"'))
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await until(lambda: (tmp_path / "begun").exists())
        editing.change({**editing.work, "name": "Meanwhile"})
        (tmp_path / "gate").write_text("")
        await run.see("1 conflict to decide")
        assert editing.work["name"] == "Meanwhile"
        await run.press(key, "s")
        await run.see("The text was taken")
        assert editing.work["name"] == ("B" if key == "m" else "Meanwhile")
        assert not any(texts.iterdir())


async def test_a_change_while_a_conflict_is_decided_is_not_written_over(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(WAIT + REPLACE.format('"Billing.CD"', '"B"'))
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await until(lambda: (tmp_path / "begun").exists())
        editing.change({**editing.work, "name": "Meanwhile"})
        (tmp_path / "gate").write_text("")
        await run.see("1 conflict to decide")
        editing.change({**editing.work, "description": "later still"})
        await run.press("m", "s")
        await run.see("1 conflict to decide")
        await run.press("escape")
        await run.see("The text is kept in")
        assert (editing.work["name"], editing.work["description"]) == ("Meanwhile", "later still")
        assert left(texts)


# What was not taken


GIVEN_UP = REPLACE.format('"Billing.CD",', '"Billing.CD"') + (
    "text = path.read_text()\n"
    "path.write_text(text.replace('\"variables\": {', "
    '\'"variables": {"New": {"value": "c4n4ry", "isSecret": true},\', 1))\n'
    "path.with_name('definition.jsonc~').write_text('c4n4ry')\n"
)
REPAIR = REPLACE.format('"Billing.CD"', '"Billing.CD",')


async def test_a_text_given_up_has_no_secrets_and_is_gone_on_with(
    tmp_path: Path, script: Callable[[str], None]
) -> None:
    script(GIVEN_UP)
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await run.see("A comma is missing here.")
        await run.press("escape")
        await run.see("The text is kept in")
        assert not any(b"c4n4ry" in path.read_bytes() for path in texts.rglob("*") if path.is_file())
        ways_definition.unsaved(run.app)
        shown = await run.see("A comma is missing here.")
        assert " text " in shown
        script(REPAIR)
        await run.press("enter")
        await run.see("The text was taken")
        assert run.app.editings.get(editing.key) is not None
        assert run.app.editings[editing.key].work["variables"]["New"]["isSecret"]
        assert not any(texts.iterdir())


async def test_a_kept_text_is_thrown_away(tmp_path: Path, script: Callable[[str], None]) -> None:
    script(GIVEN_UP)
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await run.see("A comma is missing here.")
        await run.press("escape")
        await run.see("The text is kept in")
        ways_definition.unsaved(run.app)
        await run.see("A comma is missing here.")
        await run.press("D")
        await run.see("Throw a text away")
        await run.confirm()
        await run.see("Every edit was saved, or thrown away.")
        assert not any(texts.iterdir())


def test_what_a_killed_run_has_left_is_told_without_its_secrets(tmp_path: Path) -> None:
    raw = rich()
    made_of = Edit("aa", "http://one", "p1", "Billing", 5, raw, raw)
    changed, same = (TextFile.create(tmp_path, to_text(raw), ".jsonc") for _ in range(2))
    for file in (changed, same):
        kept_texts.put_beside(file, made_of)
    secret = '"variables": {"New": {"value": "c4n4ry", "isSecret": true},'
    changed.write(to_text(raw).replace('"variables": {', secret, 1))
    kept_texts.tidy(tmp_path)
    [found] = kept_texts.load(tmp_path)
    assert (found.file.path, found.edit.work) == (changed.path, raw)
    assert found.mistake is None
    assert "c4n4ry" not in found.file.read()
    assert not same.path.parent.exists()


async def test_a_text_left_behind_is_told_at_the_start(tmp_path: Path) -> None:
    raw = rich()
    file = TextFile.create(tmp_path / "state", "half", ".jsonc")
    kept_texts.put_beside(file, Edit("aa", "http://one", "p1", "Billing", 5, raw, raw))
    async with running(tmp_path) as run:
        assert "Not saved yet: a text of Billing.CD; :unsaved goes on with it." in [
            said.text for said in run.app.said
        ]


async def test_an_editor_with_a_window_of_its_own_keeps_the_file(
    tmp_path: Path, script: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    script("pass")
    monkeypatch.setattr(external_editor, "AT_ONCE_SECONDS", 60.0)
    async with editing_in(tmp_path) as (run, editing, texts):
        editing_as_text.begin(run.app, editing)
        await run.see("such as code --wait")
        [file] = left(texts)
        ways_definition.unsaved(run.app)
        await run.see("Every edit was saved, or thrown away.")
        await run.press("escape")
        file.write_text(file.read_text().replace('"Billing.CD"', '"B"'))
        ways_definition.unsaved(run.app)
        await run.see("A text from your editor")
        await run.press("enter")
        await run.see("The text was taken")
        assert run.app.editings[editing.key].work["name"] == "B"
