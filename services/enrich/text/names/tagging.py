"""The tagger: a conditional random field over syllables; from blocks to names with their confidence."""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import pycrfsuite

from services.enrich.text.article import Block
from services.enrich.text.names.features import Passage, features_of
from services.enrich.text.names.found import Found, NameType
from services.enrich.text.names.syllables import Sentence, sentences

MODEL = "names.crfsuite"
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
    found = []
    for (number, passage), stretches in zip(numbered, features_of([passage for _, passage in numbered]), strict=True):
        for offset, features in stretches:
            for first, last, label, confidence in _seen(features):
                start, end = passage.sentence.starts[offset + first], passage.sentence.ends[offset + last - 1]
                found.append(
                    Found(
                        block=number, start=start, end=end, text=blocks[number].text[start:end], type=_TYPES[label],
                        confidence=round(confidence, 2), method="names.crf", reason="the tagger reads it so",
                    )
                )  # fmt: skip
    return found


# The tagger remembers the sentence between the two questions, and is one for all threads of a process.
_IN_USE = threading.Lock()


def _seen(features: list[list[str]]) -> list[tuple[int, int, str, float]]:
    """The spans of names in a sentence, each with its type and the confidence of its least sure syllable."""
    with _IN_USE:
        tagger = _tagger()
        labels = tagger.tag(features)
        # The least sure syllable decides: a name is right as a whole or not at all.
        return [
            (first, last, label, min(tagger.marginal(labels[place], place) for place in range(first, last)))
            for first, last, label in spans_of(labels)
        ]


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
    return _loaded()[1]


def _tagger() -> pycrfsuite.Tagger:
    return _loaded()[0]


@cache
def _loaded() -> tuple[pycrfsuite.Tagger, str, bytes]:
    """Once a process, and after the fork: the tagger, its version, and its weights.

    The library reads the weights where they lie and does not hold on to them: they have to live as long as it does.
    """
    weights = (files(__package__) / MODEL).read_bytes()
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(weights)
    return tagger, hashlib.blake2b(weights, digest_size=4).hexdigest(), weights
