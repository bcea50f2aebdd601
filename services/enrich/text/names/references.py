"""References to laws, decisions and programmes: rules, not weights."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from services.enrich.text.article import Basis, Block, Reference, ReferenceType

VERSION = "1"


def find_references(blocks: Sequence[Block]) -> tuple[Reference, ...]:
    """Every reference of the blocks, in order; none stands in another."""
    return tuple(reference for block in blocks for reference in _of(block))


def _of(block: Block) -> Iterator[Reference]:
    text = block.text
    matches = [(match, rule) for rule in _rules() for match in rule[1].finditer(text)]
    done = 0
    # Of two that begin together the longer one counts.
    for match, (method, _, type, confidence, reason) in sorted(
        matches, key=lambda one: (one[0].start(), -one[0].end())
    ):
        if match.start() < done:
            continue
        done = match.end()
        parts = match.groupdict()
        span = block.offsets.filed(match.start(), match.end())
        basis = Basis(method=method, version=VERSION, confidence=confidence, evidence=(span,), reason=reason)
        yield Reference(
            span=span,
            text=match[0],
            type=type,
            kind=parts.get("kind") or _kind_of(match[0]),
            number=parts.get("number"),
            year=parts.get("year") or _year_in(parts.get("number") or ""),
            issuer=parts.get("issuer"),
            basis=basis,
        )


def _kind_of(name: str) -> str:
    """The kind that a name without number begins with: "Bộ luật" of "Bộ luật Hình sự"; the name itself if it tells none."""
    kinds = [kind for table in ("legal", "programme") for kind in reference_lists()[table]["kinds"]]
    return max((kind for kind in kinds if name.startswith(f"{kind} ")), key=len, default=name)


def _year_in(number: str) -> str | None:
    """The year in a number such as 100/2019/NĐ-CP."""
    match = re.search(r"/(\d{4})(?:/|$)", number)
    return match[1] if match else None


_Rule = tuple[str, re.Pattern[str], ReferenceType, float, str]


@cache
def _rules() -> tuple[_Rule, ...]:
    lists = reference_lists()
    kinds, issuers = _any(lists["legal"]["kinds"]), _any(lists["legal"]["issuers"])
    body = (
        r"(?:UBND|HĐND|Ủy ban nhân dân|Ủy ban Nhân dân|Hội đồng nhân dân|Hội đồng Nhân dân|Bộ|Ban Chấp hành|Tỉnh ủy|Thành ủy)"
        r"(?:\s(?:tỉnh|thành phố|huyện|TP\.?|quận|xã|phường|Đảng bộ))?(?:,?\s(?:và\s)?[A-ZĐÂÁÀẢÃẠÔƯƠÊÚÝÍÓ][\w&-]*)*"
    )
    year = r"(?:,?\s(?:năm\s)?(?P<year>(?:19|20)\d\d)(?![\d/]))?"
    day = r"(?:,?\s(?:ngày|ban hành ngày)\s\d{1,2}[/-]\d{1,2}[/-](?P<year>\d{4}))?"
    sign = r"\d{1,4}(?:[-/][A-ZĐa-zđ0-9][\w&-]*)+"
    legal_named, programme_named = _any(lists["legal"]["named"]), _any(lists["programme"]["named"])
    # "12 người", "2.500 m", "30%" are counts.
    count = r"(?![\d.,/]*\d|\w|%|\s(?:tỷ|triệu|phút|ngày|năm|giờ|tháng|người|lần)(?!\w))"
    by_whom = rf"\s(?:của|do)\s(?P<issuer>(?:{issuers})(?!\w)|{body})"
    legal = rf"(?<!\w)(?P<kind>{kinds})\s"
    return (
        _rule("references.sign", rf"(?<!\w)(?P<kind>(?i:{kinds}))\s(?:số\s?:?\s?)?(?P<number>{sign}){day}(?:{by_whom})?"),
        _rule("references.number", rf"{legal}(?:số\s)?(?P<number>\d{{1,4}}){count}{year}{by_whom}"),
        _rule("references.number", rf"{legal}số\s(?P<number>\d{{1,4}}){count}{day}"),
        _rule("references.named", rf"(?<!\w)(?:{legal_named})(?!\w){year}"),
        _rule("references.programme", rf"(?<!\w)(?P<kind>Đề án|Chương trình)\s(?:số\s)?(?P<number>\d{{2,4}}[a-z]?){count}"),
        _rule("references.programme", rf"(?<!\w)(?:{programme_named})(?!\w)"),
        _rule("references.quoted", rf"(?<!\w)(?P<kind>(?i:{_any(lists['programme']['kinds'])}))\s(?:\"[^\"\n]{{3,90}}\"|“[^”\n]{{3,90}}”)"),
    )  # fmt: skip


_REASONS: dict[str, tuple[ReferenceType, float, str]] = {
    "references.sign": ("LEGAL_DOCUMENT", 0.97, "a kind of document with its sign"),
    "references.number": ("LEGAL_DOCUMENT", 0.93, "a kind of document with its number"),
    "references.named": ("LEGAL_DOCUMENT", 0.95, "the name of a law"),
    "references.programme": ("PROGRAMME", 0.9, "a programme with its number or name"),
    "references.quoted": ("PROGRAMME", 0.85, "a programme named in quotation marks"),
}


def _rule(method: str, pattern: str) -> _Rule:
    return method, re.compile(pattern), *_REASONS[method]


@cache
def reference_lists() -> dict[str, Any]:
    """The kinds, issuers and names, with examples and counter-examples."""
    return tomllib.loads((files(__package__) / "references.toml").read_text(encoding="utf-8"))


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
