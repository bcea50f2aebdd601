from services.enrich.text.fingerprint import VERSION, fingerprint

from services.enrich.text.article import Basis, Duplicate
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import find_duplicate
from shared.ids import new_id
from tests.factories import an_article


def test_an_article_whose_key_is_known_is_tied_to_its_original() -> None:
    article, original = fingerprint(clean(an_article())), new_id()
    expected = Duplicate(
        original=original, kind="exact", score=1.0, reason="the folded text is the same, letter for letter, but for captions and tails",
        basis=Basis(method="duplicates.exact", version=VERSION, confidence=1.0),
    )  # fmt: skip
    assert find_duplicate(article, {article.exact_key: original}).duplicate == expected


def test_an_article_whose_key_is_new_stays_as_it_is() -> None:
    article = fingerprint(clean(an_article()))
    assert find_duplicate(article, {b"another key": new_id()}) == article
