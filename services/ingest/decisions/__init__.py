"""What people decide of duplicates and stories: kept, above every rule, and undone by another decision."""
