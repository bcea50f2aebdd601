"""The administrative map: Vietnam's units in every form they had since 2008, and countries by their ISO codes. Pure."""
