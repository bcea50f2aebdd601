"""The tagger: a conditional random field over syllables; from blocks to names with their confidence."""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import pycrfsuite

from services.enrich.text.article import Block
from services.enrich.text.names.features import Passage, Sight
from services.enrich.text.names.found import Found, NameType
from services.enrich.text.names.syllables import Sentence, sentences
from services.enrich.text.names.weights import Row, Weights

MODEL = "names.weights"
_TYPES: dict[str, NameType] = {"PER": "PERSON", "ORG": "ORGANIZATION", "LOC": "LOCATION"}
_FEW_LETTERS, _MOSTLY = 8, 0.8


def passages_of(blocks: Sequence[Block]) -> list[tuple[int, Passage]]:
    """Every sentence of the blocks, with the number of its block."""
    return [
        (number, Passage(sentence, block.kind, in_capitals(sentence)))
        for number, block in enumerate(blocks)
        for sentence in sentences(block.text)
    ]


def in_capitals(sentence: Sentence) -> bool:
    """Is the sentence written in capitals, so that they tell no name?"""
    # Most sentences have three small words among their first ones.
    if sum(word.islower() for word in sentence.words[:12]) > 2:
        return False
    letters = "".join(word for word in sentence.words if word.isalpha())
    return len(letters) > _FEW_LETTERS and sum(letter.isupper() for letter in letters) > _MOSTLY * len(letters)


def tag(blocks: Sequence[Block], numbered: Sequence[tuple[int, Passage]]) -> list[Found]:
    """The names that the tagger sees in the blocks' passages, in the order of the text."""
    found: list[Found] = []
    tagger = _tagger()
    for (number, passage), stretches in zip(
        numbered, tagger.sight.of([passage for _, passage in numbered]), strict=True
    ):
        for offset, seen in stretches:
            for first, last, label, confidence in tagger.names(seen):
                start, end = passage.sentence.starts[offset + first], passage.sentence.ends[offset + last - 1]
                found.append(
                    Found(
                        block=number, start=start, end=end, text=blocks[number].text[start:end], type=_TYPES[label],
                        confidence=round(confidence, 2), method="names.crf", reason="the tagger reads it so",
                    )
                )  # fmt: skip
    return found


def spans_of(labels: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """The spans (half-open, in tokens) that labels B-X, I-X and O stand for, with their X."""
    start, kind, place = 0, "", -1
    for place, label in enumerate(labels):
        if label.startswith("I-") and label[2:] == kind:
            continue
        if kind:
            yield start, place, kind
        start, kind = place, label[2:]
    if kind:
        yield start, place + 1, kind


def model_version() -> str:
    """The version of the weights: a hash of their file."""
    return _tagger().version


class Tagger:
    """Weights, what sees by them, what decides by them, and the hash of their file."""

    def __init__(self, packed: bytes) -> None:
        self._weights = Weights.read(packed)
        self._model = pycrfsuite.Tagger()
        # The library reads a model where it lies and does not hold on to it: it has to live as long as the library's own.
        self._model.open_inmemory(self._weights.frame)
        self.sight: Sight[Row] = Sight(self._weights.sum_of, self._weights.rows.get, 0)
        # The model remembers the stretch between its two questions, and is one for all threads of a process.
        self._in_use = threading.Lock()
        self.version = hashlib.blake2b(packed, digest_size=4).hexdigest()

    def labels(self, seen: Sequence[Row]) -> list[str]:
        """The labels of a stretch of tokens that fit best, by the row of what each token shows."""
        with self._in_use:
            labels: list[str] = self._model.tag(list(map(self._weights.scores, seen)))
        return labels

    def names(self, seen: Sequence[Row]) -> list[tuple[int, int, str, float]]:
        """The spans of names in a stretch of tokens, by the row of what each token shows; each with its type and the
        confidence of its least sure token: a name is right as a whole or not at all."""
        scores = list(map(self._weights.scores, seen))
        with self._in_use:
            labels: list[str] = self._model.tag(scores)
            return [
                (first, last, label, min(self._model.marginal(labels[place], place) for place in range(first, last)))
                for first, last, label in spans_of(labels)
            ]


@cache
def _tagger() -> Tagger:
    """Once a process, and after the fork."""
    return Tagger((files(__package__) / MODEL).read_bytes())
