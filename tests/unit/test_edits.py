"""Unsaved edits of definitions: kept, read back, owned, and without secrets."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from reltui.data.edits import Edit, EditStore, digest, new_key, without_secrets
from reltui.data.files import Owner
from reltui.model.editing.checks import findings
from reltui.model.text import SafeText

RAW: dict[str, Any] = {
    "name": "Fresh\u202e.CD",
    "variables": {"Key": {"value": "c4n4ry", "isSecret": True}, "Ring": {"value": "one"}},
    "environments": [{"name": "DEV", "variables": {"Key": {"value": "c4n4ry", "isSecret": True}}}],
}


def edit(key: str = "", at: float = 1.0) -> Edit:
    """A new definition."""
    return Edit(key or new_key(), "http://one/tfs/Main", "p1", "Billing", 0, None, RAW, "why", at)


def test_what_was_kept_is_read_back_newest_first_without_values_of_secrets(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    store.save(edit("aa", at=1.0))
    store.save(replace(edit("bb", at=2.0), base=RAW, definition_id=7))
    first, second = store.load()
    assert (first.key, second.key) == ("bb", "aa")
    assert first.work == without_secrets(RAW) == first.base
    assert first.work["variables"] == {"Key": {"value": "", "isSecret": True}, "Ring": {"value": "one"}}
    assert "\u202e" not in second.name
    for path in (tmp_path / "edits").iterdir():
        assert b"c4n4ry" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "c4n4ry" not in repr(edit())


def test_kept_again_it_is_one_and_removed_it_is_none(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    assert store.load() == ()
    store.save(edit("aa"))
    store.save(replace(edit("aa"), comment="better"))
    assert [each.comment for each in store.load()] == ["better"]
    sent = digest(RAW)
    store.drop("aa", sent)
    store.drop("aa", sent)
    store.drop(None, sent)
    assert store.load() == ()


def test_what_was_changed_after_it_was_sent_is_not_dropped(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    sent = digest({**RAW, "revision": 4})
    store.save(replace(edit("aa"), work={**RAW, "description": "an hour of work"}))
    store.drop("aa", sent)
    store.drop("aa", None)
    assert [each.key for each in store.load()] == ["aa"]
    store.save(replace(edit("aa"), work={**RAW, "revision": 5}))
    store.drop("aa", sent)
    assert store.load() == ()


def owned_by(path: Path, **owner: object) -> None:
    """Have the file say that another one keeps it."""
    plain = json.loads(path.read_bytes())
    plain["owner"] |= owner
    path.write_text(json.dumps(plain))


def a_living_other() -> dict[str, object]:
    """The parent of this process, which runs."""
    parent = Path(f"/proc/{os.getppid()}/stat").read_text(encoding="ascii", errors="replace")
    return {"pid": os.getppid(), "started": parent.rpartition(")")[2].split()[19]}


def test_an_edit_that_is_taken_is_in_hand_here_and_no_two_go_on_with_it(tmp_path: Path) -> None:
    store, path = EditStore(tmp_path / "edits"), tmp_path / "edits" / "aa.json"
    store.save(edit("aa"))
    owned_by(path, started="long ago")
    (shown,) = store.load()
    assert store.take(shown) == replace(shown, host="")
    assert json.loads(path.read_bytes())["owner"] == asdict(Owner.ours())
    owned_by(path, **a_living_other())
    copy = store.take(shown)
    assert copy.key != "aa"
    assert copy.work == shown.work
    assert [each.key for each in store.load()] == [copy.key]
    path.unlink()
    assert store.take(shown).key == "aa"


def test_an_edit_of_another_host_is_listed_and_taken_as_a_copy(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    store.save(edit("aa"))
    owned_by(tmp_path / "edits" / "aa.json", host="laptop\u202e")
    (shown,) = store.load()
    assert shown.host.startswith("laptop")
    assert "\u202e" not in shown.host
    taken = store.take(shown)
    assert (taken.key == "aa", taken.host) == (False, "")
    assert {each.host for each in store.load()} == {"", shown.host}


def test_what_another_running_program_has_in_hand_is_not_offered(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    store.save(edit("aa"))
    path = tmp_path / "edits" / "aa.json"
    owned_by(path, **a_living_other())
    assert store.load() == ()
    owned_by(path, started="another time")
    assert [each.key for each in store.load()] == ["aa"]


def test_what_cannot_be_read_is_set_aside_and_told(tmp_path: Path) -> None:
    store = EditStore(tmp_path / "edits")
    store.save(edit("aa"))
    (tmp_path / "edits" / "bb.json").write_bytes(b"{")
    (tmp_path / "edits" / "cc.json").write_bytes(json.dumps({"version": 99}).encode())
    assert [each.key for each in store.load()] == ["aa"]
    assert len(store.troubles) == 2
    assert (tmp_path / "edits" / "bb.json.unreadable").read_bytes() == b"{"
    assert [each.key for each in store.load()] == ["aa"]
    assert not store.troubles


def test_an_edit_without_a_name_is_told_so() -> None:
    assert replace(edit(), work={}).name == SafeText("without a name")


def test_a_secret_that_is_kept_is_told_from_one_whose_value_is_gone() -> None:
    kept = {"Old": {"value": None, "isSecret": True}, "New": {"value": "c4n4ry", "isSecret": True}}
    left = without_secrets({"id": 7, "variables": kept})
    assert left["variables"] == {**kept, "New": {"value": "", "isSecret": True}}
    wrong = [each for each in findings({**left, "environments": []}) if "would be emptied" in each.sentence]
    assert [(each.path, each.field, each.is_error) for each in wrong] == [
        (("variables",), "variable:New:value", True)
    ]
