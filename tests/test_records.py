"""Dataclasses of exim_lang.records beside those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from functools import cached_property

import pytest

from exim_lang import records


@records.dataclass(frozen=True, slots=True)
class Frozen:
    """A value."""

    name: str
    count: int = 2
    note: str = records.field(default="", compare=False, repr=False)

    @property
    def twice(self) -> int:
        return self.count * 2


@records.dataclass(slots=True)
class Base:
    first: int


@records.dataclass(slots=True)
class Derived(Base):
    items: list[int] = records.field(default_factory=list)
    kind: str = records.field(default="derived", init=False)


@records.dataclass(slots=True, eq=False)
class Same:
    value: int


@records.dataclass
class Open:
    """Neither slots nor anything else."""

    name: str = "a"


@records.dataclass(frozen=True, eq=False)
class Cached:
    name: str

    @cached_property
    def longer(self) -> str:
        return self.name * 2


def test_frozen() -> None:
    value = Frozen("a", note="x")
    assert (value.name, value.count, value.note, value.twice) == ("a", 2, "x", 4)
    assert value == Frozen("a", 2)
    assert hash(value) == hash(Frozen("a"))
    assert value != Frozen("b")
    assert repr(value) == "Frozen(name='a', count=2)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.name
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        Frozen()  # type: ignore[call-arg]
    match value:
        case Frozen(name, 2):
            assert name == "a"
        case _:
            pytest.fail("not matched")


def test_mutable() -> None:
    one, other = Derived(1), Derived(1)
    one.items.append(3)
    assert (one.items, other.items, one.kind) == ([3], [], "derived")
    assert one != other
    assert Derived.__hash__ is None
    assert not hasattr(one, "__dict__")
    assert repr(other) == "Derived(first=1, items=[], kind='derived')"
    with pytest.raises(TypeError):
        Derived(1, [], "kind")
    assert Same(1) != Same(1)
    assert len({Same(1), Same(1)}) == 2


def test_without_slots() -> None:
    value = Cached("a")
    assert value.longer == "aa"
    assert value.__dict__ == {"name": "a", "longer": "aa"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]
    assert Cached("a") != value
    other = Open()
    other.name = "b"
    assert other == Open("b")
    assert repr(other) == "Open(name='b')"


@pytest.mark.parametrize("value", [Frozen("a", 3, "x"), Derived(1, [2])])
def test_standard_library(value: Frozen | Derived) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    names = [field.name for field in dataclasses.fields(value)]
    assert names in (["name", "count", "note"], ["first", "items", "kind"])
    assert dataclasses.is_dataclass(value)
    assert list(dataclasses.asdict(value)) == names
    assert dataclasses.replace(value) == value
