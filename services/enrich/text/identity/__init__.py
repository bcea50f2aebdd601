"""Who and what an article names, as things that other articles name too; and whether two people of one name are one."""

from services.enrich.text.identity.naming import find_subjects
from services.enrich.text.identity.rule import Candidate, Choice, choose

__all__ = ["Candidate", "Choice", "choose", "find_subjects"]
