"""Every time that an article mentions, the day it was published, and when its event took place."""

from services.enrich.text.dates.mentions import VERSION
from services.enrich.text.dates.stage import find_dates

__all__ = ["VERSION", "find_dates"]
