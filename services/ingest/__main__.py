"""`python -m services.ingest [--host H] [--port P] [--fd N]`: serve the front door."""

from services.ingest.app import make_app
from shared.http import serve_from_command_line
from shared.settings import settings

if __name__ == "__main__":
    serve_from_command_line("ingest", lambda: make_app(settings()), settings(), default_port=8001)
