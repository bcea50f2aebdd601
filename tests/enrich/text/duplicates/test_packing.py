from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.article import Said
from services.enrich.text.duplicates import pack, unpack

offsets = st.integers(0, 10_000)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.tuples(offsets, offsets)))
def test_what_was_packed_comes_out_again(text: str, places: list[tuple[int, int]]) -> None:
    said = Said(text=text, places=tuple(places))
    assert unpack(pack(said)) == said
