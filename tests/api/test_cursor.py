import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.cursor import BadCursor, CursorFilterMismatch, Cursors

CURSORS = Cursors(b"a secret of the tests")


@given(st.text(max_size=20), st.integers(0, 2**63 - 1), st.text(max_size=20), st.text(max_size=40))
def test_a_cursor_decodes_to_what_it_encoded(name: str, number: int, word: str, filter: str) -> None:
    cursor = CURSORS.encode(name, (number, word), filter)
    assert CURSORS.decode(name, cursor, (int, str), filter) == (number, word)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_else_is_sent_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.decode("articles", cursor, (int,))


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_cursor_in_which_one_byte_was_changed_is_refused(at: int, by: int) -> None:
    cursor = CURSORS.encode("articles", (5, "Vàm Sáng"), "q=cầu")
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[at % len(raw)] ^= by
    with pytest.raises(BadCursor):
        CURSORS.decode("articles", base64.urlsafe_b64encode(raw).decode(), (int, str), "q=cầu")


def test_a_cursor_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(BadCursor):
        CURSORS.decode("articles", Cursors(b"another").encode("articles", (5,)), (int,))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor, match="another list"):
        CURSORS.decode("articles", CURSORS.encode("changes", (5,)), (int,))


def test_a_cursor_of_other_filters_is_told_to_be_so() -> None:
    with pytest.raises(CursorFilterMismatch):
        CURSORS.decode("articles", CURSORS.encode("articles", (5,), "source=a"), (int,), "source=b")
