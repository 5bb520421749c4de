"""Dataclasses that cost nothing before they are used.

    from exim_lang.records import dataclass, field, replace

`@dataclass(slots=True)` and its kin make what those of the standard library make, which is also what a type checker
sees here; `dataclasses.fields`, `replace` and `asdict` take them. The standard library
compiles up to six functions for each class, half a millisecond each time a program starts. Here all classes share their
methods, and `__init__` is compiled for the first instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import Field, dataclass, field, replace
else:

    def dataclass(cls=None, /, *, slots=False, frozen=False, eq=True):
        """Makes a dataclass of `cls`, or a decorator that does."""
        if cls is not None:
            return _made(cls, slots, frozen, eq)
        return lambda cls: _made(cls, slots, frozen, eq)

    def field(*, default=..., default_factory=None, init=True, repr=True, compare=True):
        """What is to be known of a field beside its name and type; `...` stands for no default."""
        return Known(default, default_factory, init, repr, compare)

    def replace(value, /, **changes):
        """A copy of a dataclass of this module with other values in some fields."""
        fields = {name: getattr(value, name) for name, one in value.__known__.items() if one.init}
        return type(value)(**(fields | changes))


class Known:
    """What is known of one field."""

    __slots__ = ("compare", "default", "default_factory", "init", "name", "repr", "type")

    def __init__(
        self,
        default: object = ...,
        default_factory: Callable[[], object] | None = None,
        init: bool = True,
        repr: bool = True,
        compare: bool = True,
    ) -> None:
        self.name = ""
        self.type: object = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare

    def settings(self) -> dict[str, Any]:
        """The arguments of `dataclasses.field`."""
        given: dict[str, Any] = {"init": self.init, "repr": self.repr, "compare": self.compare}
        if self.default is not ...:
            given["default"] = self.default
        if self.default_factory is not None:
            given["default_factory"] = self.default_factory
        return given


class _Fields:
    """The fields as the standard library describes them, made when somebody asks."""

    def __init__(self, known: dict[str, Known]) -> None:
        self.known = known
        self.made: dict[str, Field[Any]] | None = None

    def __get__(self, instance: object, owner: type) -> dict[str, Field[Any]]:
        if self.made is None:
            import dataclasses

            described = [(one.name, one.type, dataclasses.field(**one.settings())) for one in self.known.values()]
            made: Any = dataclasses.make_dataclass(owner.__name__, described)
            self.made = made.__dataclass_fields__
        return self.made


def _made(cls: type, slots: bool, frozen: bool, eq: bool) -> type:
    """The class with the methods, and with slots for its fields where it is to have them."""
    known: dict[str, Known] = {}
    for base in reversed(cls.__mro__[1:]):
        known |= base.__dict__.get("__known__", {})
    inherited = frozenset(known)
    namespace = dict(cls.__dict__)
    for name, annotation in namespace.get("__annotations__", {}).items():
        given = namespace.pop(name, ...)
        one = known[name] = given if isinstance(given, Known) else Known(given)
        one.name, one.type = name, annotation
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    if slots:
        namespace["__slots__"] = tuple(name for name in known if name not in inherited)
    namespace["__match_args__"] = tuple(one.name for one in known.values() if one.init)
    namespace["__dataclass_fields__"] = _Fields(known)
    namespace["__known__"] = known
    namespace["__frozen__"] = frozen
    namespace["__init__"] = _first_init
    namespace.setdefault("__repr__", _repr)
    if frozen:
        namespace |= {"__setattr__": _no_setattr, "__delattr__": _no_delattr}
        namespace |= {"__getstate__": _state, "__setstate__": _set_state}
    if eq:
        namespace["__compared__"] = _getter([one.name for one in known.values() if one.compare])
        namespace.setdefault("__eq__", _eq)
        if frozen:
            namespace.setdefault("__hash__", _hash)
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    return made


def _getter(names: list[str]) -> Callable[[Any], object]:
    from operator import attrgetter

    return attrgetter(*names) if names else lambda _: None


def _first_init(self: Any, *values: Any, **named: Any) -> None:
    """Stands for `__init__` until the first instance is made."""
    cls = next(cls for cls in type(self).__mro__ if cls.__dict__.get("__init__") is _first_init)
    init = _compiled_init(cls)
    setattr(cls, "__init__", init)  # noqa: B010  (to a type checker methods are constant)
    init(self, *values, **named)


def _compiled_init(cls: Any) -> Callable[..., None]:
    names: dict[str, Any] = {}
    parameters: list[str] = []
    lines: list[str] = []
    for name, one in cls.__known__.items():
        value = name
        if one.default_factory is not None:
            names[f"_make_{name}"] = one.default_factory
            parameters += [f"{name}=..."] if one.init else []
            value = f"_make_{name}() if {name} is ... else {name}" if one.init else f"_make_{name}()"
        elif one.default is not ...:
            names[f"_default_{name}"] = one.default
            parameters += [f"{name}=_default_{name}"] if one.init else []
            value = name if one.init else f"_default_{name}"
        else:
            parameters.append(name)
        if cls.__frozen__ and hasattr(cls, name):
            names[f"_set_{name}"] = getattr(cls, name).__set__
            lines.append(f"    _set_{name}(self, {value})\n")
        elif cls.__frozen__:
            lines.append(f"    self.__dict__[{name!r}] = {value}\n")
        else:
            lines.append(f"    self.{name} = {value}\n")
    code = f"def __init__({', '.join(['self', *parameters])}):\n{''.join(lines) or '    pass'}"
    exec(code, names)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, one in self.__known__.items() if one.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    get = self.__compared__
    return get(self) == get(other)


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _no_setattr(self: Any, name: str, value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_delattr(self: Any, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__known__]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__known__, state, strict=True):
        object.__setattr__(self, name, value)
