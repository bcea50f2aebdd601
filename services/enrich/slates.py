"""What each child of a worker is at, on a slate that its main process reads, whatever the child is stuck in.

A child that is caught in a pattern or stopped can tell nobody itself, and a statement for each stage would cost more than many
stages take. So it writes into memory that both share; from there it is told only of what takes long.
"""

import mmap
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

CLOSING = "closing"
"""What comes after the stages: a batch is written."""

_HEAD = struct.Struct("<q16sd")
"""The process, its bulletin, and since when it has that."""
_STAGE = struct.Struct("<d32s")
"""Since when the stage goes on, and its name."""
_SIZE = _HEAD.size + _STAGE.size
_MOST = 512
"""Children of one worker; any above that write where nobody reads."""

Seconds = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class AtWork:
    """What a process is at: its bulletin, its stage, and for how many seconds each."""

    process: int
    bulletin: UUID
    stage: str
    seconds: float
    stage_seconds: float


class Slate:
    """Where one process writes what it is at. By itself it is private; one of Slates is read by the main process."""

    def __init__(
        self, memory: mmap.mmap | bytearray | None = None, place: int = 0, clock: Seconds = time.monotonic
    ) -> None:
        self._memory = bytearray(_SIZE) if memory is None else memory
        self._head, self._stage = place, place + _HEAD.size
        self._clock = clock
        self._process = os.getpid()

    def take_up(self, bulletin: UUID, stage: str = "") -> None:
        """Say which bulletin the next stages are of, and which of them begins."""
        self.at(stage)
        _HEAD.pack_into(self._memory, self._head, self._process, bulletin.bytes, self._clock())

    def at(self, stage: str) -> None:
        """Say which stage begins."""
        _STAGE.pack_into(self._memory, self._stage, self._clock(), _written(stage))

    def wipe(self) -> None:
        """Say that nothing is in hand."""
        _HEAD.pack_into(self._memory, self._head, 0, b"", 0.0)


@cache
def _written(stage: str) -> bytes:
    return stage.encode()


class Slates:
    """The slates of a worker's children; made before they are forked."""

    def __init__(self, clock: Seconds = time.monotonic) -> None:
        # The kernel's clock of seconds is the same for all processes of a machine.
        self._clock = clock
        self._memory = mmap.mmap(-1, _MOST * _SIZE)

    def of(self, child: int) -> Slate:
        """A wiped slate for the child of that number; whoever died at it has a successor of the same number."""
        if not 0 <= child < _MOST:
            return Slate(clock=self._clock)
        slate = Slate(self._memory, child * _SIZE, self._clock)
        slate.wipe()
        return slate

    def slow(self, after: float) -> list[AtWork]:
        """What the children are at that have had one bulletin, or one batch to close, in hand for so many seconds."""
        now, found = self._clock(), []
        for place in range(0, len(self._memory), _SIZE):
            record = self._memory[place : place + _SIZE]
            process, bulletin, begun = _HEAD.unpack_from(record)
            since, stage = _STAGE.unpack_from(record, _HEAD.size)
            # Half written while it was read: then it has just changed, and is slow no more, or not yet.
            if process and now - begun > after and record == self._memory[place : place + _SIZE]:
                found.append(
                    AtWork(
                        process=process, bulletin=UUID(bytes=bulletin), stage=stage.rstrip(b"\0").decode(),
                        seconds=now - begun, stage_seconds=now - since,
                    )
                )  # fmt: skip
        return found
