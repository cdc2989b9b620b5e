"""The program on servers of before 4.0: what cannot be there is greyed and says why."""

from __future__ import annotations

from pathlib import Path

from reltui.config import Config, Policy, Ui
from reltui.data.decision import Verb
from reltui.ui.keys import keymap as made_keymap
from reltui.ui.places import Place
from reltui.ui.present import plain
from reltui.ui.screens.editor import EditorScreen
from reltui.ui.widgets.statusline import footer
from tests.support import ledger
from tests.ui.running import Running, running
from tests.ui.test_verb_dialogs_live import ordinary_stages, quiet_release, stage_subject

OLD = {"generation": "tfs-2017"}


async def command(run: Running, word: str) -> None:
    await run.press("colon", *word, "enter")


async def test_keys_that_the_server_is_too_old_for_say_why(tmp_path: Path) -> None:
    async with running(tmp_path, demo_options=OLD) as run:
        await run.press("3")
        await run.see("Invoice.CD")
        assert "TFS 2017" not in run.text
        await run.press("h")
        await run.see("TFS 2017 cannot tell the earlier revisions of a definition.")
        for word, words in {
            "folders": "TFS 2017 cannot put definitions into folders.",
            "deleted": "TFS 2017 cannot list what was deleted.",
        }.items():
            await command(run, word)
            await run.see(words)
        await run.press("enter")
        await run.see("[Stage]")
        while "[History]" not in run.text:
            await run.press("]")
        await run.see("TFS 2017 cannot tell the earlier revisions of a definition.")
        await run.press("4")
        await run.see("TFS 2017 cannot tell its deployments")
        await run.press("2")
        await run.see("50+ releases")
        for word in ("tag", "rename", "deleted", "snapshot"):
            await command(run, word)
            await run.see("TFS 2017 cannot ")
            await run.press("j")
        assert await ledger(run.demo) == []


def test_a_greyed_key_of_the_footer_is_dim_and_stays_in_its_place() -> None:
    keymap = made_keymap(Config(profiles={}, default=(), policy=Policy(), ui=Ui()))
    actions = [action for action in keymap.offered(Place.DEFINITIONS) if action.footer][:3]
    usual, greyed = footer(actions, keymap, 80), footer(actions, keymap, 80, {actions[1].id})
    assert plain(usual) == plain(greyed)
    key = keymap.key_of(actions[1].id)
    assert [span.role for span in greyed if span.text.startswith(f"{key} {actions[1].label}")] == ["dim"]
    assert {span.role for span in usual} == {"", "key"}


async def test_a_deployment_takes_no_time_and_no_other_variables_there(tmp_path: Path) -> None:
    async with running(tmp_path, demo_options=OLD, protected=()) as run:
        from reltui.ui.screens import verbs

        topic, release = await quiet_release(run)
        verbs.open_dialog(run.app, stage_subject(run, topic, Verb.DEPLOY, ordinary_stages(release)[0]))
        await run.see("TFS 2017 cannot take other values of variables for one release.")
        field = run.app.screen.query_one("#when")
        field.focus()
        field.value = "+2h"  # type: ignore[attr-defined]
        await run.see("TFS 2017 cannot plan a deployment for a time.")


async def test_a_definition_is_edited_where_nothing_is_lost(tmp_path: Path) -> None:
    async with running(tmp_path, size=(120, 40), demo_options=OLD, protected=()) as run:
        await run.press("3")
        await run.see("Invoice.CD")
        await run.row()
        await run.press("e")
        await run.see("no problem")
        editor = run.app.screen
        assert isinstance(editor, EditorScreen)
        job = ("environments", 0, "deployPhases", 0)
        editor.go_to(job, "name")
        await run.see("TFS 2017 has one job in each stage, without a name.")
        await run.press("enter")
        await run.see("TFS 2017 has one job in each stage, without a name.")
        assert not editor.editing.is_changed
        editor.go_to(("environments", 0), "days")
        await run.press("enter", *["backspace"] * 4, *"45", "enter")
        await run.see("45")
        await run.press("s")
        await run.see("days kept  60 -> 45")
        await run.confirm()
        await run.see("landed: save")
        [line] = await ledger(run.demo)
        assert (line["method"], line["applied"]) == ("PUT", True)
        assert line["body"]["retentionPolicy"] == {"daysToKeep": 45}
        assert all("deployPhases" not in each for each in line["body"]["environments"])
