from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.span import Edit, OffsetMap, Span, edited


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    """Edits of a text of that length: in order, apart from each other, each one taking something away."""
    places = draw(st.lists(st.integers(0, length), unique=True, max_size=12).map(sorted))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return [Edit(start, end, draw(st.text(alphabet="xyz", max_size=3))) for start, end in pairs]


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    # Each character stands once, so that it shows where it came from.
    text = "".join(chr(0x4E00 + index) for index in range(draw(st.integers(0, 40))))
    return text, draw(edits_of(len(text)))


@given(texts_and_edits())
def test_every_character_leads_to_itself_or_to_what_it_stands_for(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    clean, offsets = edited(text, edits), OffsetMap.of(edits)
    for index, character in enumerate(clean):
        span = offsets.filed(index, index + 1)
        replaced = {edit for edit in edits if (edit.start, edit.end) == (span.start, span.end)}
        assert span.of(text) == character or any(character in edit.replacement for edit in replaced)


@given(texts_and_edits(), st.data())
def test_a_stretch_leads_to_a_stretch_that_holds_all_its_characters(
    case: tuple[str, list[Edit]], data: st.DataObject
) -> None:
    text, edits = case
    clean, offsets = edited(text, edits), OffsetMap.of(edits)
    end = data.draw(st.integers(0, len(clean)))
    start = data.draw(st.integers(0, end))
    whole = offsets.filed(start, end)
    parts = [offsets.filed(index, index + 1) for index in range(start, end)]
    assert whole.start <= whole.end
    assert all(whole.start <= part.start <= part.end <= whole.end for part in parts)


@given(texts_and_edits(), st.integers(0, 9), st.data())
def test_a_map_on_a_map_is_one_after_the_other(case: tuple[str, list[Edit]], base: int, data: st.DataObject) -> None:
    text, edits = case
    below = OffsetMap.of(edits, base=base)
    middle = edited(text, edits)
    more = data.draw(edits_of(len(middle)))
    clean, above, both = edited(middle, more), OffsetMap.of(more), OffsetMap.of(more, under=below)
    for index in range(len(clean)):
        step = above.filed(index, index + 1)
        assert both.filed(index, index + 1) == below.filed(step.start, step.end)


@given(texts_and_edits(), st.integers(0, 9), st.data())
def test_pieces_lead_where_their_characters_do(case: tuple[str, list[Edit]], base: int, data: st.DataObject) -> None:
    text, edits = case
    middle = edited(text, edits)
    more = data.draw(edits_of(len(middle)))
    clean, offsets = edited(middle, more), OffsetMap.of(more, under=OffsetMap.of(edits, base=base))
    end = data.draw(st.integers(0, len(clean)))
    start = data.draw(st.integers(0, end))
    pieces = offsets.pieces(start, end)
    ends = [*(at for at, _ in pieces[1:]), end][: len(pieces)]
    told = [
        (at + step, filed + step) for (at, filed), until in zip(pieces, ends, strict=True) for step in range(until - at)
    ]
    assert told == [(index, offsets.filed(index, index).start) for index in range(start, end)]


@given(st.text(), st.integers(0, 9))
def test_a_text_without_edits_is_where_it_was(text: str, base: int) -> None:
    assert edited(text, []) == text
    assert OffsetMap(base).filed(0, len(text)) == Span(base, base + len(text))
