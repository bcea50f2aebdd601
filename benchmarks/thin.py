"""A worker that reads next to nothing in a bulletin: what is left is the cost of the queue, the claim and the closing.

`pipeline.py` starts it; `--concurrency` is that of the worker.
"""

import argparse

import measure  # noqa: F401  # it sets the path

from services.enrich import pipeline
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint

# Before the workbench is imported, which takes them as they are then.
pipeline.STAGES = (clean, fingerprint)

from services.enrich import worker  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrency", type=int, default=2)
    worker.main(parser.parse_args().concurrency)
