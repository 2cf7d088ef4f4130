"""Values that are made by the thousand in every call: frozen for whoever writes code.

A frozen dataclass sets each field through `object.__setattr__`, which costs six times what a
plain one does. That nobody sets a field is here left to the type checker, which knows a
`value` to be frozen; in all else it is a frozen, slotted dataclass.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, order_default=True)
def ordered_value(cls: type[T]) -> type[T]:
    """Make a class of fields a `value` that is put in order by them as well."""
    return dataclass(slots=True, unsafe_hash=True, order=True)(cls)


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a class of fields a dataclass that is compared and hashed by them."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
