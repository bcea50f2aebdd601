"""How often Python looks for garbage in circles."""

import gc


def collect_seldom() -> None:
    """Leave what is there now alone for good, and look through what comes later seldom.

    What is read and answered leaves hardly a circle behind, and to look through all modules for them takes a tenth of
    the processor. Before a fork it also keeps parent and children from having every page twice.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
