"""The commands for scripts and screen readers, in this process, against an embedded server over TCP."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reltui.commands import secrets
from reltui.data import reading_inbox
from tests.commands import PROTECTED, document, items, mine, run, settings
from tests.terminal.program import Demo, Desk, demo


@pytest.fixture
def server() -> Iterator[Demo]:
    """An embedded server in a process of its own."""
    with demo() as running:
        yield running


@pytest.fixture
def careful(server: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """reltui set up for that server, with protected stages."""
    desk = Desk(tmp_path / "home", server.url, server.token, profile=PROTECTED)
    settings(desk, monkeypatch)
    return desk


class TestFaults:
    def test_a_fault_in_a_background_read_ends_the_command(
        self, careful: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object) -> None:
            raise ZeroDivisionError("canary-4711-secret")

        monkeypatch.setattr(reading_inbox, "read_approvals", broken)
        code, _, errors = run(careful, "inbox")
        assert code == 1
        assert "fault of its own (ZeroDivisionError)" in errors
        assert "canary" not in errors


class TestInbox:
    def test_every_form_tells_the_same_rows(self, careful: Desk) -> None:
        code, found = document(careful, "inbox", "--insight")
        assert code == 0
        assert (found["version"], found["complete"]) == (1, True)
        assert found["answered"] == found["parts"] > 1
        assert found["problems"] == []
        ids = [str(item["id"]) for item in found["items"]]
        assert ids
        code, out, errors = run(careful, "inbox", "--plain")
        *lines, last = out.splitlines()
        assert (code, errors) == (0, "")
        assert [line.rpartition(" ")[2] for line in lines] == ids
        assert last == f"{len(ids)} shown. {found['parts']} of {found['parts']} projects answered."
        # Off a terminal the sentences are the default.
        assert re.sub(r"waits [^,]*", "", run(careful, "inbox")[1]) == re.sub(r"waits [^,]*", "", out)

    def test_what_is_known_with_insight(self, careful: Desk) -> None:
        _, found = document(careful, "inbox", "--insight", "--scope", "all")
        approvals = [item for item in found["items"] if item["kind"] == "approval"]
        for item in approvals:
            assert item["troubles"] == []
            assert item["expires"] > item["created"]
            assert item["effect"]
            assert item["versions"]
            assert (item["last_signature"] is True) == ("last" in item["flags"])
            assert bool(item["back"]) == any(flag.startswith("BACK") for flag in item["flags"])
        assert any(item["back"] for item in approvals)
        assert any(item["newer"] for item in approvals)
        assert {item["why"] for item in approvals} >= {"direct", "group", "other"}
        assert all(item["group"] for item in approvals if item["why"] == "group")

    def test_scope_and_filter(self, careful: Desk) -> None:
        direct = items(careful, "--scope", "mine")
        everything = items(careful, "--scope", "all")
        assert {item["why"] for item in direct} == {"direct"}
        assert len(direct) < len(items(careful)) < len(everything)
        kept = items(careful, "--scope", "all", "--filter", "stage:prod !type:post")
        assert kept
        assert all("PROD" in i["stage"]["name"] and i["type"] != "post" for i in kept)
        back = items(careful, "--scope", "all", "--filter", "flag:back older:1m")
        assert back
        assert all(item["back"] for item in back)
        code, out, _ = run(careful, "inbox", "--filter", "no-such-word")
        assert (code, out.count("\n")) == (0, 1)
        assert out.startswith("Nothing waits for you. ")

    def test_a_profile_that_asks_a_person_takes_no_other_along(
        self, server: Demo, careful: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(secrets, "_has_terminal", lambda: False)
        whole = items(careful)
        careful.profile += f'\n[profiles.typed]\nurl = "{server.url}"\nsecret = {{ prompt = true }}\n'
        one_only = run(careful, "--profile", "typed", "inbox")
        code, found = document(careful, "--profile", "demo", "--profile", "typed", "inbox")
        assert code == 1
        assert [item["id"] for item in found["items"]] == [item["id"] for item in whole]
        sentence = "typed asks for its access token at every start."
        assert found["problems"] == [{"where": "typed", "sentence": sentence}]
        assert (one_only[0], one_only[1]) == (2, "")
        assert "no terminal to ask on; use env, file, command or keyring here" in one_only[2]

    def test_a_project_that_fails_is_named(self, server: Demo, careful: Desk) -> None:
        whole = items(careful)
        name = whole[0]["project"]
        project = next(p for p in server.get("_apis/projects?api-version=5.1")["value"] if p["name"] == name)
        server.set_faults({"name": "srv-14", "route": project["id"]})
        code, out, errors = run(careful, "inbox", "--json")
        found = json.loads(out)
        assert code == 1
        assert found["complete"] is False
        assert found["answered"] == found["parts"] - 1
        assert {problem["where"] for problem in found["problems"]} == {f"demo/{name}"}
        assert errors.startswith(f"demo/{name}: ")
        # The rows that were known stay, and say that they are old.
        assert [item["id"] for item in found["items"]] == [item["id"] for item in whole]
        assert {item["project"] for item in found["items"] if not item["fresh"]} == {name}

    def test_nothing_answers(self, server: Demo, careful: Desk) -> None:
        server.stop()
        code, out, errors = run(careful, "inbox")
        assert code == 1
        assert out.startswith("It cannot be told whether anything waits: 0 of 1 project answered.")
        assert errors.startswith("demo: ")

    def test_hostile_text_stays_text(self, server: Demo, careful: Desk) -> None:
        server.set_faults("srv-39")
        _, out, _ = run(careful, "inbox", "--plain", "--scope", "all")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)
        *lines, last = out.split("\n")[:-1]
        assert last.startswith(f"{len(lines)} shown. ")


class TestDecide:
    def test_off_a_terminal_it_takes_a_yes(self, server: Demo, careful: Desk) -> None:
        item = mine(careful)
        number, stage = str(item["id"]), item["stage"]["name"]
        for arguments, word in (
            (("approve", number), "add --yes"),
            (("approve", number, "--yes"), f'--protected with the stage\'s name, "{stage}"'),
            (("approve", number, "--yes", "--protected", "PRO"), "--protected"),
            (("reject", number, "--yes", "--protected", stage, "--comment", " "), "--comment must say why"),
            (("reject", number, "--yes"), "--comment"),
            (("approve", "twelve", "--yes"), "not an id"),
            (("approve", number, "--yes", "--server", "nix"), "no profile"),
        ):
            code, out, errors = run(careful, *arguments)
            assert (code, out) == (2, ""), arguments
            assert word in errors
        assert server.ledger() == []
        code, out, _ = run(
            careful, "approve", number, "--yes", "--protected", stage, "--comment", "by the book"
        )
        assert (code, out.count("\n")) == (0, 1)
        assert out.startswith("landed: approve ")
        (entry,) = server.ledger()
        assert entry["body"] == {"status": "approved", "comments": "by the book"}

    def test_one_after_another_and_no_more_after_a_failure(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        first, second, third = [item["id"] for item in items(careful, "--scope", "mine")][:3]
        server.set_faults({"name": "srv-25", "nth": 2})
        code, found = document(careful, "approve", str(first), str(second), str(third), "--yes")
        assert code == 1
        assert [d["id"] for d in found["decisions"]] == [first, second, third]
        states = [d["state"] for d in found["decisions"]]
        assert states == ["landed", "did not land", "not sent"]
        assert "Stopped" in found["decisions"][2]["sentence"]
        assert [entry["applied"] for entry in server.ledger()] == [True, False]
        server.set_faults()
        code, found = document(careful, "approve", "1", str(second), str(third), "--yes", "--keep-going")
        assert code == 1
        assert [(d["id"], d["state"]) for d in found["decisions"]] == [
            (1, "not sent"),
            (second, "landed"),
            (third, "landed"),
        ]
        assert len(server.ledger()) == 4

    def test_what_waits_for_others_is_left_to_them(self, server: Demo, careful: Desk) -> None:
        other = next(i for i in items(careful, "--scope", "all") if i["why"] == "other")
        code, out, _ = run(careful, "approve", str(other["id"]), "--yes")
        assert code == 1
        assert f"It is asked of {other['asked_of']}, not of you: take it over first" in out
        code, out, _ = run(careful, "approve", "1", "--yes")
        assert (code, out) == (1, "not sent: approve approval 1: Nothing with this id waits for anybody.\n")
        assert server.ledger() == []

    def test_two_servers_may_have_the_same_id(self, server: Demo, careful: Desk) -> None:
        careful.profile = f'[profiles.other]\nurl = "{server.url}"\nsecret = {{ env = "RELTUI_TEST_SECRET" }}'
        number = items(careful, "--scope", "mine")[0]["id"]
        careful.options = ("--profile", "demo", "--profile", "other")
        code, out, errors = run(careful, "approve", str(number), "--yes")
        assert (code, out) == (2, "")
        assert f"There is approval {number} on " in errors
        assert server.ledger() == []
        code, found = document(careful, "approve", str(number), "--yes", "--server", "other")
        assert (code, found["decisions"][0]["server"]) == (0, "other")
        assert len(server.ledger()) == 1

    def test_a_server_that_is_silent_may_have_the_same_id(self, server: Demo, careful: Desk) -> None:
        careful.profile = (
            '[profiles.other]\nurl = "http://127.0.0.1:9/tfs/None"\nsecret = { env = "RELTUI_TEST_SECRET" }'
        )
        number = items(careful, "--scope", "mine")[0]["id"]
        careful.options = ("--profile", "demo", "--profile", "other")
        code, out, _ = run(careful, "approve", str(number), "--yes")
        assert code == 1
        assert f"whether other has approval {number} as well" in out
        assert "--server demo" in out
        assert server.ledger() == []

    def test_read_only(self, server: Demo, careful: Desk) -> None:
        item = mine(careful)
        careful.options = ("--read-only",)
        code, out, _ = run(careful, "approve", str(item["id"]), "--yes")
        assert code == 1
        assert "demo is read-only here." in out
        assert server.ledger() == []

    def test_an_intervention(self, server: Demo, careful: Desk) -> None:
        rows = [item for item in items(careful) if item["kind"] == "intervention"]
        number, stage = str(rows[0]["id"]), rows[0]["stage"]["name"]
        code, out, _ = run(careful, "approve", number, "--yes")
        assert (code, "add --intervention" in out) == (1, True)
        code, out, _ = run(careful, "approve", number, "--intervention", "--yes", "--protected", stage)
        assert code == 0, out
        assert out.startswith("landed: resume ")
        (entry,) = server.ledger()
        assert entry["body"]["status"] == "approved"

    def test_the_rules_of_a_stage(self, server: Demo, careful: Desk) -> None:
        item = mine(careful)
        careful.profile += (
            '\n[[stage]]\nname = "PROD*"\ncomment = "CHG[0-9]{7}"\ncomment_help = "a change number"\n'
            'freeze = ["2000-01-01..2199-12-31"]'
        )
        yes = ("approve", str(item["id"]), "--yes", "--protected", item["stage"]["name"])
        code, out, _ = run(careful, *yes, "--comment", "CHG0012345")
        assert code == 1
        assert "Changes are frozen from 2000-01-01 to 2199-12-31." in out
        assert "--outside-window" in out
        code, _, errors = run(careful, *yes, "--outside-window")
        assert code == 2
        assert "The comment must hold a change number." in errors
        assert server.ledger() == []
        code, _, _ = run(careful, *yes, "--outside-window", "--comment", "CHG0012345")
        assert code == 0
        assert len(server.ledger()) == 1

    def test_protected_stages_are_decided_one_at_a_time(self, server: Demo, careful: Desk) -> None:
        rows = items(careful, "--scope", "mine", "--filter", "type:pre !flag:browser")
        first, second = [str(item["id"]) for item in rows if item["stage"]["protected"]][:2]
        names = [word for item in rows for word in ("--protected", item["stage"]["name"])]
        for command in ("approve", "reject"):
            code, out, errors = run(careful, command, first, second, "--yes", "--comment", "no", *names)
            assert (code, out) == (2, "")
            assert f"decided one at a time, and approvals {first} and {second} are of such" in errors
        assert server.ledger() == []

    def test_an_older_and_an_own_release_are_left_out_of_several(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        rows = items(careful, "--insight", "--filter", "type:pre")
        older = next(str(item["id"]) for item in rows if item["superseded"])
        own = [str(item["id"]) for item in rows if "own" in item["flags"]]
        other = next(str(item["id"]) for item in rows if item["flags"] == ["last"])
        code, out, _ = run(careful, "approve", older, *own, other, "--yes")
        assert code == 1
        told = dict(zip((older, *own, other), out.splitlines(), strict=True))
        assert "Superseded: a newer release waits for the same stage, and for you. Left out" in told[older]
        # Not every stage forbids it.
        forbidden = [told[number] for number in own if not told[number].startswith("landed: ")]
        assert forbidden
        assert all("may not approve this stage. Left out of several" in line for line in forbidden)
        assert told[other].startswith("landed: approve ")
        assert len(server.ledger()) == len(own) - len(forbidden) + 1
        # Alone it is no oversight.
        code, out, errors = run(careful, "approve", older, "--yes")
        assert (code, out[:15]) == (0, "landed: approve")
        assert "newer release waits for the same stage." in errors

    def test_what_a_window_is_for(self, server: Demo, careful: Desk) -> None:
        careful.profile = '[[stage]]\nname = "*"\nfreeze = ["2000-01-01..2199-12-31"]'
        rows = items(careful)
        before, after = (next(str(i["id"]) for i in rows if i["type"] == side) for side in ("pre", "post"))
        stopped = next(str(i["id"]) for i in rows if i["kind"] == "intervention")
        for arguments in (("approve", before), ("approve", stopped, "--intervention")):
            code, out, _ = run(careful, *arguments, "--yes")
            assert (code, "Changes are frozen from 2000-01-01" in out) == (1, True)
        assert server.ledger() == []
        no = ("--comment", "no")
        for free in (("approve", after), ("reject", before, *no), ("reject", stopped, "--intervention", *no)):
            code, out, _ = run(careful, *free, "--yes")
            assert code == 0, out
        assert len(server.ledger()) == 3

    def test_a_window_goes_by_the_clock_of_the_server(self, server: Demo, careful: Desk) -> None:
        day = datetime.now(UTC) + timedelta(days=10)
        first, last = (f"{day + timedelta(days=days):%Y-%m-%d}" for days in (-2, 2))
        careful.profile = f'[[stage]]\nname = "*"\nfreeze = ["{first}..{last}"]'
        number = next(str(item["id"]) for item in items(careful) if item["type"] == "pre")
        server.set_faults({"name": "srv-42", "seconds": 10 * 86_400})
        code, out, _ = run(careful, "approve", number, "--yes")
        assert (code, f"Changes are frozen from {first} to {last}." in out) == (1, True)
        server.set_faults()
        assert run(careful, "approve", number, "--yes")[0] == 0
        assert len(server.ledger()) == 1


class TestCreateAndAbandon:
    def test_from_the_one_to_the_other(self, server: Demo, careful: Desk) -> None:
        code, found = document(
            careful,
            "create",
            "invoice.cd",
            "--manual",
            "DEV",
            "--description",
            "for the evening",
            "--yes",
        )
        assert code == 0
        (decision,) = found["decisions"]
        assert (decision["verb"], decision["state"], decision["kind"]) == ("create", "landed", "definition")
        number = decision["made"]
        assert f"(id {number}) was created." in decision["sentence"]
        (entry,) = server.ledger()
        assert entry["body"]["manualEnvironments"] == ["DEV"]
        assert entry["body"]["description"] == "for the evening"
        code, out, _ = run(careful, "abandon", str(number), "--comment", "a mistake", "--yes")
        assert (code, out[:26]) == (0, "landed: abandon Invoice.CD")
        assert len(server.ledger()) == 2
        code, out, _ = run(careful, "abandon", str(number), "--yes")
        assert (code, "It is abandoned already." in out) == (1, True)
        code, out, errors = run(careful, "abandon", "99999999", "--yes")
        assert (code, out) == (1, "")
        assert "It cannot be told whether release 99999999 is there" in errors
        assert len(server.ledger()) == 2

    def test_a_wrong_choice_is_named_with_what_there_is(self, server: Demo, careful: Desk) -> None:
        for arguments, word in (
            (("--version", "nix=1"), 'there is no artifact "nix"; there are: '),
            (("--version", "invoice-service.CI=nix"), 'has no version "nix"; the newest: '),
            (("--manual", "nix"), "those that do: DEV, "),
            (("--variable", "nix=1"), '"nix" cannot be given another value here'),
            (("--variable", "nix"), "must look like NAME=VALUE"),
            (("--project", "nix"), 'no project "nix"'),
        ):
            code, out, errors = run(careful, "create", "Invoice.CD", "--yes", *arguments)
            assert (code, out) == (2, ""), arguments
            assert word in errors
        code, out, errors = run(careful, "create", "nix", "--yes")
        assert (code, out, errors) == (1, "", "reltui: There is no definition nix.\n")
        assert server.ledger() == []

    def test_what_an_older_server_cannot_do_is_told_with_its_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with demo(generation="tfs-2018") as older:
            desk = Desk(tmp_path / "home", older.url, older.token)
            settings(desk, monkeypatch)
            code, out, errors = run(desk, "create", "Invoice.CD", "--yes", "--variable", "LogLevel=x")
            assert (code, out) == (1, "")
            assert errors.startswith("reltui: TFS 2018 Update 2 cannot take other values of variables")
            assert older.ledger() == []

    def test_a_chosen_version_is_sent(self, server: Demo, careful: Desk) -> None:
        _, _, errors = run(careful, "create", "Invoice.CD", "--yes", "--version", "invoice-service.CI=nix")
        shown = errors.rpartition("the newest: ")[2].split(",")[0]
        code, _, _ = run(careful, "create", "Invoice.CD", "--yes", "--version", f"invoice-service.CI={shown}")
        assert code == 0
        (entry,) = server.ledger()
        (artifact,) = entry["body"]["artifacts"]
        assert artifact["instanceReference"]["name"] == shown


class TestJournal:
    def test_it_tells_what_the_ledger_tells(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        first, second = [i for i in items(careful) if i["kind"] == "approval"][:2]
        run(careful, "approve", str(first["id"]), "--yes", "--comment", "=1+1")
        run(careful, "reject", str(second["id"]), "--yes", "--comment", "not tonight")
        code, found = document(careful, "journal")
        assert code == 0
        assert found["version"] == 1
        told = [(d["verb"], d["object_id"], d["state"], d["comment"]) for d in found["decisions"]]
        assert told == [
            ("reject", second["id"], "landed", "not tonight"),
            ("approve", first["id"], "landed", "=1+1"),
        ]
        assert [entry["body"]["comments"] for entry in server.ledger()] == ["=1+1", "not tonight"]
        _, out, _ = run(careful, "journal", "--filter", "verb:approve", "--since", "1h")
        line, last = out.splitlines()
        assert line.endswith(f"approval {first['id']}")
        assert last == "1 decision."
        code, out, _ = run(careful, "journal", "--csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["comment"] for row in rows] == ["not tonight", "'=1+1"]
        code, _, errors = run(careful, "journal", "--since", "soon")
        assert (code, '"soon" must look like' in errors) == (2, True)
        _, others = document(careful, "journal", "--elsewhere")
        assert {d["origin"] for d in others["decisions"]} == {"here", "elsewhere"}


class TestWatch:
    def test_what_waits_already_and_the_timeout(self, careful: Desk) -> None:
        code, out, errors = run(careful, "watch", "--timeout", "2s")
        assert (code, out) == (1, "")
        assert errors == "reltui: The time is over, and nothing new waits.\n"
        code, found = document(careful, "watch", "--any", "--scope", "mine")
        assert code == 0
        assert {item["why"] for item in found["items"]} == {"direct"}
        code, _, errors = run(careful, "watch", "--filter", "flag:back")
        assert (code, "there is --expiring" in errors) == (2, True)
        code, out, _ = run(careful, "watch", "--expiring", "20000d", "--filter", "stage:prod")
        assert (code, "expires in" in out) == (0, True)
