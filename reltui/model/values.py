"""`dataclass` as the standard library's, for classes with slots made in a sixth of the time.

Of the fifth of a second until the first paint, the standard one took a quarter: it compiles six methods for
each of our two hundred classes, most of which that start never makes an object of. Here all methods but
`__init__` are functions that are there already, and `__init__` is compiled for the first object.

To `dataclasses.fields`, `replace` and `asdict`, and to type checkers, it is the standard one. Can go when
the oldest Python that is supported makes them faster itself: compare `python -X importtime`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_GIVEN_BY_FACTORY = object()
_set = object.__setattr__


def _with_slots(found: type, *, frozen: bool) -> type:
    """The class as `dataclasses.dataclass(frozen=frozen, slots=True)` makes it."""
    own = found.__dict__
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(found)
    if "__init__" not in own:
        made.__init__ = _init_of(made)
    if "__repr__" not in own:
        made.__repr__ = _repr
    if "__eq__" not in own:
        made.__eq__, made.__hash__ = _comparing(made)
    if not frozen:
        # What changes has no hash, unless it says so itself.
        made.__hash__ = own.get("__hash__")
        return made  # type: ignore[no-any-return]
    made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete
    made.__getstate__, made.__setstate__ = _get_state, _set_state
    return made  # type: ignore[no-any-return]


def _init_of(made: Any) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        made.__init__ = _compiled_init(made)
        made.__init__(self, *arguments, **named)

    return __init__


def _compiled_init(made: Any) -> Callable[..., None]:
    """Sets each field to what is given, else to its default.

    By the setter of its slot, which takes half the time of `object.__setattr__`: the rows of an answer have
    a dozen fields each.
    """
    names: dict[str, Any] = {"_GIVEN_BY_FACTORY": _GIVEN_BY_FACTORY}
    parameters, body = ["self"], []
    for field in dataclasses.fields(made):
        name, value = field.name, field.name
        has_factory = field.default_factory is not dataclasses.MISSING
        names[f"_set_{name}"] = getattr(made, name).__set__
        names[f"_{name}_default"] = field.default_factory if has_factory else field.default
        has_default = has_factory or field.default is not dataclasses.MISSING
        if not field.init:
            if has_default:
                body.append(f"_set_{name}(self, _{name}_default{'()' if has_factory else ''})")
            continue
        if has_factory:
            parameters.append(f"{name}=_GIVEN_BY_FACTORY")
            value = f"_{name}_default() if {name} is _GIVEN_BY_FACTORY else {name}"
        elif has_default:
            parameters.append(f"{name}=_{name}_default")
        else:
            parameters.append(name)
        body.append(f"_set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    lines = [f"def __init__({', '.join(parameters)}):", *(f"    {line}" for line in body or ["pass"])]
    # The text is made of the names of fields in our own sources alone.
    exec("\n".join(lines), names)  # noqa: S102
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _comparing(made: Any) -> tuple[Callable[[Any, Any], bool], Callable[[Any], int]]:
    """`__eq__` and `__hash__` by the fields that are compared."""
    names = [field.name for field in dataclasses.fields(made) if field.compare]
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def __eq__(self: Any, other: Any) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __eq__, __hash__


def _repr(self: Any) -> str:
    shown = (
        f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr
    )
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        _set(self, field.name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(found=None, /, **options):
        """As `dataclasses.dataclass`."""
        if options in ({"frozen": True, "slots": True}, {"slots": True}):
            return partial(_with_slots, frozen="frozen" in options)
        return dataclasses.dataclass(found, **options)
