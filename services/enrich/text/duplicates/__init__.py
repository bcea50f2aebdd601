"""By what a text is known again, and what it is to those that came before it."""

from services.enrich.text.duplicates.decide import METHODS, MOST_CANDIDATES, Candidate, Judged, exact, relate
from services.enrich.text.duplicates.packing import pack, unpack
from services.enrich.text.duplicates.said import fingerprint

__all__ = ["METHODS", "MOST_CANDIDATES", "Candidate", "Judged", "exact", "fingerprint", "pack", "relate", "unpack"]
