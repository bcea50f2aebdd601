"""Counts in how many articles each pair of neighbouring words stands: what `services/enrich/text/stories` reads.

    python data/phrases/count.py NEWS.jsonl.gz [--most 20000]

NEWS has lines {id, title, body}. The counts are kept by 65,536 buckets of a hash, as one byte each: twenty times the natural
logarithm of how seldom articles have a pair of the bucket. No word can be read from them.
"""

import argparse
import gzip
import json
import math
import sys
from itertools import islice, pairwise
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from services.enrich.text.stories.telling import BUCKETS, SIGN, STEP  # noqa: E402  # the path is set above
from services.enrich.text.vietnamese import fold_tone_place  # noqa: E402

OUT = ROOT / "services/enrich/text/stories/rarity.bin"


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--most", type=int, default=20_000, help="articles")
    args = parser.parse_args()
    counts, articles = [0] * BUCKETS, 0
    with gzip.open(args.news, "rt", encoding="utf-8") as lines:
        for line in islice(lines, args.most):
            row = json.loads(line)
            words = SIGN.sub(" ", fold_tone_place(f"{row['title']} {row['body']}").lower()).split()
            for bucket in {crc32(f"{one} {other}".encode()) % BUCKETS for one, other in pairwise(words)}:
                counts[bucket] += 1
            articles += 1
    rarity = bytes(min(255, round(STEP * math.log((articles + 1) / (count + 0.5)))) for count in counts)
    OUT.write_bytes(rarity)
    sys.stderr.write(f"{articles} articles counted into {OUT}\n")


if __name__ == "__main__":
    main()
