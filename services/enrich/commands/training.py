"""Trains the tagger of names on annotated bulletins, and scores it on those held back."""

import hashlib
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pycrfsuite

from services.enrich.commands.framing import framed
from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.names import tagging
from services.enrich.text.names.features import Sight, Told
from services.enrich.text.names.words import Facts
from services.enrich.text.span import Span

T = TypeVar("T", bound=Told)
_NOBODY = UUID(int=0)
_LABELS = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC"}


class UnusableMaterial(Exception):
    """What is to be trained on is no annotated bulletins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Annotated:
    """A bulletin and the names in it: type and place, half-open, in code points of `text`."""

    id: str
    text: str
    names: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How many names were found rightly, wrongly, and not at all."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, in per cent."""
        return 200 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def train(data: Sequence[Path], out: Path, config: Path, *, score: bool) -> int:
    """Train on every line of the files `data` and write the weights to `out`; with `score` hold back a fifth and write none.

    The exit code.
    """
    values = tomllib.loads(config.read_text(encoding="utf-8"))
    try:
        material = [one for path in _files(data) for one in read(path)]
    except (OSError, UnusableMaterial) as error:
        sys.stderr.write(f"bantin: {error}\n")
        return 1
    if score:
        parts = int(values["held_back"]["one_of"])
        kept = [one for one in material if not held_back(one.id, parts)]
        weights = fit(kept, values["crf"])
        tell(score_of(weights, [one for one in material if held_back(one.id, parts)]))
        return 0
    weights = fit(material, values["crf"])
    out.write_bytes(weights)
    version = tagging.Tagger(weights).version
    sys.stdout.write(f"{len(material)} bulletins, {sum(len(one.names) for one in material)} names -> {out} {version}\n")
    return 0


def read(path: Path) -> Iterator[Annotated]:
    """The bulletins of a file of JSON lines `{id, text, entities: [{start, end, type}]}`. Raises UnusableMaterial."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row: dict[str, Any] = orjson.loads(line)
            names = tuple(
                (one["type"], Span(one["start"], one["end"])) for one in row["entities"] if one["type"] in _LABELS
            )
            yield Annotated(id=str(row["id"]), text=row["text"], names=names)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UnusableMaterial(f"{path}, line {number}: {error!r}") from None


def held_back(id: str, parts: int) -> bool:
    """Is the bulletin of this id one of those that no score may have been trained on? The same ones, always."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % parts == 0


def fit(material: Iterable[Annotated], parameters: dict[str, Any]) -> bytes:
    """The file of the weights that training on the material gives."""
    trainer = pycrfsuite.Trainer(verbose=False)
    sight: Sight[Facts] = Sight(lambda facts: facts, lambda fact, _: (fact,), ())
    for one in material:
        for seen, labels in sequences_of(one, sight):
            trainer.append(pycrfsuite.ItemSequence(seen), labels)
    trainer.set_params(parameters)
    with tempfile.NamedTemporaryFile() as file:
        trainer.train(file.name)
        return framed(Path(file.name))


def sequences_of(one: Annotated, sight: Sight[T]) -> Iterator[tuple[list[T], list[str]]]:
    """What the tagger sees of a bulletin and what it should say, stretch by stretch."""
    article = clean(Article(id=_NOBODY, filed=one.text))
    numbered = tagging.passages_of(article.blocks)
    starts = {span.start: (type, span) for type, span in one.names}
    for (number, passage), stretches in zip(numbered, sight.of([passage for _, passage in numbered]), strict=True):
        offsets = article.blocks[number].offsets
        places = [offsets.filed(a, b) for a, b in zip(passage.sentence.starts, passage.sentence.ends, strict=True)]
        labels = _labels(places, starts)
        for first, seen in stretches:
            yield seen, labels[first : first + len(seen)]


def _labels(places: Sequence[Span], starts: dict[int, tuple[str, Span]]) -> list[str]:
    labels = ["O"] * len(places)
    inside: tuple[str, Span] | None = None
    for place, span in enumerate(places):
        if span.start in starts:
            inside = starts[span.start]
            labels[place] = f"B-{_LABELS[inside[0]]}"
        elif inside and span.end <= inside[1].end:
            labels[place] = f"I-{_LABELS[inside[0]]}"
        else:
            inside = None
    return labels


def score_of(weights: bytes, material: Iterable[Annotated]) -> dict[str, Score]:
    """How well the weights, without any rule, find the names of bulletins that they were not trained on; by type."""
    tagger = tagging.Tagger(weights)
    counts: Counter[tuple[str, str]] = Counter()
    for one in material:
        for seen, labels in sequences_of(one, tagger.sight):
            wanted, found = set(tagging.spans_of(labels)), set(tagging.spans_of(tagger.labels(seen)))
            for outcome, spans in (("right", wanted & found), ("wrong", found - wanted), ("missed", wanted - found)):
                counts.update((outcome, span[2]) for span in spans)
    rows = {
        type: Score(right=counts["right", short], wrong=counts["wrong", short], missed=counts["missed", short])
        for type, short in _LABELS.items()
    }
    total = [sum(getattr(score, name) for score in rows.values()) for name in ("right", "wrong", "missed")]
    return {**rows, "all": Score(right=total[0], wrong=total[1], missed=total[2])}


def tell(scores: dict[str, Score]) -> None:
    """Write the scores as a table."""
    for type, score in scores.items():
        precision = 100 * score.right / max(1, score.right + score.wrong)
        recall = 100 * score.right / max(1, score.right + score.missed)
        sys.stdout.write(f"{type:13} precision {precision:5.1f}  recall {recall:5.1f}  F1 {score.f1:5.1f}\n")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else (path,)
