"""The values of secret variables in a text that is kept, whatever is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.editing.commented import to_text
from reltui.model.editing.jsonc import quoted
from reltui.model.editing.masking import without_secret_values
from tests.unit.editing_samples import rich

NULL = '"Key": {"value": null, "isSecret": true}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Key": {"value": "s3cr3t", "isSecret": true}', NULL),
        ('"Key": {"value": "s3}cr{3,t", "isSecret": true}', NULL),
        (
            '"Key": {"value": "s3, b: cr3t", "isSecret": true}, "B": {"value": "b"}',
            f'{NULL}, "B": {{"value": "b"}}',
        ),
        (
            '"A": {"value": "a"}, "Key": {"value": "s3\\"cr3t", "isSecret": true}',
            f'"A": {{"value": "a"}}, {NULL}',
        ),
        ('{"isSecret": true, "value": "s3cr3t"}, "B": {}', '{"isSecret": true, "value": null}, "B": {}'),
        ('{\n  "value": "s3cr3t",\n  "isSecret": true\n}', '{\n  "value": null,\n  "isSecret": true\n}'),
        (
            '{\n  "isSecret": true,\n  "value": "s3cr3t"  // new\n}',
            '{\n  "isSecret": true,\n  "value": null  // new\n}',
        ),
        ("{\"value\": '''\ns3\ncr3t\n''', \"isSecret\": true}", '{"value": null, "isSecret": true}'),
        ('{"value": null, "isSecret": true}', '{"value": null, "isSecret": true}'),
        ('{"value": "plain", "isSecret": false}', '{"value": "plain", "isSecret": false}'),
        ('{"value": "plain"}, {"isSecret": true}', '{"value": "plain"}, {"isSecret": true}'),
    ],
)
def test_a_value_goes_if_and_only_if_its_variable_is_secret(text: str, expected: str) -> None:
    assert without_secret_values(text) == expected
    assert without_secret_values(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"Key": {"value": "s3cr3t, "isSecret": true}',
        '"Key": {"value": s3cr3t, "isSecret": true}',
        '"Key": {"value": "s3"cr3t", "isSecret": true}',
        '"Key": {"value": \'s3cr3t\', "isSecret": true',
        '"Key": {"value": "s3cr3t" "isSecret": true}',
        "value: s3cr3t\nisSecret: true",
        '{"isSecret": true, "value": \'\'\'\ns3cr3t',
    ],
)
def test_a_slip_hides_no_secret(text: str) -> None:
    masked = without_secret_values(text)
    assert "cr3t" not in masked
    assert "isSecret" in masked


@given(st.text(), st.booleans(), st.booleans())
def test_whatever_was_typed_it_goes_whole(typed: str, marked_first: bool, plain: bool) -> None:
    def written(value: str) -> str:
        members = ['"isSecret": true', value] if marked_first else [value, '"isSecret": true']
        return f'{{"A": {{"value": "a"}}, "Key": {{{", ".join(members)}}}, "B": {{"value": "b"}}}}'

    value = f'"value": {quoted(typed) if plain else json.dumps(typed)}'
    expected = '"value": null' if typed else value
    assert without_secret_values(written(value)) == written(expected)


def test_a_whole_definition_stays_as_it_is() -> None:
    assert without_secret_values(to_text(rich())) == to_text(rich())
