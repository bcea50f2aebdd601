"""Following: the feed by long poll and as server-sent events, and those who follow under a name or by webhook."""
