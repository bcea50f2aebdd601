"""`python -m services.api [--host H] [--port P] [--fd N]`: serve the reading room."""

from services.api.app import make_app
from shared.http import serve_from_command_line
from shared.settings import settings

if __name__ == "__main__":
    serve_from_command_line("api", lambda: make_app(settings()), settings(), default_port=8002)
