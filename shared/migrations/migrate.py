"""`python -m shared.migrations.migrate [REVISION]`: bring the tables to a revision, by default the newest."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from shared.migrations import newest

HERE = Path(__file__).parent


def config(url: str | None = None) -> Config:
    """Alembic's configuration for the database at `url`, by default that of the settings."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = url
    return config


def main(revision: str = "head") -> None:
    """Migrate the database of the settings and say so."""
    command.upgrade(config(), revision)
    print(f"tables are at {newest() if revision == 'head' else revision}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
