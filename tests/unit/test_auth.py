"""Where secrets come from, and that they do not show themselves (reliability.md B4, B5, B9)."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from reltui.api.auth import Auth, Secret, read_secret
from reltui.config import Profile, SecretSource, load
from reltui.errors import ConfigError

CANARY = "k4nary-t0ken-7f3a91"


def read(source: SecretSource, seconds: float = 10.0) -> str:
    return asyncio.run(read_secret(source, seconds=seconds)).reveal()


def refusal(source: SecretSource, seconds: float = 10.0) -> str:
    with pytest.raises(ConfigError) as caught:
        read(source, seconds)
    assert CANARY not in str(caught.value)
    return str(caught.value)


def private(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def printing(program: str) -> SecretSource:
    return SecretSource(command=(sys.executable, "-c", program))


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELTUI_X", CANARY)
    assert read(SecretSource(env="RELTUI_X")) == CANARY


def test_an_unset_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELTUI_X", raising=False)
    assert "export RELTUI_X" in refusal(SecretSource(env="RELTUI_X"))


def test_from_the_first_line_of_a_file(tmp_path: Path) -> None:
    assert read(SecretSource(file=str(private(tmp_path, f"{CANARY}\r\nmore\n")))) == CANARY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_open_to_others_is_refused_with_the_repair(tmp_path: Path, mode: int) -> None:
    file = private(tmp_path, CANARY, mode)
    assert f"chmod 600 {file}" in refusal(SecretSource(file=str(file)))


def ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only not yet fetched by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """A killed process dies when the system comes round to it, not at the call."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_links_fifos_folders_and_absent_files_are_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(private(tmp_path, CANARY))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "link" in refusal(SecretSource(file=str(link)))
    for other in (fifo, tmp_path, tmp_path / "absent"):
        assert str(other) in refusal(SecretSource(file=str(other)))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file = private(tmp_path, CANARY)
    os.chown(file, 12345, 12345)
    assert "belongs to another user" in refusal(SecretSource(file=str(file)))


def test_an_empty_file_and_one_that_is_not_text_are_refused(tmp_path: Path) -> None:
    assert "gives no secret" in refusal(SecretSource(file=str(private(tmp_path, "\n"))))
    file = tmp_path / "secret"
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in refusal(SecretSource(file=str(file)))


def test_from_a_command_without_a_shell() -> None:
    assert read(
        SecretSource(command=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;x"))
    ) == ("$HOME;x")


def test_a_command_in_the_own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "token"
    program.write_text(f"#!{sys.executable}\nprint({CANARY!r})\n")
    program.chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(SecretSource(command=("~/token",))) == CANARY


def test_a_command_sees_none_of_our_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELTUI_OTHER", CANARY)
    assert read(printing("import os; print([k for k in os.environ if 'RELTUI' in k])")) == "[]"


def test_a_command_that_fails_or_is_absent_is_named() -> None:
    assert "exit status 3" in refusal(printing(f"print('{CANARY}'); raise SystemExit(3)"))
    assert "cannot be started" in refusal(SecretSource(command=("/no/such/helper",)))
    assert "gives no secret" in refusal(printing("pass"))


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)"
    )
    assert "did not end within" in refusal(printing(program), seconds=4.0)
    assert eventually(lambda: ended(int(mark.read_text())))


def test_what_a_command_leaves_running_is_not_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    program = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)'])\n"
        f"print({CANARY!r})"
    )
    assert read(printing(program)) == CANARY
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_a_command_that_never_stops_printing_is_ended(capfd: pytest.CaptureFixture[str]) -> None:
    program = f"while True: print({CANARY!r} * 100)"
    assert "did not end within" in refusal(printing(program), seconds=1.0)
    gc.collect()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "printed",
    [
        {"accessToken": CANARY, "expiresOn": "2026-11-29 23:00:00.000000", "tokenType": "Bearer"},
        {"tokenType": "Bearer", "accessToken": CANARY},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_token_is_found_in_the_json_of_az(printed: dict[str, str], indent: int | None) -> None:
    assert read(printing(f"print({json.dumps(printed, indent=indent)!r})")) == CANARY


@pytest.mark.parametrize(
    "printed", ['{"error": "run az login"}', '{"accessToken": 1}', '{"accessToken": ""}', "{}"]
)
def test_json_without_a_token_is_told_as_such(printed: str) -> None:
    assert "--query accessToken --output tsv" in refusal(printing(f"print({printed!r})"))


def test_a_password_may_begin_like_json() -> None:
    assert read(printing(f"print('{{{CANARY}\\nmore')")) == f"{{{CANARY}"


def test_a_command_that_is_killed_is_told_with_its_signal() -> None:
    assert "signal 9" in refusal(printing("import os; os.kill(os.getpid(), 9)"))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_mark_in_front_of_a_file_from_windows_is_none_of_the_secret(tmp_path: Path, end: str) -> None:
    assert read(SecretSource(file=str(private(tmp_path, f"\ufeff{CANARY}{end}")))) == CANARY


def test_headers() -> None:
    def decoded(auth: Auth) -> str:
        return base64.b64decode(auth.header.reveal().removeprefix("Basic ")).decode()

    assert decoded(Auth("pat", Secret(CANARY))) == f":{CANARY}"
    assert decoded(Auth("basic", Secret("pass wörd"), "NORTH\\anna")) == "NORTH\\anna:pass wörd"
    assert Auth("bearer", Secret(CANARY)).header.reveal() == f"Bearer {CANARY}"


@pytest.mark.parametrize("value", ["", "a b", "a\nX: y", "a\x00"])
@pytest.mark.parametrize("sign_in", ["pat", "bearer"])
def test_a_secret_that_could_break_a_header_is_refused(sign_in: str, value: str) -> None:
    with pytest.raises(ConfigError):
        Auth(sign_in, Secret(value))


@pytest.mark.parametrize("sign_in", ["pat", "bearer", "basic", "ntlm", "negotiate"])
def test_a_variable_that_is_not_utf8_is_told_as_such(sign_in: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELTUI_X", os.fsdecode(CANARY.encode() + b"\xff"))
    profile = Profile("a", "https://tfs01.example", SecretSource(env="RELTUI_X"), sign_in, "dana")
    with pytest.raises(ConfigError, match="RELTUI_X does not hold UTF-8 text") as caught:
        asyncio.run(Auth.of(profile))
    assert CANARY[:8] not in "".join(traceback.format_exception(caught.value))


def test_nothing_shows_the_secret() -> None:
    auth = Auth("pat", Secret(CANARY))
    encoded = auth.header.reveal().split()[1]
    for shown in (
        repr(Secret(CANARY)),
        f"{Secret(CANARY)}",
        repr(auth),
        str(auth.header),
        f"{auth.header!r}",
    ):
        assert CANARY not in shown
        assert encoded not in shown


def test_a_mistake_leaves_the_name_of_the_profile_to_who_tells_it() -> None:
    profile = Profile("tfs01", "https://tfs01.example", SecretSource(env="RELTUI_ABSENT"))
    with pytest.raises(ConfigError, match=r"^The environment variable RELTUI_ABSENT gives no secret"):
        asyncio.run(Auth.of(profile))


def test_a_command_does_not_see_the_secrets_of_other_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_SECRET", CANARY)
    program = "import os; print('OTHER_SECRET' in os.environ)"
    file = tmp_path / "config.toml"
    file.write_text(
        '[profiles.a]\nurl = "https://a.example/c"\nsecret = { env = "OTHER_SECRET" }\n'
        '[profiles.b]\nurl = "https://b.example/c"\n'
        f"secret = {{ command = ['{sys.executable}', '-c', \"{program}\"] }}\n"
    )
    file.chmod(0o600)
    assert read(load(file).profiles["b"].secret) == "False"


@pytest.mark.parametrize("token", ["q" * 52, CANARY])
def test_a_token_where_a_name_belongs_is_not_repeated(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(SecretSource(env=token))
    assert token not in str(caught.value)
    assert "not the secret" in str(caught.value)
