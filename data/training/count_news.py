"""Makes the statistics of unannotated news that the tagger of names reads beside a text.

    python data/training/count_news.py capitals NEWS.jsonl.gz
    python data/training/count_news.py clusters NEWS.jsonl.gz      (needs gensim and scikit-learn, in any environment)
    python data/training/count_news.py seen NEWS.jsonl.gz WEIGHTS

NEWS has lines {id, title, body}; articles whose ids stand in a file given by --without are left out. `seen` takes weights that
were trained with an empty seen.tsv: what they find in the news, and how often it was anything else, becomes that list.
Only counts and single names are kept, no sentence.
"""

import argparse
import gzip
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from services.enrich.text.names import tagging  # noqa: E402  # the path is set above
from services.enrich.text.names.features import Passage, features_of  # noqa: E402
from services.enrich.text.names.syllables import Sentence, sentences  # noqa: E402

LEXICON = ROOT / "services/enrich/text/names/lexicon"
LONGEST = 8_000
FEWEST = 3
"""In so many articles a name has to be found."""


def articles(path: Path, without: set[str]) -> Iterator[str]:
    """The texts, title first."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            if row["id"] not in without:
                text = f"{row['title'] or ''}\n\n{row.get('body') or row.get('lead') or ''}"
                yield unicodedata.normalize("NFC", text)[:LONGEST]


def capitals(texts: Iterator[str]) -> str:
    """Words by how often they have a capital inside a sentence, behind a small word."""
    small, large = Counter[str](), Counter[str]()
    for text in texts:
        for sentence in sentences(text):
            for before, word in zip(sentence.words, sentence.words[1:], strict=False):
                if word.isalpha() and before.isalpha() and before.islower():
                    (small if word.islower() else large)[word.lower()] += 1
    steps = (0.02, 0.1, 0.3, 0.7, 0.95)
    rows = defaultdict(list)
    for word in small.keys() | large.keys():
        if small[word] + large[word] >= 15:
            share = large[word] / (small[word] + large[word])
            rows[sum(share >= step for step in steps)].append(word)
    return "".join(f"{step}\t{' '.join(sorted(words))}\n" for step, words in sorted(rows.items()))


def clusters(texts: Iterator[str]) -> str:
    """Words by the company they keep: skip-gram vectors of 100 values, then k-means into 60, 300 and 1,200 clusters."""
    import numpy as np
    from gensim.models import Word2Vec
    from sklearn.cluster import MiniBatchKMeans

    lines = [["0" if word[0].isdigit() else word for word in one.words] for text in texts for one in sentences(text)]
    model = Word2Vec(
        lines, vector_size=100, window=2, min_count=20, sg=1, negative=8, epochs=4, workers=1, seed=7, sample=1e-4
    )
    kept = [place for place, word in enumerate(model.wv.index_to_key) if word[0].isalpha()]
    vectors = model.wv.vectors[kept]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = [
        MiniBatchKMeans(count, random_state=1, n_init=2, batch_size=4096, max_iter=60).fit(vectors).labels_
        for count in (60, 300, 1200)
    ]
    rows = sorted((model.wv.index_to_key[place], row) for row, place in enumerate(kept))
    return "".join("\t".join([word, *(str(int(one[row])) for one in labels)]) + "\n" for word, row in rows)


def seen(path: Path, without: set[str], weights: Path) -> str:
    """Names that the tagger found in three articles or more, by what share of their uses it read as what."""
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(weights))
    read: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, Counter[str]] = defaultdict(Counter)
    for text in articles(path, without):
        found = set()
        for name, type, sure in _names(tagger, text):
            read[name][type] += sure  # type: ignore[assignment]  # expected counts are fractions
            found.add((name, type))
        for name, type in found:
            times[name][type] += 1
    kept = {name for name, by_type in times.items() if max(by_type.values()) >= FEWEST and len(name.split(" ")) <= 8}
    used = _uses(articles(path, without), kept)
    rows = defaultdict(list)
    for name in kept:
        shares = {
            type: read[name][type] / max(used[name], sum(read[name].values()), 1) for type in ("PER", "LOC", "ORG")
        }
        code = " ".join(
            f"{type}{sum(share >= step for step in (0.15, 0.5, 0.85))}"
            for type, share in shares.items()
            if share >= 0.15
        )
        if code:
            rows[code].append(name)
    return "".join("\t".join([code, *sorted(names)]) + "\n" for code, names in sorted(rows.items()))


def _names(tagger: Any, text: str) -> Iterator[tuple[str, str, float]]:
    split: list[Sentence] = [one for line in text.split("\n") for one in sentences(line)]
    passages = [Passage(one, "paragraph", tagging.in_capitals(one)) for one in split]
    for sentence, stretches in zip(split, features_of(passages), strict=True):
        for offset, features in stretches:
            labels = tagger.tag(features)
            for first, last, type in tagging.spans_of(labels):
                sure = min(tagger.marginal(labels[place], place) for place in range(first, last))
                yield " ".join(sentence.words[offset + first : offset + last]), type, sure


def _uses(texts: Iterator[str], names: set[str]) -> Counter[str]:
    """How often each of the names stands in the texts, as the longest from the left."""
    longest = Counter[str]()
    for name in names:
        first = name.split(" ")[0]
        longest[first] = max(longest[first], len(name.split(" ")))
    used = Counter[str]()
    for text in texts:
        for sentence in sentences(text):
            place = 0
            while place < len(sentence):
                for length in range(longest[sentence.words[place]], 0, -1):
                    if (name := " ".join(sentence.words[place : place + length])) in names:
                        used[name] += 1
                        place += length - 1
                        break
                place += 1
    return used


def main() -> None:
    """Write one list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["capitals", "clusters", "seen"])
    parser.add_argument("news", type=Path)
    parser.add_argument("weights", type=Path, nargs="?")
    parser.add_argument(
        "--without", type=Path, nargs="*", default=[], help="annotated files whose articles are left out"
    )
    args = parser.parse_args()
    without = {
        json.loads(line)["id"] for path in args.without for line in path.read_text(encoding="utf-8").splitlines()
    }
    if args.what == "seen":
        rows = seen(args.news, without, args.weights)
    else:
        rows = {"capitals": capitals, "clusters": clusters}[args.what](articles(args.news, without))
    path = LEXICON / f"{args.what}.tsv"
    head = "".join(line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.startswith("#"))
    path.write_text(head + rows, encoding="utf-8")


if __name__ == "__main__":
    main()
