"""Bells are rung from a thread of its own: in a flood at a measured pace, for flash at once, and for all in the end."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from services.ingest.ringer import Ringer
from shared.contracts.states import Priority
from shared.ids import new_id
from shared.queue import FLASH, NORMAL, Bell, BrokerAway
from tests.servers import wait_until


class Rung:
    """A bell that notes for whom it was rung, or a broker that is away."""

    def __init__(self, *, away: int = 0) -> None:
        self.bells: list[tuple[str, list[UUID]]] = []
        self.away = away

    def ring(self, ids: Sequence[UUID], queue: str) -> None:
        if self.away:
            self.away -= 1
            raise BrokerAway("nobody hears it")
        self.bells.append((queue, list(ids)))

    def close(self) -> None:
        """There is no connection."""

    def ids(self, queue: str) -> list[UUID]:
        return [id for name, ids in self.bells for id in ids if name == queue]


def a_ringer(bell: Rung) -> Ringer:
    ringer = Ringer(cast("Bell", bell), most_ids=50)
    ringer.start()
    return ringer


def some(count: int, priority: Priority = Priority.NORMAL) -> list[tuple[UUID, Priority]]:
    return [(new_id(), priority) for _ in range(count)]


def test_of_a_flood_everybody_is_rung_for_once_and_in_order() -> None:
    ringer, flood = a_ringer(bell := Rung()), some(1_010)
    ringer.ring(flood)
    wait_until(lambda: len(bell.ids(NORMAL)) == len(flood))
    ringer.stop()
    assert bell.ids(NORMAL) == [id for id, _ in flood]
    assert [len(ids) for _, ids in bell.bells] == [50] * 20 + [10]


def test_flash_is_rung_for_before_a_flood_that_came_first() -> None:
    ringer = a_ringer(bell := Rung())
    ringer.ring(some(2_000))
    wait_until(lambda: bool(bell.bells))
    ringer.ring(flash := some(1, Priority.FLASH))
    wait_until(lambda: bool(bell.ids(FLASH)))
    ringer.stop()
    before = [queue for queue, _ in bell.bells].index(FLASH)
    assert (bell.ids(FLASH), before < len(bell.bells) - 1) == ([flash[0][0]], True)


def test_who_stops_rings_for_all_that_are_left() -> None:
    ringer, flood = a_ringer(bell := Rung()), some(3_000)
    ringer.ring(flood)
    ringer.stop()
    assert bell.ids(NORMAL) == [id for id, _ in flood]


def test_what_a_broker_that_is_away_does_not_hear_is_left_to_the_sweep() -> None:
    ringer = a_ringer(bell := Rung(away=1))
    ringer.ring(some(1_000))
    wait_until(lambda: not bell.away)
    ringer.ring(later := some(1))
    wait_until(lambda: bool(bell.bells))
    ringer.stop()
    assert bell.bells == [(NORMAL, [later[0][0]])]
