"""Where processes are struck is named by words; each must name something, or a fault would strike nothing."""

import importlib
from functools import reduce

import pytest

from infra.chaos.saboteur import SPOTS


@pytest.mark.parametrize("spot", SPOTS)
def test_every_spot_is_a_function_of_ours(spot: str) -> None:
    module, path = SPOTS[spot][0].split(":")
    assert callable(reduce(getattr, path.split("."), importlib.import_module(module)))
