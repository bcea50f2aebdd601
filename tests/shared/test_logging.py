import json
import subprocess
import sys

from tests.servers import ROOT


def test_one_line_of_the_log_is_one_json_object() -> None:
    program = (
        "from shared.logging import configure, logger\n"
        "import logging\n"
        "configure('cửa', 'INFO')\n"
        "logger('x').info('bulletin closed', status='duplicate')\n"
        "logging.getLogger('thư viện').warning('hết %s', 'mực')\n"
        "logger('x').debug('too fine')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert {**ours, "timestamp": None} == {
        "service": "cửa", "status": "duplicate", "level": "info", "event": "bulletin closed", "timestamp": None,
    }  # fmt: skip
    assert (theirs["event"], theirs["level"], theirs["service"]) == ("hết mực", "warning", "cửa")
