import pytest

from services.enrich.text.dates.find import find_pieces
from services.enrich.text.dates.grammar import grammar
from services.enrich.text.dates.rules import rules
from services.enrich.text.vietnamese import fold_tone_place
from tests.enrich.text.dates.reading import mentions

EXAMPLES = [(rule.id, *example) for rule in rules() for example in rule.examples]
COUNTER_EXAMPLES = [(rule.id, sentence) for rule in rules() for sentence in rule.counter_examples]


@pytest.mark.parametrize(("rule", "sentence", "expression", "value"), EXAMPLES)
def test_a_rule_finds_its_examples(rule: str, sentence: str, expression: str, value: str) -> None:
    assert (expression, value) in [(found.text, found.value) for found in mentions(sentence)]
    assert rule in [piece.rule for piece in find_pieces(sentence, fold_tone_place(sentence))]


@pytest.mark.parametrize(("rule", "sentence"), COUNTER_EXAMPLES)
def test_a_rule_leaves_its_counter_examples_alone(rule: str, sentence: str) -> None:
    assert [found.text for found in mentions(sentence) if found.basis.method == rule] == []


def test_every_rule_shows_what_it_leaves_alone() -> None:
    assert [rule.id for rule in rules() if not rule.counter_examples] == []


def test_no_two_rules_have_one_name() -> None:
    names = [rule.id for rule in rules()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("sentence", "expression", "value"), grammar().examples)
def test_neighbours_become_one_time(sentence: str, expression: str, value: str) -> None:
    assert (expression, value) in [(found.text, found.value) for found in mentions(sentence)]
