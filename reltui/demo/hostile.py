"""Hostile text, one tuple of payloads for each of fifteen classes (reliability.md section 3).

Every control character is written as an escape, so that this file itself is harmless to show.
"""

from __future__ import annotations

import zlib
from typing import Any

from reltui.demo.shapes import Json

ESC, BEL, ST, CSI, OSC = "\x1b", "\x07", "\x1b\\", "\x9b", "\x9d"

CLASSES: dict[int, tuple[str, ...]] = {
    1: (
        f"Deploy {ESC}]52;c;cm0gLXJmIC8K{BEL}to west",
        f"Deploy {ESC}]52;p;ZWNobyBwd25k{ST}to east",
        f"Deploy {ESC}]52;c;bmV2ZXIgZW5kZWQ",
    ),
    2: (
        f"Api {ESC}]2;approve it{BEL}{ESC}[21t",
        f"Api {ESC}[6n{ESC}[c{ESC}[>q",
        f"Api {ESC}P$qm{ST}{ESC}]10;?{BEL}",
    ),
    3: (
        f"Web {CSI}2J{CSI}H gone",
        f"Web {OSC}52;c;eA=={BEL}",
        "Web \x90$qm\x9c\x8d\x84\x85",
    ),
    4: (
        f"Shop {ESC}{ESC}[31m[2J",
        f"Shop {ESC}]{ESC}]0;a{BEL}52;c;eA=={BEL}",
        "Shop \x1b[3\x1b[0m1m nested \x9b\x9b2J",
    ),
    5: (
        f"Core {ESC}[1A{ESC}[2K another row",
        f"Core {ESC}c{ESC}[?1049l",
        f"Core {ESC}[s{ESC}[1;1H approved {ESC}[u{ESC}[?25l{ESC}[5m",
    ),
    6: (
        "Production\rStaging   ",
        "Prod\b\b\b\bTest\x00\x7f\t tab",
        "one\ntwo\x0bthree\x0cfour\x85five\u2028six\u2029seven\r\neight",
    ),
    7: (
        "[/] [/red] [PROD] [bold",
        "[@click=app.quit]press[/] [link=file:///etc/hosts]here[/link]",
        "\\[red]x\\\\[/] :warning: ${HOME} {0} %s {{x}} $(id)",
    ),
    8: (
        "Release \u202egnp.exe\u202c",
        "\u2066\u2066\u2067 unbalanced \u2068 isolates",
        "\u05e9\u05d7\u05e8\u05d5\u05e8 \u05d9\u05d9\u05e6\u05d5\u05e8",
        "\u0625\u0635\u062f\u0627\u0631 \u0627\u0644\u0625\u0646\u062a\u0627\u062c",
    ),
    9: (
        "\u200b\u200c\u200d\u2060\ufeff",
        "Pro\u200bduc\u00adtion\u2063",
        "\u3164\uffa0\u115f\u2800",
        "Tags" + "".join(chr(0xE0000 + ord(letter)) for letter in "approve"),
    ),
    10: (
        "\u0420rod\u03c5ction",
        "Produ\u0441ti\u043en",
        "\uff30\uff32\uff2f\uff24",
        "\U0001d40f\U0001d411\U0001d40e\U0001d403",
    ),
    11: (
        "Z" + "\u0301\u0327\u0489" * 20 + "algo",
        "\u0301\u0308 starts with marks",
        "e\u20dd\u20e3\u0488",
    ),
    12: (
        "\u672c\u756a\u74b0\u5883\u3078\u306e\u5c55\u958b\u627f\u8a8d" * 4,
        "\U0001f469\u200d\U0001f4bb \U0001f1e9\U0001f1ea\U0001f1eb 1\ufe0f\u20e3",
        "\U0001f3f3\ufe0f\u200d\U0001f308 flag",
        "abc\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 9,
    ),
    13: ("", " ", "x" * 200, "\u200b" * 300),
    14: (
        "lone \ud800 surrogate",
        "\udfff\ud83d backwards",
        "\ufffe\uffff\ufdd0 non-characters",
    ),
    15: (
        "../../../etc/cron.d/x",
        "https://user:pw@evil.example/?q=1#x",
        '=cmd|"/c calc"!A1',
        "; rm -rf ~ #`id`$(id)",
        "2026-01-01 00:00:00 INFO all is well\r\nX-Injected: yes",
    ),
}
"""Payloads by class; the giants of class 13 are in `GIANTS`."""

GIANTS: tuple[str, ...] = ("m" * 1024 * 1024, "\u200b" * 1024 * 1024, "line\n" * 100_000)
"""Used at most once in an answer, in turn, where a long text may stand."""

TEXT_FIELDS = frozenset(
    {
        "name",
        "displayName",
        "uniqueName",
        "providerDisplayName",
        "customDisplayName",
        "comments",
        "comment",
        "description",
        "message",
        "Message",
        "instructions",
        "path",
        "title",
        "alias",
        "triggerReason",
        "releaseNameFormat",
        "buildNumber",
        "sourceBranch",
        "agentName",
        "errorLog",
        "pusher",
        "state",
        "assignee",
        "value",
        "issueType",
        "fileName",
        "directoryAlias",
    }
)
_LONG_FIELDS = frozenset({"comments", "description", "message", "errorLog"})


class Hostile:
    """Replaces the texts of one answer."""

    def __init__(self, number: int = 0) -> None:
        """`number` 0 takes all classes. Raises KeyError for a class that is not there."""
        self._payloads = CLASSES[number] if number else tuple(p for kind in CLASSES.values() for p in kind)
        self._giant = number in (0, 13)

    def document(self, value: Any) -> Any:
        """A copy of a JSON document with hostile texts in it."""
        if isinstance(value, list):
            return [self.document(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: self._field(value, key, item) for key, item in value.items()}

    def text(self, original: str) -> str:
        """The payload that stands for a text; always the same for the same text."""
        return self._payloads[zlib.crc32(original.encode("utf-8", "replace")) % len(self._payloads)]

    def _field(self, owner: Json, key: str, item: Any) -> Any:
        if key == "tags" and isinstance(item, list):
            return [self.text(str(tag)) for tag in item]
        if not isinstance(item, str) or key not in TEXT_FIELDS:
            return self.document(item)
        if self._giant and key in _LONG_FIELDS:
            self._giant = False
            return GIANTS[zlib.crc32(str(owner.get("id", "")).encode()) % len(GIANTS)]
        return self.text(f"{key}:{item}")
