"""The third stage: the days that are written in full."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.enrich.text.article import Article, Basis, Block, DateMention

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to write a day in full; what it must find and what it must leave alone stand beside it, and are tested."""

    name: str
    pattern: re.Pattern[str]
    confidence: float
    examples: tuple[tuple[str, str], ...]
    counter_examples: tuple[str, ...]


RULES = (
    Rule(
        "dates.iso",
        re.compile(r"(?<![\w/.,-])(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})(?![\w/-])"),
        0.99,
        (("cập nhật 2025-04-17, Bến Tre", "2025-04-17"), ("2024-02-29", "2024-02-29")),
        ("số 2025-13-01", "mã 12025-04-17", "2023-02-29", "2025-04-17-03"),
    ),
    Rule(
        "dates.numeric",
        # 3/2/2024 is the third of February: Vietnamese writes the day first, always.
        re.compile(
            r"(?<![\w/.,-])(?:(?:ngày|Ngày|mùng|Mùng)\s+)?(?P<d>\d{1,2})(?P<sign>[/.-])(?P<m>\d{1,2})(?P=sign)"
            r"(?P<y>[12]\d{3})(?![\w/-]|[.,]\d)"
        ),
        0.97,
        (
            ("sáng 17/4/2025 tại Vĩnh Long", "2025-04-17"),
            ("ngày 05-09-2024", "2024-09-05"),
            ("Ngày 1.12.2023.", "2023-12-01"),
        ),
        ("Nghị định 15/2020/NĐ-CP", "tỷ số 31/2/2024", "10.000.2000 đồng", "1/4/20251", "số 112/4/2025"),
    ),
    Rule(
        "dates.words",
        re.compile(
            r"(?<!\w)[Nn]gày\s+(?:mùng\s+)?(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s*,?\s+năm\s+(?P<y>[12]\d{3})(?!\w)"
        ),
        0.99,
        (("ngày 2 tháng 9 năm 1945", "1945-09-02"), ("Ngày mùng 3 tháng 2, năm 1930", "1930-02-03")),
        ("ngày 31 tháng 6 năm 2020", "tháng 9 năm 2024"),
    ),
)


def find_dates(article: Article) -> Article:
    """Find every day that is written with day, month and year; a day that no calendar has is refused."""
    found = [mention for block in article.blocks for mention in _dates_of(block)]
    return article.evolve(dates=tuple(sorted(found, key=lambda mention: (mention.span.start, mention.span.end))))


def _dates_of(block: Block) -> Iterator[DateMention]:
    for rule in RULES:
        for match in rule.pattern.finditer(block.text):
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                continue
            span = block.offsets.filed(*match.span())
            yield DateMention(
                span=span,
                text=match[0],
                type="DATE",
                value=day.isoformat(),
                calendar="solar",
                granularity="day",
                modifier=None,
                basis=Basis(method=rule.name, version=VERSION, confidence=rule.confidence, evidence=(span,)),
            )
