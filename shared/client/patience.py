"""How long is something tried again, and how long is waited between two tries?"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """Tries go on for so many `seconds`. Pauses double from `first` to `longest`, each cut by chance so that many clients
    do not come back at the same moment; what the service asks for in Retry-After is waited at least.
    """

    seconds: float = 30.0
    first: float = 0.2
    longest: float = 10.0

    def pause(self, tries: int, retry_after: float | None, chance: float) -> float:
        """Seconds until the next try, after so many failed ones; `chance` is from 0 up to 1."""
        own = min(self.longest, self.first * 2.0 ** min(tries - 1, 30))
        return max(own * (0.5 + chance / 2), retry_after or 0.0)
