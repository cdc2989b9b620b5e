"""The walls of the house (CONTRIBUTING.md), from outside: what is loaded, what is shipped, what is written.

The import contracts see a deferred import and an eager one as the same, so the costs at run time are
looked at in fresh interpreters here.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from reltui.commands.arguments import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "reltui").rglob("*.py"))
CLIENT_SIDE = (
    "reltui.model",
    "reltui.api",
    "reltui.data",
    "reltui.commands",
    "reltui.ui",
    "reltui.config",
    "reltui.paths",
    "reltui.crash",
)

PROBE = """
import json, sys
report, code = sys.argv[1:3]
sys.argv = ["reltui", *sys.argv[3:]]
try:
    exec(code)
finally:
    with open(report, "w") as stream:
        json.dump(sorted(sys.modules), stream)
"""


def modules_after(
    folder: Path, code: str, *arguments: str, expect: int = 0
) -> tuple[set[str], subprocess.CompletedProcess[str]]:
    """Run code in a fresh interpreter; the modules it has loaded at the end, and how it ended."""
    report = folder / "modules.json"
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE, str(report), code, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return set(json.loads(report.read_text())), done


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def names_under(package: str) -> list[str]:
    """The dotted names of all modules below a package of ours."""
    found = []
    for file in SOURCES:
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if f"{name}.".startswith(f"{package}.") and parts[-1] != "__main__":
            found.append(name)
    return found


def import_all(names: list[str]) -> str:
    return "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names)


START = "import runpy; runpy.run_module('reltui', run_name='__main__')"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_little(tmp_path: Path, option: str) -> None:
    modules, done = modules_after(tmp_path, START, option)
    assert "reltui" in done.stdout
    assert sorted(packages(modules) & {"textual", "rich", "httpx", "h11", "asyncio", "ssl"}) == []


def test_a_mistake_in_the_configuration_loads_little(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[policy]\nhold_second = 1\n")
    modules, done = modules_after(tmp_path, START, "--config", str(file), expect=2)
    assert done.stderr.startswith("reltui: ")
    assert "policy.hold_second" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(packages(modules) & {"textual", "rich", "httpx", "h11"}) == []


def test_the_data_service_needs_no_screen_and_no_network_to_start(tmp_path: Path) -> None:
    """The first paint comes from the cache, before any network module is imported."""
    code = (
        "from pathlib import Path\n"
        "from reltui.config import load\n"
        "from reltui.data.service import DataService\n"
        "from reltui.data.topics import Inbox\n"
        "from reltui.paths import under\n"
        "service = DataService(load(Path(sys.argv[1])), under(Path(sys.argv[2])))\n"
        "assert service.look(Inbox()).data is None or service.look(Inbox()).from_cache\n"
    )
    file = tmp_path / "config.toml"
    file.write_text('[profiles.a]\nurl = "https://tfs01.example/tfs/Main"\nsecret = { env = "X" }\n')
    modules, _ = modules_after(tmp_path, code, str(file), str(tmp_path))
    assert sorted(packages(modules) & {"textual", "rich", "httpx", "h11"}) == []


def test_the_first_paint_loads_only_what_the_inbox_needs(tmp_path: Path) -> None:
    code = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from reltui.config import load\n"
        "from reltui.data.service import DataService\n"
        "from reltui.paths import under\n"
        "from reltui.ui.app import ReltuiApp, UiOptions\n"
        "config = load(Path(sys.argv[1]))\n"
        "class Looker(ReltuiApp):\n"
        "    def _begin(self):\n"
        "        assert self.screen.place == 'approvals', self.screen\n"
        "        self.exit()\n"
        "app = Looker(DataService(config, under(Path(sys.argv[2]))), config, UiOptions())\n"
        "asyncio.run(app.run_async(headless=True, size=(80, 24)))\n"
    )
    file = tmp_path / "config.toml"
    file.write_text('[profiles.a]\nurl = "https://tfs01.example/tfs/Main"\nsecret = { env = "X" }\n')
    modules, _ = modules_after(tmp_path, code, str(file), str(tmp_path))
    assert sorted(packages(modules) & {"httpx", "httpcore", "h11", "sqlite3", "markdown_it"}) == []
    assert sorted(modules & {"statistics", "textual.widgets._text_area"}) == []
    later = (
        *("reltui.api", "reltui.demo", "reltui.commands.", "reltui.model.editing", "reltui.model.difference"),
        *("reltui.model.resources", "reltui.data.examining", "reltui.data.record"),
    )
    assert sorted(name for name in modules if name.startswith(later)) == []
    screens = {name.rpartition(".")[2] for name in modules if name.startswith("reltui.ui.screens.")}
    assert screens == {
        "approvals",
        "arranging",
        "base",
        "following",
        "inbox_list",
        "pointing",
        "screen",
        "small",
        "subject",
    }


def test_the_whole_data_side_never_loads_textual(tmp_path: Path) -> None:
    names = [n for p in ("reltui.model", "reltui.api", "reltui.data") for n in names_under(p)]
    modules, _ = modules_after(tmp_path, import_all(names))
    # The tests' tools bring what httpx takes for a command line of its own.
    assert sorted(packages(modules) & {"textual", "rich", "click", "pygments"}) == []


def test_the_commands_load_no_screen_and_no_network(tmp_path: Path) -> None:
    modules, _ = modules_after(tmp_path, import_all(names_under("reltui.commands")))
    assert sorted(packages(modules) & {"textual", "rich", "httpx", "httpcore", "h11"}) == []
    assert sorted(name for name in modules if name.startswith(("reltui.ui", "reltui.api"))) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_little(tmp_path: Path, command: str) -> None:
    modules, done = modules_after(tmp_path, START, command, "--help")
    assert "Exit codes" in done.stdout
    assert sorted(packages(modules) & {"textual", "rich", "httpx", "h11", "asyncio", "ssl"}) == []


def test_the_screens_load_no_network(tmp_path: Path) -> None:
    modules, _ = modules_after(tmp_path, import_all(names_under("reltui.ui")))
    assert sorted(packages(modules) & {"httpx", "httpcore", "h11"}) == []


def test_the_embedded_server_and_the_client_share_nothing(tmp_path: Path) -> None:
    modules, _ = modules_after(tmp_path, import_all(names_under("reltui.demo")))
    ours = {name for name in modules if name.partition(".")[0] == "reltui"}
    assert {name for name in ours if not f"{name}.".startswith("reltui.demo.")} == {"reltui"}
    modules, _ = modules_after(tmp_path, import_all([n for p in CLIENT_SIDE for n in names_under(p)]))
    assert not [name for name in modules if name.startswith("reltui.demo")]


WATCH = """
import os, sys
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.mkdir", "os.chmod", "os.remove", "os.rename", "subprocess.Popen",
                           "socket.connect", "socket.bind", "socket.getaddrinfo", "signal.pthread_kill"):
        raise SystemExit(f"{event} {arguments!r} at import")
sys.addaudithook(watch)
import signal, threading
handlers = [signal.getsignal(s) for s in signal.valid_signals()]
"""
UNTOUCHED = """
assert threading.active_count() == 1, "a thread was started"
assert handlers == [signal.getsignal(s) for s in signal.valid_signals()], "a signal handler was set"
"""


def test_importing_has_no_side_effects(tmp_path: Path) -> None:
    code = WATCH + import_all(names_under("reltui")) + UNTOUCHED
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_only_the_client_names_httpx() -> None:
    users = set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            if any(name.partition(".")[0] == "httpx" for name in names):
                users.add(file.relative_to(ROOT).parent.as_posix())
    assert users == {"reltui/api"}


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


FORBIDDEN = {
    r"\bmarkup\s*=\s*True": "text from a server is never markup",
    r"(?<!\bre\.)\bescape\(": "no escape helper makes text safe for markup; use Text or Content",
    r"\bfrom_markup\b": "text from a server is never markup",
    r"\bshell\s*=\s*True": "no shell is ever used",
    r"\bos\.system\(|\bos\.popen\(": "no shell is ever used",
    r"\bpickle\b|\bmarshal\b|\beval\(|\bexec\((?!.*# noqa: S102$)": "no data is ever run",
    r"\bverify\s*=\s*False": "certificates are always checked",
    r"#\s*(TODO|FIXME)\b": "nothing unfinished is committed",
}
CATCH_ALL = re.compile(r"except\s*:|except\s*\(?[^:]*\b(Exception|BaseException)\b")


def test_the_sources_hold_nothing_forbidden() -> None:
    found = []
    for file in SOURCES:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            at = f"{file.relative_to(ROOT)}:{number}"
            found += [f"{at}: {why}" for pattern, why in FORBIDDEN.items() if re.search(pattern, line)]
            if CATCH_ALL.search(line) and "last resort" not in line:
                found.append(f"{at}: catches everything, and is not marked as the last resort")
    assert found == []


def test_modules_stay_small() -> None:
    long = []
    for file in SOURCES:
        name = file.relative_to(ROOT).as_posix()
        limit = 300 if name == "reltui/ui/app.py" else 400 if name.startswith("reltui/ui/") else 600
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            long.append(f"{name}: {lines} lines, {limit} allowed")
    assert long == []


def tracked_files() -> list[Path]:
    """What git tracks, where this is a clone."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_path_of_a_machine_and_no_registry_is_committed() -> None:
    common = {Path(p) for p in ("/", "/home", "/Users", "/src", tempfile.gettempdir())}
    folders = {ROOT, ROOT.parent, Path.home()} - common
    # spelled apart, so that this file does not hold what it looks for
    words = [re.escape(f"{folder}/") for folder in folders]
    words += ["index" + "-url", "find" + "-links", "https?://[^ ]*/" + "simple\\b", "--trusted" + "-host"]
    pattern = re.compile(rf"(?<![\w./-])(?:{'|'.join(words)})")
    found = []
    for file in tracked_files():
        text = file.read_bytes().decode("utf-8", "replace")
        found += [f"{file.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_nothing_else_is_visible_at_the_top() -> None:
    allowed = {"pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
    allowed |= {"config.example.toml", "reltui", "tests", "screenshots"}
    top = {file.relative_to(ROOT).parts[0] for file in tracked_files()}
    assert {name for name in top if not name.startswith(".")} <= allowed


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    done = subprocess.run(
        [sys.executable, "-c", f"import hatchling.build as b; print(b.build_wheel({str(tmp_path)!r}))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        held = set(wheel.namelist())
    shipped = {name for name in held if ".dist-info/" not in name}
    in_tree = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "reltui").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert shipped == in_tree
    assert "reltui/py.typed" in shipped
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)
