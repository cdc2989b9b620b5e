"""Decoding never raises anything but Malformed, and a bad row never takes the others along."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.errors import Malformed
from reltui.model import decode
from reltui.model.decode import BadRow, loads, rows, rows_of


class Colour(StrEnum):
    """An enumeration to read."""

    RED = "red"
    DARK_BLUE = "darkBlue"


NUMBERS = {1: Colour.RED, 2: Colour.DARK_BLUE}

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=25,
)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_malformed(data: bytes) -> None:
    try:
        loads(data)
    except Malformed as error:
        str(error).encode("utf-8")


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_valid_json_comes_through_unchanged(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    if not ascii_only and any("\ud800" <= c <= "\udfff" for c in text):
        return
    assert loads(text.encode("utf-8")) == value


@given(VALUES)
def test_the_bound_on_nesting_is_exact(value: object) -> None:
    def depth(item: object) -> int:
        if isinstance(item, dict):
            return 1 + max(map(depth, item.values()), default=0)
        if isinstance(item, list):
            return 1 + max(map(depth, item), default=0)
        return 0

    room = decode.DEPTH_MAXIMUM - depth(value)
    data = json.dumps(value).encode("ascii")
    assert loads(b"[" * room + data + b"]" * room) is not None or value is None
    with pytest.raises(Malformed, match="nested too deep"):
        loads(b"[" * (room + 1) + data + b"]" * (room + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b'{"a":',
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"[" * 65 + b"]" * 65,
        b'{"a":1,"a":2}',
        b'{"a" :1,"b":":","a":2}',
        b'[{"x":"\\"","y":{"a":1,"a":1}}]',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"value":[],"value":[]}',
    ],
)
def test_what_cannot_be_trusted_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        loads(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The answer is empty, where JSON was expected."),
        (b" \r\n", "The answer is empty, where JSON was expected."),
        (b'{"value":[{"id":1},{"na', "The answer is cut: its JSON has no end; ask again."),
        (b"[" * 100_000, "The answer is cut: its JSON has no end; ask again."),
        (b"Web \x9b2J gone", "The answer is not valid JSON; a proxy or another program"),
        (b'{"a":1}}', "The answer is not valid JSON; a proxy or another program"),
        (b'{"a" 1}', "The answer is not valid JSON; a proxy or another program"),
    ],
)
def test_why_it_is_no_json_is_told_in_our_own_words(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed) as caught:
        loads(data)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"id":2,"id":3}',
        b'{"id":2,"n":{"a":1,"a":2}}',
        b'{"id":2,"n":NaN}',
        b'{"id":2,"n":1e999}',
        b'{"id":2,"n":' + b"9" * 5_000 + b"}",
        b'{"id":2,"n":' + b"[" * 62 + b'{"a":"]\\"}"}' + b"]" * 62 + b"}",
        b'{"id":2,"n":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    ],
)
def test_broken_json_in_one_row_leaves_the_others(bad: bytes) -> None:
    data = b'{"count":3,"value":[{"id":1},' + bad + b',{"id":4}]}'
    found = rows(loads(data), lambda raw: decode.needed_id(decode.object_of(raw, "A row"), "id", "A row"))
    assert found.items == (1, 4)
    assert [row.id in (2, 3) for row in found.bad] == [True]
    # What is kept of it must survive the cache.
    kept = json.loads(json.dumps(loads(data)))
    assert rows(kept, lambda raw: decode.object_of(raw, "A row")).bad == found.bad


def test_bytes_that_are_not_utf8_and_a_byte_order_mark_are_survived() -> None:
    assert loads(b'\xef\xbb\xbf{"a":"\xff\xfe"}') == {"a": "\ufffd\ufffd"}


def test_a_lone_surrogate_reaches_the_cleaner() -> None:
    assert decode.text_of(loads(b'"\\ud800x"')) == "‹U+D800›x"


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"value": None}, {"value": {}}, {"count": 0}, {"count": 2, "value": [{}]}, "x"]
)
def test_what_is_no_list_is_never_taken_for_an_empty_one(raw: object) -> None:
    with pytest.raises(Malformed):
        rows(raw, lambda row: row)


def test_bad_rows_stand_apart_with_their_id() -> None:
    def read(raw: object) -> int:
        return decode.needed_int(decode.object_of(raw, "A row"), "n", "A row")

    found = rows_of([{"id": 7, "n": "x"}, {"n": 1}, 5, None], read)
    assert found.items == (1,)
    assert found.bad == (
        BadRow(7, decode.text_of("A row has no usable n.")),
        BadRow(None, decode.text_of("A row is not an object.")),
        BadRow(None, decode.text_of("A row is not an object.")),
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T10:20:30Z", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2026-03-01T10:20:30", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2026-03-01T10:20:30.4Z", datetime(2026, 3, 1, 10, 20, 30, 400_000, tzinfo=UTC)),
        ("2026-03-01T10:20:30.47Z", datetime(2026, 3, 1, 10, 20, 30, 470_000, tzinfo=UTC)),
        ("2026-03-01T10:20:30.1234567Z", datetime(2026, 3, 1, 10, 20, 30, 123_456, tzinfo=UTC)),
        ("2026-03-01T12:20:30+02:00", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("2026-03-01", None),
        ("yesterday", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_dates(text: object, moment: datetime | None) -> None:
    assert decode.date_of(text) == moment


def test_enumerations_by_name_in_any_case_by_number_and_unknown() -> None:
    assert decode.enum_of("DARKBLUE", Colour, NUMBERS) is Colour.DARK_BLUE
    assert decode.enum_of(2, Colour, NUMBERS) is Colour.DARK_BLUE
    assert decode.enum_of("gr\x1been", Colour, NUMBERS) == "gr␛een"
    assert decode.enum_of(9, Colour, NUMBERS) == "9"
    assert decode.enum_of(None, Colour, NUMBERS) == ""
    assert decode.enum_of(True, Colour, NUMBERS) == ""


@given(VALUES)
def test_readers_of_optional_fields_never_raise(value: object) -> None:
    for read in (
        decode.text_of,
        decode.lines_of,
        decode.scalar_of,
        decode.int_of,
        decode.count_of,
        decode.float_of,
        decode.bool_of,
        decode.date_of,
        decode.guid_of,
        decode.mapping_of,
        decode.list_of,
        decode.row_id,
    ):
        read(value)
    decode.enum_of(value, Colour, NUMBERS)
    assert list(decode.objects_of(value)) is not None


def test_a_guid_has_its_shape() -> None:
    assert decode.guid_of("4ADB1680-0EAC-6149-B5EE-FC8B4F6CA227") == "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"
    for wrong in (
        "",
        "x" * 36,
        "4adb16800eac6149b5eefc8b4f6ca227",
        "4adb1680-0eac-6149-b5ee-fc8b4f6ca22é",
        3,
    ):
        assert decode.guid_of(wrong) == ""
