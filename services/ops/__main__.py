"""`python -m services.ops [--host H] [--port P] [--fd N]`: serve the operator's desk."""

from services.ops.app import make_app
from shared.http import serve_from_command_line
from shared.settings import settings

if __name__ == "__main__":
    serve_from_command_line("ops", lambda: make_app(settings()), settings(), default_port=8003)
