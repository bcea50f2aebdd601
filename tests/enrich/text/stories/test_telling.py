"""What is telling about a text, and that it survives being packed."""

from services.enrich.text.article import Said
from services.enrich.text.stories import SURE, keys, pack, sketch, unpack
from services.enrich.text.stories.telling import SIZE, likeness
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO, CLINIC


def of(text: str) -> Said:
    return Said(text=text, places=((0, 0),))


def test_a_text_is_like_itself_and_two_reports_of_one_event_are_alike() -> None:
    one, other, clinic = sketch(of(BRIDGE)), sketch(of(BRIDGE_TOO)), sketch(of(CLINIC))
    assert round(likeness(one, one), 6) == 1
    assert likeness(one, other) >= SURE
    assert likeness(one, clinic) < 0.05


def test_another_event_of_the_same_kind_is_less_like_it_than_another_report() -> None:
    one, other, elsewhere = sketch(of(BRIDGE)), sketch(of(BRIDGE_TOO)), sketch(of(ANOTHER_BRIDGE))
    assert likeness(one, elsewhere) < 0.2 < likeness(one, other)


def test_likeness_is_the_same_both_ways() -> None:
    one, other = sketch(of(BRIDGE)), sketch(of(BRIDGE_TOO + CLINIC))
    assert likeness(one, other) == likeness(other, one)


def test_accents_in_the_old_place_change_nothing() -> None:
    assert sketch(of(BRIDGE.replace("hoá", "hóa"))) == sketch(of(BRIDGE.replace("hóa", "hoá")))


def test_packed_and_unpacked_it_says_the_same() -> None:
    one = sketch(of(BRIDGE))
    back = unpack(pack(one))
    assert back.keys() == one.keys()
    assert likeness(one, back) > 0.999
    assert len(pack(one)) <= 9 * SIZE


def test_keys_are_of_the_most_telling_pairs() -> None:
    one = sketch(of(BRIDGE))
    found = keys(one)
    assert len(found) == 12
    assert min(one[key] for key in found) >= max(weight for pair, weight in one.items() if pair not in found)


def test_a_text_without_two_words_has_nothing_telling() -> None:
    assert sketch(of("Tin")) == sketch(of("")) == {}
    assert keys({}) == ()
    assert unpack(pack({})) == {}
