"""The bytes of a JSON bulletin that stand for a piece of its text."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decoding import JSON, PLAIN, filed_spans, filed_text
from shared.decoding.literal import literal_starts

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(TEXTS, st.booleans(), st.data())
def test_the_bytes_of_each_piece_read_alone_are_that_piece(text: str, plain: bool, data: st.DataObject) -> None:
    told = {"source": 'a "text": \\', "text": text, "meta": {"text": "no"}}
    raw = json.dumps(told, ensure_ascii=plain, indent=1).encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    [(first, last)] = filed_spans(raw, JSON, "utf-8", [(start, end)])
    assert json.loads(b'"' + raw[first:last] + b'"') == text[start:end]


@pytest.mark.parametrize(
    "raw", [b'{"text":"a","text":"b\\u1ea7u"}', b' {"x":[1,{"text":"c"}] , "text" : "b\xe1\xba\xa7u" } ']
)
def test_it_is_the_text_that_was_read(raw: bytes) -> None:
    text = filed_text(raw, JSON, "utf-8")
    assert text == orjson.loads(raw)["text"] == "bầu"
    assert len(literal_starts(raw)) == 4


def test_plain_text_is_its_own_bytes() -> None:
    assert filed_spans("cầu Vàm".encode(), PLAIN, "utf-8", [(4, 7)]) == [(6, 10)]
