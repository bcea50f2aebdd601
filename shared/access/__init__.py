"""Who may do what: keys with scopes, sessions of browsers, limits, and what browsers are told."""
