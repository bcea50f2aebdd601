"""From the pieces of a text to the times in it: neighbours joined, rows and spans filled."""

from services.enrich.text.dates.find import Piece
from services.enrich.text.dates.join import joined
from services.enrich.text.dates.rows import in_rows


def compose(pieces: list[Piece], small: str) -> list[Piece]:
    """Times that stand alone: neighbours joined, rows and spans filled, and what is no time by itself dropped."""
    return [piece for piece in in_rows(joined(pieces, small), small) if not piece.loose or _is_all(piece, small)]


def _is_all(piece: Piece, small: str) -> bool:
    """Is a weekday or a part of the day all that the text says?"""
    if piece.kind not in {"weekday", "part"} or len(small) > _SHORT:
        return False
    return not small[: piece.start].strip() and not small[piece.stop :].strip(" .")


_SHORT = 40
"""A text so short may be a weekday or a part of the day and nothing else."""
