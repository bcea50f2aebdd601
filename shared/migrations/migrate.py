"""`python -m shared.migrations.migrate [REVISION]`: bring the tables to a revision, by default the newest."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str | None = None) -> Config:
    """Alembic's configuration for the database at `url`, by default that of the settings."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


if __name__ == "__main__":
    command.upgrade(config(), sys.argv[1] if len(sys.argv) > 1 else "head")
