"""From a model as CRFsuite trains it to the file of weights that the tagger reads."""

import struct
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pycrfsuite

from services.enrich.text.names.weights import pack, unit


def framed(trained: Path) -> bytes:
    """The file of weights that tags as the trained model does."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(trained))
    told = tagger.info()
    labels = sorted(told.labels, key=lambda label: int(told.labels[label]))
    facts: dict[str, dict[str, float]] = defaultdict(dict)
    for (fact, label), weight in told.state_features.items():
        facts[fact][label] = weight
    return pack(labels, facts, frame(labels, told.transitions))


def frame(labels: Sequence[str], transitions: Mapping[tuple[str, str], float]) -> bytes:
    """A CRFsuite model whose only facts are the scores of the labels, each by its label's name."""
    with tempfile.NamedTemporaryFile() as file:
        _train_blank(labels, Path(file.name))
        model = bytearray(Path(file.name).read_bytes())
    return _with_weights(model, labels, transitions)


def _train_blank(labels: Sequence[str], out: Path) -> None:
    """A model in which every label stands behind every label, of whatever weights."""
    trainer = pycrfsuite.Trainer(verbose=False)
    # The labels and facts get their numbers in the order in which they are met.
    trainer.append([{label: 1.0} for label in labels], labels)
    pairs = [label for one in labels for two in labels for label in (one, two)]
    trainer.append([{label: 1.0} for label in pairs], pairs)
    trainer.set_params({"c1": 0, "c2": 0.01, "max_iterations": 3, "feature.possible_transitions": 1})
    trainer.train(str(out))


# http://www.chokkan.org/software/crfsuite: a header that tells where the features are; of each its kind (0: a fact for a
# label, 1: a label behind a label), from where it leads to which label, and its weight.
_OFFSET = struct.Struct("<I")
_OFFSET_AT = 28
_COUNT = struct.Struct("<4sII")
_FEATURE = struct.Struct("<IIId")


def _with_weights(model: bytearray, labels: Sequence[str], transitions: Mapping[tuple[str, str], float]) -> bytes:
    first = _OFFSET.unpack_from(model, _OFFSET_AT)[0]
    mark, _, count = _COUNT.unpack_from(model, first)
    if mark != b"FEAT" or count != len(labels) * (len(labels) + 1):
        raise RuntimeError(f"CRFsuite wrote a model of {count} features at {mark!r}")
    for place in range(first + _COUNT.size, first + _COUNT.size + count * _FEATURE.size, _FEATURE.size):
        kind, source, target, _ = _FEATURE.unpack_from(model, place)
        weight = transitions.get((labels[source], labels[target]), 0.0) if kind else unit()
        _FEATURE.pack_into(model, place, kind, source, target, weight)
    return bytes(model)
