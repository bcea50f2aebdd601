import pytest

from services.api.search.fields import chosen, need_document
from shared.errors import InvalidParameter

SAVED = {"brief": ["title", "published"]}


def test_a_saved_selection_stands_for_its_fields() -> None:
    assert chosen(["@brief", "href", "title"], SAVED) == ("id", "title", "published", "href")


def test_a_selection_that_is_not_saved_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="@brief"):
        chosen(["@long"], SAVED)


def test_the_document_is_read_only_for_what_a_summary_has_not() -> None:
    assert not need_document(chosen(["@brief", "href"], SAVED))
    assert need_document(chosen(["text"], SAVED))
