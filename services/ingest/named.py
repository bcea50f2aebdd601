"""Who orders or decides: the holder of the key, or whoever says so."""

from typing import TypeVar

from fastapi import Request

from shared.access.gate import actor_of, caller_of
from shared.contracts.bulletin import Order

AnyOrder = TypeVar("AnyOrder", bound=Order)


def named(order: AnyOrder, request: Request) -> AnyOrder:
    """The order of somebody of whom it is known who that is. Raises InvalidParameter."""
    return order.model_copy(update={"actor": actor_of(caller_of(request), order.actor)})
