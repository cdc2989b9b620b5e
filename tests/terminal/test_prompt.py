"""Commands that must ask for a secret: on the terminal, unseen, and nowhere else."""

from __future__ import annotations

import os
import subprocess

from tests.commands import PATIENCE, open_command
from tests.terminal.program import ROOT, SECRET, Desk


class Asking(Desk):
    """A desk whose profile asks for its secret."""

    def command(self) -> list[str]:
        command = super().command()
        file = self.home / "config.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'{{ env = "{SECRET}" }}', "{ prompt = true }"), encoding="utf-8")
        return command


def of(desk: Desk) -> Asking:
    return Asking(desk.home, desk.url, desk.token, environment={SECRET: "nothing good"})


def test_a_command_asks_on_the_terminal(desk: Desk) -> None:
    with open_command(of(desk), "inbox", "--scope", "mine") as terminal:
        terminal.wait_for(r"Token for demo \(127\.0\.0\.1\):")
        terminal.type_text(f"{desk.token}\r")
        assert terminal.wait_exit(PATIENCE) == 0
        assert "Project" in terminal.text
        assert desk.token not in terminal.text
        assert desk.token.encode() not in terminal.raw


def test_a_wrong_one_is_an_error(desk: Desk) -> None:
    with open_command(of(desk), "inbox") as terminal:
        terminal.wait_for("Token for demo")
        terminal.type_text("wrong\r")
        assert terminal.wait_exit(PATIENCE) == 1
        assert "does not accept the secret" in " ".join(terminal.text.split())


def test_nothing_typed_is_nothing_asked(desk: Desk) -> None:
    with open_command(of(desk), "inbox") as terminal:
        terminal.wait_for("Token for demo")
        terminal.type_text("\r")
        assert terminal.wait_exit(PATIENCE) == 2
        assert "nothing was typed" in terminal.text


def test_off_a_terminal_it_says_what_to_use(desk: Desk) -> None:
    asked = of(desk)
    # In a session of its own: the terminal of who runs the tests is none of its business.
    done = subprocess.run(
        [*asked.command(), "inbox"],
        cwd=ROOT,
        env=os.environ | asked.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no terminal to ask on; use env, file, command or keyring here" in done.stderr
