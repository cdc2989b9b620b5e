"""Signing in: handshakes, refusals that are not repeated, tokens that end, scopes that lack, secrets."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import keyring
import pytest
import spnego
from keyring.backend import KeyringBackend
from keyring.backends import fail
from spnego.channel_bindings import GssChannelBindings

from reltui.api.auth import Accounts, Auth, Secret, expiry_of, read_secret
from reltui.api.client import ReleaseClient
from reltui.api.keyrings import read_keyring
from reltui.api.transport import Transport
from reltui.config import Config, Policy, Profile, SecretSource
from reltui.data.access import EXECUTE, MANAGE, READ, Access, why_not
from reltui.data.connection import ending_soon
from reltui.data.decision import State, Verb
from reltui.data.service import DataService
from reltui.data.topics import BranchesOf, Inbox, Link, ProjectsOf
from reltui.demo.accounts import Account
from reltui.demo.faults_sign_in import STORE, Door
from reltui.demo.server import RunningDemo, ServerOptions
from reltui.demo_folder import DEMO_TOKEN, start_demo_server
from reltui.errors import (
    Busy,
    ConfigError,
    NotPermitted,
    NotSignedIn,
    ReltuiError,
    SecretNeeded,
    Unavailable,
    Unreachable,
)
from reltui.paths import Paths, under
from tests.service.certificate import server_context
from tests.service.drafts import draft_of
from tests.service.scripted import Seen, response, saying, scripted
from tests.support import FAST, SHORT, ledger, read_whole, service_on, serving, until, verdict

ANNA, BEN = "NORTH\\anna", "NORTH\\ben"
PERSON = b'{"authenticatedUser":{"id":"00000001-0000-0000-0000-000000000000","providerDisplayName":"Anna"}}'
HANDSHAKES = ("ntlm", "negotiate")


@asynccontextmanager
async def signed(
    demo: RunningDemo, sign_in: str, secret: str, user: str = "", accounts: Accounts | None = None
) -> AsyncIterator[ReleaseClient]:
    """A client of its own."""
    profile = Profile("demo", demo.url, SecretSource(env="X"), sign_in=sign_in, user=user)
    auth = Auth(sign_in, Secret(secret), user, accounts=accounts)
    client = ReleaseClient(Transport(profile, auth, timing=replace(SHORT, read=60.0)))
    try:
        yield client
    finally:
        await client.close()


def door(demo: RunningDemo) -> Door:
    found: Door = next(f for f in demo.service.faults if f.kind.name == "ntlm").memory["door"]
    return found


def requests(demo: RunningDemo) -> int:
    return sum(demo.service.ledger.reads.values())


# Handshakes


@pytest.mark.parametrize("sign_in", HANDSHAKES)
def test_eight_reads_at_once_take_eight_handshakes_at_most(sign_in: str) -> None:
    async def run() -> None:
        async with serving("ntlm") as demo, signed(demo, sign_in, demo.token, ANNA) as client:
            for _ in range(3):
                found = await asyncio.gather(*(client.who_am_i() for _ in range(8)))
                assert len({got.value.id for got in found}) == 1
            counts = door(demo)
            assert 1 <= counts.handshakes <= 8
            assert (counts.refusals, counts.strays) == (0, 0)
            # Each handshake is a read that got through as well.
            assert len(counts.served) == 24 + counts.handshakes

    asyncio.run(run())


@pytest.mark.parametrize("sign_in", HANDSHAKES)
def test_a_wrong_password_is_told_to_the_server_once(sign_in: str) -> None:
    async def run() -> None:
        async with serving("ntlm") as demo, signed(demo, sign_in, "wrong", ANNA) as client:
            found = await asyncio.gather(*(client.who_am_i() for _ in range(8)), return_exceptions=True)
            assert all(isinstance(error, NotSignedIn) for error in found)
            assert "so that it is not locked" in str(found[0])
            assert "wrong" not in repr(found)
            assert door(demo).refusals == 1
            before = requests(demo)
            with pytest.raises(NotSignedIn) as caught:
                await client.update_approval(project_of(demo), 1, status="approved", comments="")
            assert not caught.value.sent
            assert (requests(demo), door(demo).refusals, door(demo).strays) == (before, 1, 0)

    asyncio.run(run())


def project_of(demo: RunningDemo) -> str:
    return str(demo.engine.projects[0]["id"])


def test_a_refusal_is_heard_even_when_nobody_waits_for_it_any_more() -> None:
    async def run() -> None:
        async with serving("ntlm") as demo, signed(demo, "ntlm", "wrong", ANNA) as client:
            for _ in range(4):
                task = asyncio.create_task(client.who_am_i())
                await until(lambda: requests(demo) or None)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            with pytest.raises(NotSignedIn):
                await client.who_am_i()
            assert door(demo).refusals == 1

    asyncio.run(run())


@pytest.mark.parametrize("drop", ["connection", "identity"])
@pytest.mark.parametrize("sign_in", HANDSHAKES)
def test_a_dropped_sign_in_is_made_again_unseen(sign_in: str, drop: str) -> None:
    async def run() -> None:
        async with (
            serving(f"ntlm:after=3,drop={drop}") as demo,
            signed(demo, sign_in, demo.token, ANNA) as client,
        ):
            for _ in range(3):
                await asyncio.gather(*(client.who_am_i() for _ in range(8)))
            assert door(demo).refusals == 0
            assert door(demo).handshakes > 8

    asyncio.run(run())


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_write_goes_out_once_and_only_where_somebody_is_signed_in(after: int, tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            serving(f"ntlm:after={after}") as demo,
            service_on(demo, tmp_path, sign_in="ntlm", user=ANNA) as service,
        ):
            if after == 1:
                # Not even one request after the handshake: it is never sent to find out.
                with pytest.raises(ReltuiError) as caught:
                    await service.sign_in("demo")
                assert isinstance(caught.value, Unreachable)
                assert "does not keep the connection" in str(caught.value)
                assert demo.service.ledger.entries == []
                return
            draft = await draft_of(demo, service, Verb.RETAIN)
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.LANDED, decision.sentence
            assert len(await ledger(demo)) == 1
            assert (door(demo).strays, door(demo).refusals) == (0, 0)

    asyncio.run(run())


def test_two_people_never_share_a_connection() -> None:
    async def run() -> None:
        async with serving("ntlm:after=5") as demo:
            demo.service.accounts.append(Account("ben's word", user=BEN))
            async with (
                signed(demo, "ntlm", demo.token, ANNA) as anna,
                signed(demo, "negotiate", "ben's word", BEN) as ben,
            ):

                async def projects() -> None:
                    async for _ in ben.projects():
                        pass

                async def groups() -> None:
                    await anna.people("dana")

                await asyncio.gather(*(work() for _ in range(20) for work in (groups, projects)))
            people = {(person, path.rpartition("/")[2]) for person, _, path in door(demo).served}
            assert people == {
                (ANNA, "connectionData"),
                (ANNA, "identities"),
                (BEN, "connectionData"),
                (BEN, "projects"),
            }

    asyncio.run(run())


def test_a_maintenance_page_in_the_handshake_is_waited_for() -> None:
    async def run() -> None:
        async with (
            serving("down-5xx:retry=600", "ntlm") as demo,
            signed(demo, "ntlm", demo.token, ANNA) as client,
        ):
            with pytest.raises(Unavailable):
                await client.who_am_i()
            assert client.transport.paused_until is not None
            with pytest.raises(Unavailable) as caught:
                await client.update_approval("p", 1, status="approved", comments="")
            assert not caught.value.sent

    asyncio.run(run())


def test_a_server_without_ntlm_says_what_it_offers() -> None:
    async def run() -> None:
        answer = response(b"", "401 Unauthorized", 'WWW-Authenticate: Basic realm="x"')
        async with scripted(saying(answer)) as run:
            profile = replace(run.transport.profile, sign_in="ntlm", user=ANNA)
            bound = Transport(profile, Auth("ntlm", Secret("x"), ANNA), timing=SHORT)
            with pytest.raises(NotSignedIn, match="does not offer NTLM but basic"):
                await ReleaseClient(bound).who_am_i()
            await bound.close()

    asyncio.run(run())


def test_what_is_said_over_tls_is_bound_to_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that asks for channel bindings, as IIS with Extended Protection does."""
    store = tmp_path / "accounts"
    store.write_text("NORTH:anna:harbour")
    monkeypatch.setenv(STORE, str(store))
    context, certificate = server_context(tmp_path)
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    binding = GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(der).digest())
    contexts: dict[int, spnego.ContextProxy] = {}
    outcomes: list[str] = []

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        token = base64.b64decode(seen.headers.get("authorization", " ").partition(" ")[2])
        if not token and seen.connection in contexts and contexts[seen.connection].complete:
            writer.write(response(PERSON))
            return
        challenge = "WWW-Authenticate: NTLM"
        if token:
            options = spnego.NegotiateOptions.use_ntlm
            made = contexts.get(seen.connection) or spnego.server(
                protocol="ntlm", options=options, channel_bindings=binding
            )
            contexts[seen.connection] = made
            said = made.step(token)
            if made.complete:
                outcomes.append("in")
                writer.write(response())
                return
            challenge += " " + base64.b64encode(said or b"").decode()
        writer.write(response(b"", "401 Unauthorized", challenge))

    async def run() -> None:
        async with scripted(handle, server_tls=context, ca_file=str(certificate)) as run:
            bound = Transport(run.transport.profile, Auth("ntlm", Secret("harbour"), ANNA), timing=SHORT)
            await ReleaseClient(bound).who_am_i()
            assert outcomes == ["in"]
            assert bound.tls.startswith("TLSv1.")
            assert "North Test CA" in bound.tls
            await bound.close()

    asyncio.run(run())


def test_the_demo_signs_in_as_its_fault_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEMO_TOKEN, "")

    async def run(config: Config, folders: Paths) -> None:
        service = DataService(config, folders, timing=FAST, deadlines=SHORT)
        await service.start()
        assert (await read_whole(service, Inbox())).complete
        assert service.connection("demo").sign_in == "ntlm"
        await service.close()

    with ExitStack() as closing:
        asyncio.run(run(*start_demo_server(ServerOptions(faults=("ntlm:after=9",)), closing)))


# Refusals of a password


def test_a_wrong_password_of_basic_is_told_to_the_server_once() -> None:
    async def run() -> None:
        async with serving() as demo:
            demo.service.accounts.append(Account("right", user=ANNA))
            async with signed(demo, "basic", "wrong", ANNA) as client:
                found = await asyncio.gather(*(client.who_am_i() for _ in range(8)), return_exceptions=True)
                assert all(isinstance(error, NotSignedIn) for error in found)
                assert requests(demo) == 1
            async with signed(demo, "basic", "right", ANNA) as client:
                await asyncio.gather(*(client.who_am_i() for _ in range(8)))

    asyncio.run(run())


def test_profiles_with_one_account_tell_its_wrong_password_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELTUI_WRONG", "wrong")

    async def run() -> None:
        async with serving("ntlm") as demo:
            profiles = {
                name: Profile(name, demo.url, SecretSource(env="RELTUI_WRONG"), sign_in=way, user=ANNA)
                for name, way in (("a", "ntlm"), ("b", "negotiate"), ("c", "ntlm"))
            }
            config = Config(profiles=profiles, default=("a", "b", "c"), policy=Policy(0.05))
            service = DataService(config, under(tmp_path), timing=FAST, deadlines=SHORT)
            await service.start()
            service.watch(Inbox())
            await until(lambda: all(state.link is Link.SIGN_IN for state in service.servers))
            assert door(demo).refusals == 1
            service.refresh()
            await until(lambda: not service.look(Inbox()).loading)
            assert door(demo).refusals == 1
            # A person may try once more, and only that once counts.
            with pytest.raises(NotSignedIn):
                await service.sign_in("a")
            assert door(demo).refusals == 2
            await service.sign_in("a", demo.token)
            assert service.server("a").link is Link.ONLINE
            assert door(demo).refusals == 2
            await service.close()

    asyncio.run(run())


# Tokens that end


def jwt(seconds: float, mark: str = "") -> str:
    """A token that ends so many seconds from now."""
    claims = json.dumps({"exp": int(time.time() + seconds), "mark": mark}).encode()
    return ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b'{"alg":"none"}', claims, b"sig")
    )


@pytest.mark.parametrize(
    ("token", "until"),
    [
        ("a.b.c", None),
        ("opaque", None),
        ("a." + base64.urlsafe_b64encode(b'{"exp": 1700000000}').decode() + ".c", 1_700_000_000.0),
        ("a." + base64.urlsafe_b64encode(b'{"exp": true}').decode() + ".c", None),
        ("a." + base64.urlsafe_b64encode(b'{"exp": "soon"}').decode() + ".c", None),
        ("a." + base64.urlsafe_b64encode(b'{"exp": 1e99}').decode() + ".c", None),
        ("a." + base64.urlsafe_b64encode(b"[1]").decode() + ".c", None),
    ],
)
def test_the_end_of_a_token(token: str, until: float | None) -> None:
    assert expiry_of(token) == until


def printing(folder: Path, tokens: Sequence[str]) -> SecretSource:
    """A command that prints one token after the other, and counts."""
    (folder / "tokens").write_text("\n".join(tokens))
    (folder / "count").write_text("")
    program = (
        "import pathlib, sys; f = pathlib.Path(sys.argv[1]); c = f / 'count'; "
        "n = len(c.read_text()); c.write_text('x' * (n + 1)); "
        "t = (f / 'tokens').read_text().split(); print(t[min(n, len(t) - 1)])"
    )
    return SecretSource(command=(sys.executable, "-c", program, str(folder)))


def asked(folder: Path) -> int:
    return len((folder / "count").read_text())


@asynccontextmanager
async def entra(
    demo: RunningDemo, folder: Path, tokens: Sequence[str]
) -> AsyncIterator[tuple[DataService, Path]]:
    """A service that signs in with what a command prints."""
    profile = Profile("demo", demo.url, printing(folder, tokens), sign_in="bearer")
    config = Config(profiles={"demo": profile}, default=("demo",), policy=Policy(0.05))
    service = DataService(config, under(folder), timing=FAST, deadlines=SHORT)
    await service.start()
    try:
        yield service, folder
    finally:
        await service.close()


def test_a_token_is_fetched_again_before_it_ends(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation="services") as demo:
            tokens = [jwt(60, "first"), jwt(3600, "second")]
            demo.service.accounts += [Account(token) for token in tokens]
            async with entra(demo, tmp_path, tokens) as (service, folder):
                await read_whole(service, Inbox())
                assert asked(folder) == 2
                until_then = service.connection("demo").until
                assert until_then is not None
                assert until_then > time.time() + 3000
                service.refresh()
                await until(lambda: not service.look(Inbox()).loading)
                assert asked(folder) == 2

    asyncio.run(run())


def test_a_refused_token_is_fetched_again_once_and_the_read_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation="services") as demo:
            tokens = [jwt(3600, "first"), jwt(3600, "second")]
            demo.service.accounts += [Account(tokens[0], left=5), Account(tokens[1])]
            async with entra(demo, tmp_path, tokens) as (service, folder):
                snapshot = await read_whole(service, Inbox())
                assert snapshot.complete
                assert asked(folder) == 2
                assert service.server("demo").link is Link.ONLINE
                # When no source has another one, it is asked now and then, not for each of many reads.
                demo.service.accounts[:] = demo.service.accounts[:1]
                service.refresh()
                await until(lambda: service.server("demo").link is Link.SIGN_IN)
                assert asked(folder) == 2

    asyncio.run(run())


def test_a_write_that_meets_a_dead_token_is_not_sent_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation="services") as demo:
            tokens = [jwt(3600, "first"), jwt(3600, "second")]
            first = Account(tokens[0])
            demo.service.accounts += [first, Account(tokens[1])]
            async with entra(demo, tmp_path, tokens) as (service, folder):
                draft = await draft_of(demo, service, Verb.RETAIN)
                client = await service._client("demo")
                await until(lambda: not service.look(Inbox()).loading)
                first.left = 0
                with pytest.raises(NotSignedIn):
                    await client.update_release(draft.project.id, draft.seen.id, keep_forever=True)
                assert [line["applied"] for line in await ledger(demo)] == [False]
                assert asked(folder) == 1
                await client.who_am_i()
                assert asked(folder) == 2

    asyncio.run(run())


# In the middle of a session


def test_signing_in_again_in_place(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            rows = (await read_whole(service, Inbox())).data
            assert rows is not None
            demo.service.accounts[:] = [demo.service.accounts[0], Account("another")]
            demo.service.accounts[0].left = 0
            service.refresh()
            await until(lambda: service.server("demo").link is Link.SIGN_IN)
            await until(lambda: not service.look(Inbox()).loading)
            kept = service.look(Inbox()).data
            assert kept is not None
            assert [row.key for row in kept.rows] == [row.key for row in rows.rows]
            with pytest.raises(NotSignedIn):
                await service.sign_in("demo", "nothing-good")
            await service.sign_in("demo", "another")
            assert service.server("demo").link is Link.ONLINE
            assert (await read_whole(service, Inbox())).complete
            one = service.connection("demo")
            assert one.source == "typed in, kept in memory only"
            assert "another" not in repr(one)

    asyncio.run(run())


def test_a_token_that_can_only_read_is_found_out_by_its_first_write(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            demo.service.accounts.append(Account("reader", scope=READ))
            async with service_on(demo, tmp_path) as service:
                await service.sign_in("demo", "reader")
                grants = {grant.scope: grant for grant in service.connection("demo").grants}
                assert (grants[READ].works, grants[MANAGE].works, grants[MANAGE].lacking) == (True, False, "")
                draft = await draft_of(demo, service, Verb.RETAIN)
                decision = await verdict(service, service.outbox.submit(draft))
                assert decision.state is State.DID_NOT_LAND
                state = await until(
                    lambda: service.server("demo") if service.server("demo").lacking else None
                )
                assert set(state.lacking) == {EXECUTE, MANAGE}
                assert state.link is Link.ONLINE
                said = why_not(state.lacking, Verb.APPROVE)
                assert said is not None
                assert said.startswith("This sign-in can only read here: it lacks vso.release_manage.")
                assert "TF400813" in said
                await service.sign_in("demo", demo.token)
                assert service.server("demo").lacking == {}

    asyncio.run(run())


def test_a_token_without_the_scope_of_another_area_stays_signed_in(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving("expire:after=0,route=/_apis/git/") as demo, service_on(demo, tmp_path) as service:
            await read_whole(service, Inbox())
            project = service.look(ProjectsOf("demo")).data
            assert project is not None
            topic = BranchesOf("demo", project[0], "any")
            service.watch(topic)
            snapshot = await until(lambda: service.look(topic) if service.look(topic).problems else None)
            assert "Check the secret" in snapshot.problems[0].sentence
            assert service.server("demo").link is Link.ONLINE

    asyncio.run(run())


def test_a_token_that_has_ended_and_has_no_other_sends_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation="services") as demo:
            source = SecretSource(command=(sys.executable, "-c", "raise SystemExit(3)"))

            async def again() -> Secret:
                return await read_secret(source)

            profile = Profile("demo", demo.url, source, sign_in="bearer")
            auth = Auth("bearer", Secret(jwt(-5)), again=again)
            client = ReleaseClient(Transport(profile, auth, timing=SHORT))
            with pytest.raises(NotSignedIn, match=r"has ended.*exit status 3") as caught:
                await client.update_approval("p", 1, status="approved", comments="")
            assert not caught.value.sent
            assert demo.service.ledger.entries == []
            await client.close()

    asyncio.run(run())


def test_what_is_held_is_not_sent_as_somebody_else(tmp_path: Path) -> None:
    async def run() -> None:
        held = replace(FAST, hold=60.0)
        async with serving() as demo, service_on(demo, tmp_path, timing=held) as service:
            demo.service.accounts.append(Account("another"))
            draft = await draft_of(demo, service, Verb.RETAIN)
            decision = service.outbox.submit(draft)
            with pytest.raises(Busy, match=r"Not now: retain .* is held"):
                await service.sign_in("demo", "another")
            assert service.outbox.take_back() is not None
            assert service.outbox.get(decision.id).state is State.TAKEN_BACK
            await service.sign_in("demo", "another")

    asyncio.run(run())


def test_what_answers_tell_of_the_scopes() -> None:
    stranger = NotSignedIn("TF400813: no.", status=401)
    access = Access()
    assert not access.heard(MANAGE, stranger, is_write=True)
    assert access.heard("vso.project", None, is_write=False)
    assert set(access.lacking) == {MANAGE}
    assert why_not(access.lacking, Verb.DEPLOY) is None
    assert why_not(access.lacking, Verb.REJECT) == (
        "This sign-in cannot do this here: it lacks vso.release_manage. The server said: TF400813: no."
    )
    # A read that fails, too, is no proof: the whole sign-in may have ended.
    access = Access()
    access.heard(EXECUTE, stranger, is_write=True)
    access.heard(READ, stranger, is_write=False)
    assert access.lacking == {}
    # A permission that is missing on one thing says nothing of the others.
    access = Access()
    access.heard(EXECUTE, NotPermitted("VS402904: no.", status=403), is_write=True)
    access.heard(READ, None, is_write=False)
    assert access.lacking == {}
    assert access.grants[1].refused == "VS402904: no."
    access.heard(MANAGE, None, is_write=True)
    assert [grant.works for grant in access.grants] == [True, True, True]


def test_a_refusal_by_permission_leaves_the_program_as_it_is(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            serving("srv-25:permission=Manage releases") as demo,
            service_on(demo, tmp_path) as service,
        ):
            draft = await draft_of(demo, service, Verb.RETAIN)
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.DID_NOT_LAND
            assert service.server("demo").lacking == {}
            grant = service.connection("demo").grants[1]
            assert "Manage releases" in grant.refused

    asyncio.run(run())


# Where secrets come from


def test_a_secret_that_must_be_typed(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            profile = Profile("demo", demo.url, SecretSource(prompt=True))
            config = Config(profiles={"demo": profile}, default=("demo",), policy=Policy(0.05))
            service = DataService(config, under(tmp_path), timing=FAST, deadlines=SHORT)
            await service.start()
            service.watch(Inbox())
            await until(lambda: service.server("demo").asks)
            assert requests(demo) == 0
            with pytest.raises(SecretNeeded):
                await service.sign_in("demo")
            await service.sign_in("demo", demo.token)
            state = service.server("demo")
            assert (state.link, state.asks) == (Link.ONLINE, False)
            await read_whole(service, Inbox())
            await service.close()
            tokens.append(demo.token)

    tokens: list[str] = []
    asyncio.run(run())
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert written
    for raw in written:
        assert tokens[0].encode() not in raw
        assert base64.b64encode(f":{tokens[0]}".encode()) not in raw


class Vault(KeyringBackend):
    """A keyring with one entry; or one that waits for somebody."""

    priority = 1

    def __init__(self, *, opened: threading.Event | None = None, fails: bool = False) -> None:
        self.opened = opened
        self.fails = fails

    def get_password(self, service: str, username: str) -> str | None:
        if self.opened is not None:
            self.opened.wait(20)
        if self.fails:
            raise OSError("a backend of its own kind")
        return "from the vault" if (service, username) == ("reltui tfs02", ANNA) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is ever stored")


@pytest.fixture
def vault() -> Iterator[object]:
    """Puts the person's own keyring back."""
    before = keyring.get_keyring()
    yield keyring
    keyring.set_keyring(before)


def test_from_the_keyring(vault: object) -> None:
    keyring.set_keyring(Vault())
    source = SecretSource(keyring="reltui tfs02")
    assert asyncio.run(read_secret(source, user=ANNA)).reveal() == "from the vault"
    with pytest.raises(ConfigError, match="keyring set 'reltui tfs02' 'nobody'"):
        asyncio.run(read_secret(source, user="nobody"))


def test_a_keyring_that_hangs_is_not_waited_for(vault: object) -> None:
    opened = threading.Event()
    keyring.set_keyring(Vault(opened=opened))
    try:
        with pytest.raises(ConfigError, match="did not answer within"):
            asyncio.run(read_keyring("reltui tfs02", ANNA, seconds=0.05))
    finally:
        opened.set()


def test_a_keyring_that_fails_or_is_not_there(vault: object, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(Vault(fails=True))
    with pytest.raises(ConfigError, match="The keyring failed: OSError"):
        asyncio.run(read_keyring("x", "y"))
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match="There is no keyring on this machine; use env"):
        asyncio.run(read_keyring("x", "y"))
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"pip install 'reltui\[keyring\]'"):
        asyncio.run(read_keyring("x", "y"))


def test_without_pyspnego_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spnego", None)

    async def run() -> None:
        async with serving() as demo, signed(demo, "ntlm", "x", ANNA) as client:
            with pytest.raises(ConfigError, match=r"pip install 'reltui\[negotiate\]'"):
                await client.who_am_i()

    asyncio.run(run())


def test_negotiate_without_a_ticket_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STORE, raising=False)

    async def run() -> None:
        async with serving("ntlm") as demo, signed(demo, "negotiate", "") as client:
            with pytest.raises(NotSignedIn, match="kinit"):
                await client.who_am_i()

    asyncio.run(run())


def test_user_and_secret_come_together() -> None:
    with pytest.raises(ConfigError, match="needs both user and secret"):
        Auth("negotiate", Secret("x"))
    profile = Profile("a", "https://x.example", SecretSource(), sign_in="negotiate", user=ANNA)
    with pytest.raises(ConfigError, match="needs both user and secret"):
        asyncio.run(Auth.of(profile))


@pytest.mark.parametrize(
    ("days", "words"),
    [(8, ""), (7, "in 7 days"), (1, "tomorrow"), (0, "today"), (-1, "has expired")],
)
def test_a_secret_that_ends_is_told(days: int, words: str) -> None:
    today = date(2026, 12, 24)
    profile = Profile("a", "https://x.example", SecretSource(), expires=today + timedelta(days=days))
    assert words in (ending_soon(profile, today) or "")
    assert bool(ending_soon(profile, today)) is bool(words)


def test_the_name_of_the_variable_stays_free(tmp_path: Path) -> None:
    """The server's side of pyspnego finds its accounts by a variable; nothing of it is left behind."""

    async def run() -> None:
        async with serving("ntlm") as demo, signed(demo, "ntlm", demo.token, ANNA) as client:
            await client.who_am_i()
            assert STORE not in os.environ

    asyncio.run(run())
