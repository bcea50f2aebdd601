"""Which parts a bulletin has: every line is given a kind, and the rule that says so."""
