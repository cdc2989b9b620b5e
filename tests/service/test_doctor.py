"""What reltui doctor does to accounts, and what it knows of a token that may only read."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from reltui.config import Profile, SecretSource
from reltui.data.decision import State, Verb
from reltui.data.examining import Finding, Health
from reltui.data.examining_server import examine_server, shared_accounts
from reltui.demo.accounts import Account
from reltui.demo.faults_sign_in import Door
from reltui.demo.server import RunningDemo
from reltui.paths import under
from tests.service.drafts import draft_of
from tests.support import config_of, ledger, service_on, serving, set_faults, token_name, until, verdict

ANNA = "NORTH\\anna"


async def examined(*profiles: Profile, folder: Path) -> list[dict[str, Finding]]:
    """What is found, at the same time, by the name of each check."""
    accounts = shared_accounts()
    sections = await asyncio.gather(
        *(examine_server(each, under(folder).cache, accounts, read_only=False) for each in profiles)
    )
    return [{finding.name: finding for finding in section.findings} for section in sections]


def profile_on(demo: RunningDemo) -> Profile:
    return config_of(demo).profiles["demo"]


def test_a_wrong_password_of_two_servers_is_told_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving("ntlm") as demo:
            os.environ[token_name(demo)] = "wrong"
            secret = SecretSource(env=token_name(demo))
            one = Profile("one", demo.url, secret, sign_in="ntlm", user=ANNA)
            found = await examined(one, replace(one, name="two"), folder=tmp_path)
            door: Door = next(f for f in demo.service.faults if f.kind.name == "ntlm").memory["door"]
            assert (door.handshakes, door.refusals) == (0, 1)
        assert [each["sign-in"].health for each in found] == [Health.BAD, Health.BAD]

    asyncio.run(run())


def test_a_token_that_may_only_read(tmp_path: Path) -> None:
    """It is never found out by trying; what a decision came to before is known, of this person."""

    async def run() -> None:
        async with serving() as demo:
            demo.service.accounts.append(Account("reader", scope="vso.release"))
            profile = profile_on(demo)
            os.environ[token_name(demo)] = "reader"
            [found] = await examined(profile, folder=tmp_path)
            assert found["view"].health is Health.OK
            assert found["manage"].health is found["execute"].health is Health.UNKNOWN
            assert await ledger(demo) == []
            async with service_on(demo, tmp_path) as service:
                await service.sign_in("demo", "reader")
                draft = await draft_of(demo, service, Verb.APPROVE)
                decided = await verdict(service, service.outbox.submit(draft))
                assert decided.state is State.DID_NOT_LAND
                await until(lambda: service.server("demo").lacking)
            [found] = await examined(profile, folder=tmp_path)
            assert found["manage"].health is Health.WARN
            assert "vso.release_manage" in found["manage"].todo
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_a_token_that_ends_soon(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            ends = date.today() + timedelta(days=3)
            [found] = await examined(replace(profile_on(demo), expires=ends), folder=tmp_path)
            assert found["secret"].health is Health.WARN
            # Midnight may have come meanwhile.
            assert re.search(r"expires in [23] days", found["secret"].found)
            assert found["sign-in"].health is Health.OK

    asyncio.run(run())


def test_one_project_that_may_not_be_read(tmp_path: Path) -> None:
    """The others stay, and it is named."""

    async def run() -> None:
        async with serving() as demo:
            first = demo.engine.projects[0]
            set_faults(demo, f"srv-25:phase=reads,route={first['id']},permission=View releases")
            [found] = await examined(profile_on(demo), folder=tmp_path)
            number = len(demo.engine.projects)
            assert found["projects"].found == str(number)
            assert found["view"].health is Health.WARN
            assert found["view"].found.startswith(f"cannot be read in {first['name']} of {number}: VS402904")
            assert "View releases" in found["view"].todo
            # The lists of the editor are asked of a project that can be read.
            assert found["editor"].health is Health.OK
            set_faults(demo, "srv-25:phase=reads,route=/_apis/release,permission=View releases")
            [found] = await examined(profile_on(demo), folder=tmp_path)
            assert found["view"].health is Health.BAD
            assert found["sign-in"].health is Health.OK

    asyncio.run(run())
