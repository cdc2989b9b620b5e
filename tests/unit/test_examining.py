"""The findings of reltui doctor, of facts."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.commands.doctor import WIDTH, code_of, page, summary
from reltui.config import Notify, Profile, SecretSource
from reltui.data import access_seen, examining_grants, examining_machine, stopped
from reltui.data.access_seen import Seen, recall, remember
from reltui.data.examining import (
    Finding,
    Health,
    Section,
    aside,
    bad,
    in_order,
    ok,
    unknown,
    verdict,
    warn,
)
from reltui.data.examining_grants import (
    clock_finding,
    day_of,
    door_finding,
    editor_finding,
    grant_findings,
    limits_finding,
    listed,
    parted,
    projects_finding,
    sign_in_finding,
    sign_in_trouble,
    tls_finding,
    version_finding,
    view_finding,
)
from reltui.data.examining_machine import Facing, config_folder, examine_terminal, own_folder
from reltui.data.examining_server import CHECKS
from reltui.errors import (
    FolderError,
    NotFound,
    NotSignedIn,
    NotTheServer,
    Redirected,
    ReltuiError,
    SentToSignIn,
    Unavailable,
    Unreachable,
)
from reltui.model.generations import TITLES
from reltui.model.identity import Me
from reltui.model.text import SafeText

NOW = 1_796_000_000.0
DAY = 86_400.0
PROFILE = Profile("tfs01", "https://tfs01.example/tfs/Main", SecretSource(env="RELTUI_TFS01"))
ME = Me("5f0c…", SafeText("Dana Reyes"), SafeText("NORTH\\dana"))


class TestOrder:
    def test_what_was_not_examined_names_what_stood_in_its_way(self) -> None:
        found = in_order(("a", "b", "c"), [ok("c", "fine"), bad("a", "broken", "mend it")])
        assert [(each.name, each.health) for each in found] == [
            ("a", Health.BAD),
            ("b", Health.UNKNOWN),
            ("c", Health.OK),
        ]
        assert found[1].found == "not examined: first repair a"
        assert [each.is_skipped for each in found] == [False, True, False]

    def test_a_reason_of_its_own(self) -> None:
        [found] = in_order(("a",), [], "not examined: nobody typed it")
        assert found.found == "not examined: nobody typed it"

    def test_the_worst_counts_and_what_is_not_known_does_not(self) -> None:
        def section(*findings: Finding) -> Section:
            return Section("server", SafeText("x"), SafeText(""), findings)

        assert verdict([section(ok("a", ""), unknown("b", ""))]) is Health.OK
        assert verdict([section(ok("a", "")), section(warn("b", ""))]) is Health.WARN
        assert verdict([section(warn("a", "")), section(bad("b", "", ""))]) is Health.BAD

    @pytest.mark.parametrize(
        ("name", "finding", "code"),
        [
            ("server", ok("a", ""), 0),
            ("server", warn("a", ""), 0),
            ("server", bad("a", "", ""), 1),
            ("configuration", bad("a", "", ""), 2),
            ("configuration", warn("a", ""), 0),
        ],
    )
    def test_exit_codes(self, name: str, finding: Finding, code: int) -> None:
        assert code_of([Section(name, SafeText(""), SafeText(""), (finding,))]) == code


class TestAside:
    def test_it_does_not_wait_for_what_hangs(self) -> None:
        never = threading.Event()
        with pytest.raises(TimeoutError):
            asyncio.run(aside(never.wait, 0.05))
        never.set()

    @pytest.mark.parametrize("error", [FolderError("open"), PermissionError("no"), UnicodeError("odd")])
    def test_errors_come_through(self, error: Exception) -> None:
        def work() -> None:
            raise error

        with pytest.raises(type(error)):
            asyncio.run(aside(work))

    def test_a_result(self) -> None:
        assert asyncio.run(aside(lambda: 7)) == 7


class TestPage:
    def test_lines(self) -> None:
        long = "a certificate that " * 6
        section = Section(
            "server",
            SafeText("tfs01"),
            SafeText("https://tfs01.example/tfs/Main"),
            in_order(("proxy", "name", "tls", "answer"), [ok("proxy", "none"), bad("name", long, "mend it")]),
        )
        assert list(page(section))[:3] == [
            "",
            "Server tfs01: https://tfs01.example/tfs/Main",
            "  ok    proxy      none",
        ]
        lines = list(page(section))
        assert all(len(line) <= WIDTH for line in lines)
        assert lines[3].startswith("  BAD   name       a certificate that")
        assert "                -> mend it" in lines
        assert lines[-1] == "  ?     the rest   not examined: first repair name"
        assert list(summary([section]))[1] == "To be repaired: name of tfs01."

    @given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=300))
    def test_no_line_is_too_long(self, words: str) -> None:
        section = Section("server", SafeText("x"), SafeText(words), (bad("tls", words, words),))
        assert all(len(line) <= WIDTH for line in page(section))


@pytest.mark.parametrize(
    ("offset", "health", "words"),
    [
        (None, Health.UNKNOWN, "does not tell"),
        (0.4, Health.OK, "the same"),
        (-20.0, Health.OK, "20 s"),
        (90.0, Health.WARN, "90 s behind"),
        (-90.0, Health.WARN, "90 s ahead of"),
        (1_800.0, Health.BAD, "30 minutes behind"),
        (-7_200.0, Health.BAD, "2 hours ahead of"),
        (30 * DAY, Health.BAD, "30 days behind"),
    ],
)
def test_clock(offset: float | None, health: Health, words: str) -> None:
    found = clock_finding(offset)
    assert found.health is health
    assert words in found.found
    assert bool(found.todo) is (health in (Health.WARN, Health.BAD))


@pytest.mark.parametrize(
    ("rate", "pause", "health", "words"),
    [
        ({}, 0.0, Health.OK, "none"),
        ({"x-ratelimit-limit": "200", "x-ratelimit-remaining": "120"}, 0.0, Health.OK, "120 of 200 left"),
        ({"x-ratelimit-resource": "Concurrency"}, 31.2, Health.WARN, "wait 31 s (Concurrency)"),
        ({"x-ratelimit-delay": "4.2"}, 0.0, Health.WARN, "late on purpose"),
    ],
)
def test_limits(rate: dict[str, str], pause: float, health: Health, words: str) -> None:
    found = limits_finding({name: SafeText(value) for name, value in rate.items()}, pause)
    assert found.health is health
    assert words in found.found


@pytest.mark.parametrize(
    ("ends", "health", "words"),
    [
        (None, Health.OK, ""),
        (NOW + 90 * DAY, Health.OK, ""),
        (NOW + 5.5 * DAY, Health.WARN, "5 days more"),
        (NOW + 10, Health.WARN, "0 days more"),
    ],
)
def test_tls(ends: float | None, health: Health, words: str) -> None:
    found = tls_finding("TLSv1.3", ends, NOW)
    assert (found.health, words in found.found) == (health, True)


class TestDoor:
    @pytest.mark.parametrize(
        ("error", "health", "todo"),
        [
            (NotSignedIn("No.", status=401), Health.OK, ""),
            (NotSignedIn("No.", status=401, offers=("basic", "ntlm")), Health.OK, ""),
            (NotSignedIn("No.", status=401, offers=("ntlm",)), Health.WARN, 'sign_in = "ntlm"'),
            (NotTheServer("A portal."), Health.BAD, "url in the profile"),
            (Redirected("Sent on."), Health.BAD, "put its address into url"),
            (
                NotTheServer("It asks; put name and password into x."),
                Health.BAD,
                "put name and password into x",
            ),
            (
                NotTheServer("x asks for a certificate; name it as client_cert."),
                Health.BAD,
                "name it as client",
            ),
            (Unavailable("Down.", status=503, retry_after=20.0), Health.BAD, "wait 20 s"),
            (Unavailable("Down.", status=503), Health.BAD, "try again later"),
            (Unreachable("Broke."), Health.BAD, "who runs the server"),
        ],
    )
    def test_who_answers(self, error: ReltuiError, health: Health, todo: str) -> None:
        found = door_finding(error, None, "pat")
        assert found.health is health
        assert todo in found.todo

    @pytest.mark.parametrize(
        ("offers", "health"), [(("basic", "ntlm"), Health.WARN), (("basic",), Health.OK), ((), Health.OK)]
    )
    def test_a_server_of_a_company_takes_no_bearer_token(
        self, offers: tuple[str, ...], health: Health
    ) -> None:
        assert door_finding(NotSignedIn("No.", offers=offers), None, "bearer").health is health

    @pytest.mark.parametrize("offers", [("ntlm",), ("negotiate",), ("negotiate", "ntlm")])
    def test_ntlm_is_behind_negotiate_too(self, offers: tuple[str, ...]) -> None:
        assert door_finding(NotSignedIn("No.", offers=offers), None, "ntlm").health is Health.OK

    @pytest.mark.parametrize(
        ("answer", "health"), [({"value": []}, Health.OK), ({}, Health.BAD), ([], Health.BAD)]
    )
    def test_strangers(self, answer: object, health: Health) -> None:
        assert door_finding(None, answer, "pat").health is health


class TestSignIn:
    @pytest.mark.parametrize(
        ("left", "health", "words"),
        [
            (None, Health.OK, "as Dana Reyes (NORTH\\dana), by access token"),
            (30 * DAY, Health.OK, "for 30 days"),
            (600.0, Health.WARN, "for 10 minutes"),
            (-5.0, Health.WARN, "for 0 minutes"),
        ],
    )
    def test_until(self, left: float | None, health: Health, words: str) -> None:
        found = sign_in_finding(PROFILE, ME, None if left is None else NOW + left, NOW)
        assert (found.health, words in found.found) == (health, True)

    def test_a_command_gives_another_token(self) -> None:
        profile = Profile("ado", "https://dev.azure.com/north", SecretSource(command=("az",)), "bearer")
        assert sign_in_finding(profile, ME, NOW + 600, NOW).health is Health.OK

    def test_the_reason_without_what_is_said_elsewhere(self) -> None:
        said = "TF400813: not authorized. Check the secret of this profile; it may have expired."
        found = sign_in_trouble(NotSignedIn(said, status=401), PROFILE)
        assert found.found == "TF400813: not authorized"
        assert "make a new access token" in found.todo

    def test_being_sent_to_a_sign_in_page_is_a_matter_of_the_secret(self) -> None:
        assert (
            "make a new access token" in sign_in_trouble(SentToSignIn("Sent on.", status=302), PROFILE).todo
        )

    def test_a_ticket_that_is_missing_is_no_matter_of_a_password(self) -> None:
        profile = Profile("tfs01", PROFILE.url, SecretSource(), "negotiate")
        found = sign_in_trouble(
            NotSignedIn("There is no Kerberos ticket; get one: kinit.", sent=False), profile
        )
        assert (found.found, found.todo) == ("There is no Kerberos ticket", "get one: kinit")

    def test_a_collection_that_is_not_there(self) -> None:
        assert "collection" in sign_in_trouble(NotFound("Nothing here.", status=404), PROFILE).todo


class TestPermissions:
    def test_nothing_is_known(self) -> None:
        found = grant_findings({}, is_read_only=False)
        assert [(each.name, each.health) for each in found] == [
            ("execute", Health.UNKNOWN),
            ("manage", Health.UNKNOWN),
        ]
        assert all("not known until used" in each.found for each in found)

    def test_what_was_seen(self) -> None:
        seen = {
            "vso.release_execute": Seen(works_at=NOW, refused_at=NOW - 9, said=SafeText("No.")),
            "vso.release_manage": Seen(works_at=NOW - 9, refused_at=NOW, said=SafeText("No.")),
        }
        execute, manage = grant_findings(seen, is_read_only=False)
        assert (execute.health, manage.health) == (Health.OK, Health.WARN)
        assert f"refused on {day_of(NOW)}: No" in manage.found
        assert "vso.release_manage" in manage.todo

    def test_read_only(self) -> None:
        found = grant_findings({"vso.release_manage": Seen(works_at=NOW)}, is_read_only=True)
        assert {each.health for each in found} == {Health.UNKNOWN}

    def test_one_project_of_three(self) -> None:
        found = view_finding(3, {SafeText("Billing"): "TF401: no View releases"})
        assert found.health is Health.WARN
        assert found.found == "cannot be read in Billing of 3: TF401: no View releases"
        assert view_finding(1, {SafeText("Billing"): "no"}).health is Health.BAD
        assert view_finding(2, {}).health is Health.OK

    def test_an_address_without_the_collection(self) -> None:
        found = view_finding(2, {SafeText("A"): "Nothing", SafeText("B"): "Nothing"}, is_elsewhere=True)
        assert (found.health, "url in the profile" in found.todo) == (Health.BAD, True)

    def test_lists_of_the_editor(self) -> None:
        found = editor_finding({"queues": "vso.agentpools", "connections": "vso.serviceendpoint"})
        assert found.health is Health.WARN
        assert "vso.agentpools, vso.serviceendpoint" in found.todo

    def test_projects(self) -> None:
        names = [SafeText("Billing"), SafeText("Mobile")]
        assert projects_finding(PROFILE, names, "").found == "2"
        assert projects_finding(PROFILE, [], "").health is Health.BAD
        assert projects_finding(PROFILE, names, "a page is missing").health is Health.WARN
        profile = Profile("x", PROFILE.url, PROFILE.secret, projects=("billing", "Gone"))
        assert "there is no Gone" in projects_finding(profile, names, "").found


def test_names_of_many() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_sentences_in_two() -> None:
    assert parted("It has expired; renew it", "ask") == ("It has expired", "renew it")
    assert parted("x is open. Repair it: chmod 600 x", "ask") == ("x is open", "chmod 600 x")
    assert parted("It is down", "ask") == ("It is down", "ask")


@pytest.mark.parametrize("generation", TITLES)
def test_every_generation_has_words(generation: str) -> None:
    assert version_finding(generation, "1.0").found.startswith(f"{TITLES[generation]}, REST API 1.0")


class TestSeen:
    def test_a_refusal_and_what_works_afterwards(self) -> None:
        kept = remember(None, "me", NOW, refused={"vso.release_manage": SafeText("No.")})
        assert recall(kept, "me")["vso.release_manage"].is_refused
        kept = remember(kept, "me", NOW + 1, works=("vso.release_manage",), refused={})
        assert not recall(kept, "me")["vso.release_manage"].is_refused
        assert recall(kept, "me")["vso.release_manage"].works_at == NOW + 1

    def test_another_person_knows_nothing(self) -> None:
        kept = remember(None, "me", NOW, works=("vso.release",), refused={})
        assert recall(kept, "other") == {}
        assert set(recall(remember(kept, "other", NOW, refused={}), "other")) == set()

    json = st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["me", "vso.release"]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("works_at"), inner),
    )

    @given(json, st.dictionaries(st.sampled_from(["vso.release", "vso.release_manage", "x"]), json))
    def test_a_file_may_hold_anything(self, person: object, scopes: dict[str, object]) -> None:
        for raw in (person, scopes, {"person": "me", "scopes": scopes}, {"person": "me", "scopes": person}):
            for seen in recall(raw, "me").values():
                assert seen.said.isprintable()

    def test_the_name_is_that_of_the_cache(self) -> None:
        assert access_seen.NAME == "access"


class TestFolders:
    def test_one_that_is_not_there_is_not_made(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "reltui"
        assert own_folder("state", folder).health is Health.OK
        assert not folder.parent.exists()

    def test_modes(self, tmp_path: Path) -> None:
        folder = tmp_path / "reltui"
        (folder / "journal").mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        assert own_folder("state", folder).health is Health.OK
        (folder / "journal").chmod(0o750)
        found = own_folder("state", folder)
        assert found.health is Health.BAD
        assert found.todo == f"chmod 700 {folder / 'journal'}"

    def test_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir(mode=0o700)
        (tmp_path / "link").symlink_to(tmp_path / "real")
        (tmp_path / "nowhere").symlink_to(tmp_path / "absent")
        assert own_folder("state", tmp_path / "link").health is Health.BAD
        assert own_folder("state", tmp_path / "nowhere").health is Health.BAD

    def test_little_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(examining_machine, "LITTLE_SPACE", 2**62)
        assert own_folder("state", tmp_path / "reltui").health is Health.WARN

    @pytest.mark.parametrize(
        ("mode", "health"), [(0o700, Health.OK), (0o755, Health.OK), (0o775, Health.BAD), (0o777, Health.BAD)]
    )
    def test_that_of_the_configuration(self, tmp_path: Path, mode: int, health: Health) -> None:
        folder = tmp_path / "config"
        folder.mkdir()
        folder.chmod(mode)
        assert config_folder(folder).health is health


def facing(
    environment: dict[str, str] | None = None, size: tuple[int, int] | None = (80, 24), *, utf8: bool = True
) -> Facing:
    """A terminal that is right but for what is said."""
    return Facing({"TERM": "xterm-256color", **(environment or {})}, True, utf8, size)


def found_on(where: Facing, name: str, state: Path) -> Finding:
    return next(each for each in examine_terminal(where, state).findings if each.name == name)


class TestTerminal:
    @pytest.mark.parametrize(
        ("environment", "name", "health", "words"),
        [
            ({"TERM": "dumb"}, "drawing", Health.BAD, "TERM=dumb"),
            ({"TERM": ""}, "drawing", Health.BAD, "not set"),
            ({"TERM": "vt220"}, "drawing", Health.OK, "vt220"),
            ({"TERM": "linux"}, "colours", Health.OK, "16, which"),
            ({}, "colours", Health.OK, "256"),
            ({"COLORTERM": "truecolor"}, "colours", Health.OK, "16 million"),
            ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "colours", Health.OK, "none"),
            ({"TERM": "linux"}, "clipboard", Health.WARN, "none"),
            ({"TMUX": "/x"}, "clipboard", Health.UNKNOWN, "tmux"),
            ({"STY": "1.x"}, "clipboard", Health.WARN, "GNU screen"),
            ({"TERM": "xterm-kitty"}, "clipboard", Health.OK, "takes it"),
            ({"TERM_PROGRAM": "Apple_Terminal"}, "clipboard", Health.WARN, "does not"),
            ({"WT_SESSION": "1"}, "clipboard", Health.OK, "takes it"),
            ({}, "clipboard", Health.UNKNOWN, "cannot be told"),
            ({}, "notices", Health.OK, "bell, title"),
            ({"TERM": "linux"}, "notices", Health.OK, "by bell"),
        ],
    )
    def test_by_the_environment(
        self, tmp_path: Path, environment: dict[str, str], name: str, health: Health, words: str
    ) -> None:
        found = found_on(facing(environment), name, tmp_path)
        assert (found.health, words in found.found) == (health, True), found

    @pytest.mark.parametrize(
        ("size", "health"),
        [((80, 24), Health.OK), ((79, 50), Health.WARN), ((0, 0), Health.UNKNOWN), (None, Health.UNKNOWN)],
    )
    def test_size(self, tmp_path: Path, size: tuple[int, int] | None, health: Health) -> None:
        assert found_on(facing(size=size), "size", tmp_path).health is health

    def test_letters(self, tmp_path: Path) -> None:
        found = found_on(facing({"LANG": "C\x1b[2J"}, utf8=False), "letters", tmp_path)
        assert found.health is Health.WARN
        assert found.found.isprintable()

    def test_notices_that_are_lost(self, tmp_path: Path) -> None:
        for extra in ({"TERM": "linux"}, {"TMUX": "/x"}):
            where = Facing({"TERM": "xterm", **extra}, True, True, (80, 24), Notify(osc9=True))
            assert found_on(where, "notices", tmp_path).health is Health.WARN

    def test_no_terminal(self, tmp_path: Path) -> None:
        section = examine_terminal(Facing({"TERM": "dumb"}, False, True, None), tmp_path)
        assert [each.name for each in section.findings] == list(examining_machine.TERMINAL)
        assert {each.health for each in section.findings} == {Health.UNKNOWN, Health.OK}

    def test_where(self) -> None:
        assert examining_machine.within(facing({"TMUX": "/x", "SSH_CONNECTION": "a"})) == "in tmux, over SSH"


class TestStopped:
    def test_they_add_up(self, tmp_path: Path) -> None:
        state = tmp_path / "reltui"
        stopped.note_stopped(state, 0)
        assert not state.exists()
        assert found_on(facing(), "stopped", state).health is Health.OK
        stopped.note_stopped(state, 3)
        days = [time.strftime("%Y-%m-%d", time.gmtime())]
        stopped.note_stopped(state, 4)
        days.append(time.strftime("%Y-%m-%d", time.gmtime()))
        kept = stopped.stopped_so_far(state)
        assert kept in [stopped.Stopped(7, day) for day in days]
        assert stat.S_IMODE((state / stopped.FILE).stat().st_mode) == 0o600
        assert "7 control characters" in found_on(facing(), "stopped", state).found

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"count": "x", "at": 1}', '{"count": 1, "at": 1e300}'])
    def test_a_damaged_file_counts_nothing(self, tmp_path: Path, text: str) -> None:
        (tmp_path / stopped.FILE).write_text(text)
        assert stopped.stopped_so_far(tmp_path) is None

    def test_a_folder_that_cannot_be_used(self, tmp_path: Path) -> None:
        os.chmod(tmp_path, 0o755)
        stopped.note_stopped(tmp_path, 5)
        assert list(tmp_path.iterdir()) == []


def test_every_way_to_sign_in_has_words() -> None:
    from reltui.config import SIGN_INS

    assert set(examining_grants.WAYS) == set(SIGN_INS)


def test_the_readme_names_every_check() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## reltui doctor\n")[2].partition("\n## ")[0]
    machine = (examining_machine.CONFIGURATION, examining_machine.FOLDERS, examining_machine.TERMINAL)
    for names in (*machine, CHECKS):
        assert ", ".join(f"`{name}`" for name in names) in section
        assert all(re.search(rf"^  (?:ok|warn|BAD|\?) +{name} ", section, re.MULTILINE) for name in names)
