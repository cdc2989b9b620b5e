"""Pastes, bursts, repeats and type-ahead, by made-up times."""

from __future__ import annotations

from reltui.ui.guard import Guard


def test_typing_is_no_burst() -> None:
    guard = Guard()
    assert not any(guard.is_burst(at / 30) for at in range(300))


def test_more_than_twenty_keys_in_fifty_ms_are_a_burst_to_its_end() -> None:
    guard = Guard()
    verdicts = [guard.is_burst(10 + number * 0.001) for number in range(100)]
    assert not any(verdicts[:20])
    assert all(verdicts[20:])
    assert not guard.is_burst(11.0)


def test_a_fourth_verb_within_a_quarter_of_a_second_is_a_flurry() -> None:
    guard = Guard()
    assert [guard.is_flurry("approve", 5 + number * 0.05) for number in range(4)] == [
        False,
        False,
        False,
        True,
    ]
    assert not guard.is_flurry("approve", 9.0)


def test_a_held_key_repeats() -> None:
    guard = Guard()
    assert not guard.is_repeat("approve", 1.0)
    assert guard.is_repeat("approve", 1.03)
    assert guard.is_repeat("approve", 1.06)
    assert not guard.is_repeat("reject", 1.09)
    assert not guard.is_repeat("reject", 2.0)


def test_verbs_rest_until_the_screen_is_painted_and_a_little_longer() -> None:
    guard = Guard()
    guard.changed()
    assert guard.is_quiet(100.0)
    guard.painted(100.0)
    assert guard.is_quiet(99.0)
    assert guard.is_quiet(100.39)
    assert not guard.is_quiet(100.41)
    guard.painted(200.0)
    assert not guard.is_quiet(100.5)


def test_a_confirmation_stands_alone() -> None:
    guard = Guard()
    guard.painted(10.0)
    guard.typed(11.0)
    assert guard.may_confirm(11.0)
    assert guard.stood_alone(11.0)
    guard.typed(11.05)
    assert not guard.stood_alone(11.0)
    assert not guard.may_confirm(11.05)
    guard.typed(11.6)
    assert guard.may_confirm(11.6)
    guard.changed()
    assert not guard.stood_alone(11.6)
    guard.painted(11.65)
    assert not guard.stood_alone(11.6)


def test_no_repeat_of_a_held_key_stands_alone() -> None:
    guard = Guard()
    guard.painted(0.0)
    for at in (0.35, 0.9, 0.93, 0.96, 0.99, 1.02):
        guard.typed(at)
        assert not (guard.may_confirm(at) and at > 0.9)
    assert not guard.stood_alone(0.9)
