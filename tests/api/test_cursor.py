import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.cursor import BadCursor, decode, encode


@given(st.text(max_size=20), st.integers(1, 2**63 - 1))
def test_a_cursor_decodes_to_what_it_encoded(name: str, before: int) -> None:
    assert decode(name, encode(name, before)) == before


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_else_is_sent_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode("articles", cursor)


@pytest.mark.parametrize("before", [0, -1, 2**63])
def test_a_position_that_no_list_has_is_refused(before: int) -> None:
    with pytest.raises(BadCursor):
        decode("articles", encode("articles", before))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor, match="another list"):
        decode("articles", encode("changes", 5))
