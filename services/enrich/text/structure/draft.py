"""A bulletin on its way to its parts: lines, and what each is taken for so far."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.enrich.text.article import BlockKind
from services.enrich.text.structure.lines import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The characters `start` up to `end` of one line, what they are, and by which rule.

    `picture` is the number of the picture that a placeholder and its caption belong to, where one is written.
    """

    line: Line
    start: int
    end: int
    kind: BlockKind
    rule: str
    confidence: float
    reason: str
    picture: int | None = None

    @property
    def text(self) -> str:
        """The characters."""
        return self.line.text[self.start : self.end]


@dataclass(kw_only=True, slots=True)
class Draft:
    """Every line with the parts that it has been given; a line without parts is still open."""

    lines: Sequence[Line]
    parts: list[list[Part]] = field(init=False)

    def __post_init__(self) -> None:
        self.parts = [[] for _ in self.lines]

    def mark(
        self,
        index: int,
        kind: BlockKind,
        rule: str,
        confidence: float,
        reason: str,
        *,
        start: int = 0,
        end: int | None = None,
        picture: int | None = None,
    ) -> None:
        """Say what line `index`, or its characters from `start` up to `end`, is."""
        line = self.lines[index]
        end = len(line.text) if end is None else end
        self.parts[index].append(
            Part(
                line=line,
                start=start,
                end=end,
                kind=kind,
                rule=rule,
                confidence=confidence,
                reason=reason,
                picture=picture,
            )
        )

    def open(self) -> Iterator[int]:
        """The numbers of the lines that nobody has claimed, in order. A line claimed meanwhile is passed over."""
        return (index for index in range(len(self.lines)) if not self.parts[index] and not self.lines[index].rule)

    def kind(self, index: int) -> BlockKind | None:
        """What a line is, by its last part; None for an open line and beyond the ends."""
        return self.parts[index][-1].kind if 0 <= index < len(self.parts) and self.parts[index] else None
