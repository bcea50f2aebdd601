"""Runs a process of ours with one thing in it gone wrong on purpose.

    python -m infra.chaos.saboteur strike worker DIR -- services.enrich worker
    python -m infra.chaos.saboteur poison - DIR -- services.enrich worker
    python -m infra.chaos.saboteur naive - - -- services.enrich worker

`strike` lets the process strike itself when it comes to a spot of its kind (worker, ingest, sweep) for which somebody
left an order in DIR, by `order`; the order is gone first, so that the process that is started in its place is left
alone. `poison` lets bulletins fail as their text says. `naive` makes a worker that acknowledges early and trusts its
broker. The services know nothing of this: functions are wrapped by name before the service's module is run.
"""

import functools
import importlib
import inspect
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

When = Literal["before", "after"]

_WORKBENCH = "services.enrich.workbench:Workbench"
SPOTS: dict[str, tuple[str, When]] = {
    # accepted and durable, but neither answered nor rung for
    "ingest.after_commit": ("services.ingest.acceptor:_Lane._commit", "after"),
    # answered, but not rung for
    "ingest.before_bell": ("services.ingest.ringer:Ringer._ring", "before"),
    "ingest.after_bell": ("services.ingest.ringer:Ringer._ring", "after"),
    "worker.before_claim": ("services.enrich.records.repository:claim", "before"),
    "worker.after_claim": ("services.enrich.records.repository:claim", "after"),
    "worker.after_note": (f"{_WORKBENCH}._note_starts", "after"),
    "worker.in_clean": ("services.enrich.text.clean:clean", "before"),
    "worker.in_fingerprint": ("services.enrich.text.duplicates.said:fingerprint", "before"),
    "worker.in_find_dates": ("services.enrich.text.dates:find_dates", "before"),
    "worker.in_find_entities": ("services.enrich.text.entities:find_entities", "before"),
    # inside the last transaction, with the locks on keys held
    "worker.in_duplicates": ("services.enrich.records.fingerprints:lock", "after"),
    "worker.before_publish": ("services.enrich.records.repository:publish", "before"),
    # everything is written, the feed's head is locked, nothing is committed
    "worker.before_commit": ("services.enrich.records.repository:publish", "after"),
    # committed, but the broker was not told
    "worker.before_ack": (f"{_WORKBENCH}.enrich", "after"),
    "sweep.after_mark": ("services.enrich.sweep:Sweep._ring_for", "before"),
    "sweep.after_bell": ("services.enrich.sweep:Sweep._ring_for", "after"),
}

RAISE, DIE, HANG, STUCK, FLAKY = "[[raise]]", "[[die]]", "[[hang]]", "[[stuck]]", "[[flaky]]"
"""Marks in a bulletin's text that `poison` obeys: always fail, kill the worker, never end, never end and hear no signal,
fail once."""


class Poisoned(Exception):
    """The bulletin says that it fails."""


def order(folder: Path, spot: str, sign: signal.Signals) -> Path:
    """Let the next process that comes to `spot` strike itself with `sign`; the file that is there once it did."""
    assert spot in SPOTS, spot
    written, done = folder / f"{spot}.written", folder / f"{spot}.done"
    done.unlink(missing_ok=True)
    written.write_text(str(int(sign)))
    written.rename(folder / spot)
    return done


def obey_orders(kind: str, folder: Path) -> None:
    """Wrap every spot of a kind of process, so that it does what `order` says."""
    own = [spot for spot in SPOTS if spot.startswith(f"{kind}.")]
    # The stages first: what is imported for a later spot holds them by value.
    for spot in sorted(own, key=lambda spot: not SPOTS[spot][0].startswith("services.enrich.text")):
        _wrap_spot(spot, folder)


def _wrap_spot(spot: str, folder: Path) -> None:
    def strike() -> None:
        try:
            # Of several processes that come here at once only one finds it.
            (folder / spot).rename(folder / f"{spot}.done")
        except FileNotFoundError:
            return
        # The whole process with its children: each of ours is started in a session of its own.
        os.killpg(os.getpgrp(), int((folder / f"{spot}.done").read_text()))

    name, when = SPOTS[spot]
    _wrap(name, strike if when == "before" else None, strike if when == "after" else None)


def poison(folder: Path) -> None:
    """Let bulletins fail as their text says."""
    pipeline = importlib.import_module("services.enrich.pipeline")

    def obey(article: Any) -> Any:
        text = article.filed
        if RAISE in text:
            raise Poisoned("it always fails")
        if DIE in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if STUCK in text:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGUSR1, signal.SIGTERM})
        if HANG in text or STUCK in text:
            time.sleep(3600)
        if FLAKY in text:
            mark = folder / f"{hash(text):x}".replace("-", "m")
            if not mark.exists():
                mark.touch()
                raise Poisoned("it fails once")
        return article

    pipeline.STAGES = (obey, *pipeline.STAGES)  # type: ignore[attr-defined]  # a module, told at run time


def naive() -> None:
    """The control: commit, then one message an id, acknowledged before the work; nobody looks after lost ones."""
    queue = importlib.import_module("shared.queue")
    make = queue.make_celery

    def make_naive(settings: Any) -> Any:
        app = make(settings)
        app.conf.update(task_acks_late=False, task_reject_on_worker_lost=False)
        return app

    queue.make_celery = make_naive  # type: ignore[attr-defined]  # a module, told at run time
    repository = importlib.import_module("services.enrich.records.repository")
    repository.claim_flash = lambda *_, **__: []  # type: ignore[attr-defined]
    repository.claim = functools.partial(repository.claim, fill=False)  # type: ignore[attr-defined]


def _wrap(name: str, before: Callable[[], None] | None, after: Callable[[], None] | None) -> None:
    """Put something before or after a function that is named `module:function` or `module:Class.method`."""
    module_name, path = name.split(":")
    owner: Any = importlib.import_module(module_name)
    *holders, attribute = path.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    function = getattr(owner, attribute)

    @functools.wraps(function)
    def wrapped(*args: Any, **options: Any) -> Any:
        if before:
            before()
        result = function(*args, **options)
        if after:
            after()
        return result

    @functools.wraps(function)
    async def wrapped_async(*args: Any, **options: Any) -> Any:
        if before:
            before()
        result = await function(*args, **options)
        if after:
            after()
        return result

    setattr(owner, attribute, wrapped_async if inspect.iscoroutinefunction(function) else wrapped)
    # The pipeline holds its stages by value.
    pipeline = sys.modules.get("services.enrich.pipeline") or (
        importlib.import_module("services.enrich.pipeline") if module_name.startswith("services.enrich.text") else None
    )
    if pipeline is not None:
        pipeline.STAGES = tuple(wrapped if stage is function else stage for stage in pipeline.STAGES)  # type: ignore[attr-defined]


def main() -> None:
    """Arrange the fault, then be the process."""
    deed, kind, folder, dashes, module, *args = sys.argv[1:]
    assert dashes == "--", __doc__
    if deed == "strike":
        obey_orders(kind, Path(folder))
    elif deed == "poison":
        poison(Path(folder))
    elif deed == "naive":
        naive()
    sys.argv = [module, *args]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
