import pytest

from services.enrich.text.clean import clean
from services.enrich.text.names.references import find_references, reference_lists
from tests.factories import an_article

EXAMPLES = [(row["text"], row["found"]) for row in reference_lists()["example"]]
COUNTER_EXAMPLES = [row["text"] for row in reference_lists()["counter_example"]]


@pytest.mark.parametrize(("text", "found"), EXAMPLES)
def test_each_example_is_read_as_it_says(text: str, found: list[str]) -> None:
    references = find_references(clean(an_article(f"Tin trong ngày\n\nHôm nay, {text}")).blocks)
    assert [[r.text, r.type, r.kind, r.number or "", r.year or "", r.issuer or ""] for r in references] == [found]


@pytest.mark.parametrize("text", COUNTER_EXAMPLES)
def test_in_no_counter_example_is_anything_found(text: str) -> None:
    assert find_references(clean(an_article(f"Tin trong ngày\n\nHôm nay, {text}")).blocks) == ()
