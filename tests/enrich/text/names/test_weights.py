"""The file of weights: what is packed is read again, and decides as CRFsuite does."""

import tempfile
import tomllib
from pathlib import Path

import pycrfsuite
import pytest

from services.enrich.commands.framing import framed
from services.enrich.commands.training import read, sequences_of
from services.enrich.text.names.features import Sight
from services.enrich.text.names.tagging import Tagger, spans_of
from services.enrich.text.names.weights import Weights, pack
from services.enrich.text.names.words import Facts
from tests.servers import ROOT

LABELS = ("O", "B-PER")


def test_weights_are_read_as_they_were_packed() -> None:
    weights = Weights.read(pack(LABELS, {"w=ông": {"B-PER": -1.5}, "s=Xx": {"O": 0.25, "B-PER": 2.0}}, b"frame"))
    assert (weights.labels, weights.frame, sorted(weights.rows)) == (LABELS, b"frame", ["s=Xx", "w=ông"])
    assert weights.scores(weights.sum_of(["w=ông", "s=Xx", "w=never"])) == {"O": 1 << 14, "B-PER": 1 << 15}


@pytest.mark.parametrize("times", [0, 1, 60])
def test_many_facts_that_speak_against_a_label_do_not_touch_its_neighbour(times: int) -> None:
    weights = Weights.read(pack(LABELS, {"bad": {"O": -8.0, "B-PER": 1.0}}, b""))
    assert weights.scores(weights.sum_of(["bad"] * times)) == {"O": -8 * times << 16, "B-PER": times << 16}


def test_the_tagger_says_what_crfsuite_says() -> None:
    """The same labels as CRFsuite with all facts handed over, and the same certainty."""
    bulletins = list(read(ROOT / "data/training/bulletins.jsonl"))
    config = tomllib.loads((ROOT / "data/training/training.toml").read_text(encoding="utf-8"))["crf"]
    plain: Sight[Facts] = Sight(lambda facts: facts, lambda fact, _: (fact,), ())
    trainer = pycrfsuite.Trainer(verbose=False)
    for one in bulletins[::16]:
        for facts, labels in sequences_of(one, plain):
            trainer.append(pycrfsuite.ItemSequence(facts), labels)
    trainer.set_params({**config, "max_iterations": 20})
    with tempfile.NamedTemporaryFile() as file:
        trainer.train(file.name)
        theirs, ours = pycrfsuite.Tagger(), Tagger(framed(Path(file.name)))
        theirs.open(file.name)
        for one in bulletins[5::48]:
            for (facts, _), (rows, _) in zip(sequences_of(one, plain), sequences_of(one, ours.sight), strict=True):
                labels = theirs.tag(pycrfsuite.ItemSequence(facts))
                sure = [theirs.marginal(label, place) for place, label in enumerate(labels)]
                assert ours.labels(rows) == labels
                wanted = [(*span, min(sure[span[0] : span[1]])) for span in spans_of(labels)]
                found = ours.names(rows)
                assert [one[:3] for one in found] == [one[:3] for one in wanted]
                assert [one[3] for one in found] == pytest.approx([one[3] for one in wanted], abs=0.01)
