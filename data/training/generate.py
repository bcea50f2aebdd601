"""Fills the slots of bulletins.txt and writes bulletins.jsonl: annotated bulletins that differ in their names and words.

    python data/training/generate.py

Names stand as [P:…] person, [O:…] organisation, [L:…] place; {tinh1} is a slot, filled alike wherever its number is the
same; <one|another> is a choice; a paragraph that begins with "?" may be left out. The chance is seeded by the bulletin's
number: the same files give the same bytes.
"""

import json
import random
import re
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
EACH = 8
"""How many bulletins are made of each text."""
ONCE = frozenset({"n", "so_hieu", "ngay", "nam", "tuoi"})
"""Numbers and days are never the same again."""
TYPES = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION"}


def lists() -> dict[str, list[str]]:
    """The values of each kind of slot."""
    raw = tomllib.loads((HERE / "lists.toml").read_text(encoding="utf-8"))
    known = {kind: [one.strip() for one in text.split("," if "," in text else " ")] for kind, text in raw.items()}
    known["bo"] = [one for one in known["bo"] if one.startswith("Bộ")]
    known["so"] = [one for one in known["so"] if one.startswith("Sở")]
    table = (HERE.parents[1] / "services/enrich/text/data/provinces.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in table if not line.startswith("#")][1:]
    known["tinh"] = sorted({row[1] for row in rows if row[2] == "tỉnh"})
    return known


def filled(text: str, known: dict[str, list[str]], chance: random.Random) -> str:
    """The text with its choices taken and its slots filled; names still in their brackets."""
    paragraphs = [one for one in text.strip().split("\n\n") if not (one.startswith("?") and chance.random() < 0.4)]
    text = "\n\n".join(one.removeprefix("?") for one in paragraphs)
    while "<" in text:
        text = re.sub(r"<([^<>]*)>", lambda match: chance.choice(match[1].split("|")), text)
    values: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        slot = match[1]
        name, _, part = slot.partition(".")
        if name not in values or name in ONCE:
            values[name] = a_value(name.rstrip("0123456789"), known, chance)
        return values[name].split()[-1] if part == "ten" else values[name].upper() if part == "hoa" else values[name]

    return re.sub(r"\{([\w.]+)\}", value, text)


def a_value(kind: str, known: dict[str, list[str]], chance: random.Random) -> str:
    """A value for a slot of this kind."""
    if kind == "ten":
        middle = [chance.choice(known["middle"]) for _ in range(chance.choice((1, 1, 1, 1, 2, 0)))]
        return " ".join([chance.choice(known["surname"]), *middle, chance.choice(known["given"])])
    if kind == "so_hieu":
        return str(chance.randint(2, 98))
    if kind == "n":
        return str(chance.randint(3, 480))
    if kind == "ngay":
        return f"{chance.randint(1, 28)}/{chance.randint(1, 12)}"
    if kind == "nam":
        return str(chance.randint(2018, 2026))
    if kind == "tuoi":
        return str(chance.randint(19, 71))
    return chance.choice(known[kind])


def annotated(text: str) -> tuple[str, list[dict[str, object]]]:
    """The text without brackets, and its names with their places."""
    plain, names, done = "", [], 0
    for match in re.finditer(r"\[([POL]):([^\]]*)\]", text):
        plain += text[done : match.start()]
        names.append(
            {"start": len(plain), "end": len(plain) + len(match[2]), "type": TYPES[match[1]], "text": match[2]}
        )
        plain += match[2]
        done = match.end()
    return plain + text[done:], names


def main() -> None:
    """Write bulletins.jsonl."""
    known = lists()
    texts = (HERE / "bulletins.txt").read_text(encoding="utf-8").split("\n=====\n")
    with (HERE / "bulletins.jsonl").open("w", encoding="utf-8") as out:
        for number, text in enumerate(texts):
            for turn in range(EACH):
                chance = random.Random(f"{number}-{turn}")
                plain, names = annotated(filled(text, known, chance))
                assert not re.search(r"[\[\]{}<>]", plain), (number, plain)
                row = {"id": f"own-{number:03}-{turn}", "published": None, "text": plain, "entities": names}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
