"""Our `dataclass` makes what the standard one makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model import values

T = TypeVar("T")
Maker = Callable[..., Any]


def classes(dataclass: Maker) -> dict[str, Any]:
    """The same classes, made by either."""

    @dataclass(frozen=True, slots=True)
    class Base:
        """A base."""

        id: int
        name: str = "none"

    @dataclass(frozen=True, slots=True)
    class Derived(Base):
        """With fields of its own."""

        marks: list[int] = dataclasses.field(default_factory=list)
        secret: str = dataclasses.field(default="", repr=False)
        noise: int = dataclasses.field(default=0, compare=False)
        count: int = dataclasses.field(init=False, default=3)

    @dataclass(frozen=True, slots=True)
    class One(Generic[T]):
        """A single field, compared as such."""

        value: T

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No field at all."""

    @dataclass(frozen=True, slots=True)
    class Own:
        """With methods that are its own."""

        id: int
        folded: int = dataclasses.field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "folded", self.id % 7)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and other.folded == self.folded

        def __hash__(self) -> int:
            return self.folded

        def __repr__(self) -> str:
            return f"<{self.id}>"

    @dataclass(slots=True)
    class Changing:
        """One whose fields can be set."""

        id: int
        marks: list[int] = dataclasses.field(default_factory=list)

    return {each.__name__: each for each in (Base, Derived, One, Nothing, Own, Changing)}


OURS, STANDARD = classes(values.dataclass), classes(dataclasses.dataclass)

NUMBERS = st.integers(0, 3)
CALLS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(
        st.just("Base"), st.fixed_dictionaries({"id": NUMBERS}, optional={"name": st.text(max_size=2)})
    ),
    st.tuples(
        st.just("Derived"),
        st.fixed_dictionaries({"id": NUMBERS}, optional={"noise": NUMBERS, "secret": st.text(max_size=2)}),
    ),
    st.tuples(st.just("One"), st.fixed_dictionaries({"value": NUMBERS | st.text(max_size=2)})),
    st.tuples(st.just("Nothing"), st.just({})),
    st.tuples(st.just("Own"), st.fixed_dictionaries({"id": st.integers(0, 20)})),
)


def made(of: dict[str, Any], call: tuple[str, dict[str, Any]]) -> Any:
    return of[call[0]](**call[1])


@given(CALLS, CALLS)
def test_objects_are_equal_hashed_and_shown_alike(
    one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]
) -> None:
    ours, theirs = made(OURS, one), made(STANDARD, one)
    assert (ours == made(OURS, other)) == (theirs == made(STANDARD, other))
    assert repr(ours).replace(f"{classes.__name__}.<locals>.", "") == repr(theirs).replace(
        f"{classes.__name__}.<locals>.", ""
    )
    assert ours != theirs
    if ours == made(OURS, other) and one[0] != "Derived":
        assert hash(ours) == hash(made(OURS, other))
    names = [field.name for field in dataclasses.fields(ours)]
    assert names == [field.name for field in dataclasses.fields(theirs)]
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.replace(ours) == ours
    assert copy.deepcopy(ours) == ours


@pytest.mark.parametrize("of", [OURS, STANDARD], ids=["ours", "standard"])
class TestBoth:
    def test_nothing_can_be_changed(self, of: dict[str, Any]) -> None:
        found = of["Derived"](1)
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.id = 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            del found.id
        assert not hasattr(found, "__dict__")
        assert found.id == 1

    def test_what_is_missing_or_unknown_is_told(self, of: dict[str, Any]) -> None:
        with pytest.raises(TypeError, match="'id'"):
            of["Base"]()
        with pytest.raises(TypeError, match="unexpected keyword"):
            of["Base"](1, other=2)
        with pytest.raises(TypeError, match="unexpected keyword"):
            of["Derived"](1, count=2)
        with pytest.raises(TypeError, match="unhashable"):
            hash(of["Derived"](1))

    def test_each_object_has_a_list_of_its_own(self, of: dict[str, Any]) -> None:
        first, second = of["Derived"](1), of["Derived"](1)
        first.marks.append(1)
        assert second.marks == []

    def test_one_that_changes_has_no_hash(self, of: dict[str, Any]) -> None:
        found = of["Changing"](1)
        assert found == of["Changing"](1)
        found.id, found.marks = 2, [3]
        assert found == of["Changing"](2, [3])
        assert repr(found).endswith("Changing(id=2, marks=[3])")
        assert not hasattr(found, "__dict__")
        with pytest.raises(TypeError, match="unhashable"):
            hash(found)

    def test_patterns_match_by_place(self, of: dict[str, Any]) -> None:
        assert of["Derived"].__match_args__ == ("id", "name", "marks", "secret", "noise")
        match of["Base"](4, "x"):
            case object(id=4, name=name):
                assert name == "x"
            case _:
                raise AssertionError

    def test_a_secret_is_not_shown(self, of: dict[str, Any]) -> None:
        assert "hunter2" not in repr(of["Derived"](1, secret="hunter2"))


@values.dataclass(frozen=True, slots=True)
class Sent:
    """Of a module, as what is pickled has to be."""

    id: int
    name: str = ""


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Sent(1, "x"))) == Sent(1, "x")


def test_others_are_the_standard_ones() -> None:
    @values.dataclass
    class Plain:
        id: int

    @values.dataclass(slots=True, eq=False)
    class Changing:
        id: int = 0

    found = Changing(1)
    found.id = 2
    assert (Plain(1), found.id) == (Plain(1), 2)
    assert found != Changing(2)
