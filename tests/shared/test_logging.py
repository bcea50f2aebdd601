import json
import subprocess
import sys

import pytest

from shared.logging import discreet
from tests.servers import ROOT, Database


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


def logged(program: str) -> list[dict[str, object]]:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_thread_and_every_child_names_its_service_and_itself() -> None:
    program = (
        "from shared.logging import configure, logger\n"
        "import os, threading\n"
        "configure('worker', worker=lambda: f'máy:{os.getpid()}')\n"
        "thread = threading.Thread(target=lambda: logger('x').warning('in a thread'))\n"
        "thread.start(); thread.join()\n"
        "pid = os.fork()\n"
        "logger('x').warning('in a child' if pid == 0 else 'in the parent')\n"
        "if pid: os.waitpid(pid, 0)\n"
    )
    lines = logged(program)
    assert {line["service"] for line in lines} == {"worker"}
    named = {line["event"]: line["worker"] for line in lines}
    assert named["in a thread"] == named["in the parent"] != named["in a child"]


def test_what_a_database_quotes_of_its_data_is_not_logged(database: Database) -> None:
    program = (
        "from shared.logging import configure, logger\n"
        "from shared.database import make_engine, transaction\n"
        "configure('worker')\n"
        f"engine = make_engine({database.url!r}, 'test')\n"
        "try:\n"
        "    with transaction(engine) as tx:\n"
        "        tx.exec_driver_sql('INSERT INTO story_member (story_id, article_id) VALUES (%(a)s, %(b)s)',"
        " {'a': 'Bí mật của toà soạn', 'b': 'Bí mật thứ hai'})\n"
        "except Exception as error:\n"
        "    logger('x').warning('transaction lost', error=str(error))\n"
        "    logger('x').exception('request failed')\n"
    )
    lines = logged(program)
    assert [line["event"] for line in lines] == ["transaction lost", "request failed"]
    assert "Bí mật" not in json.dumps(lines, ensure_ascii=False)
    assert "Traceback" in str(lines[1]["exception"])


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("no route to postgresql://bantin:s3cret@db/bantin", "no route to postgresql://bantin:***@db/bantin"),
        ("redis://:s3cret@valkey:6379/0 is away", "redis://:***@valkey:6379/0 is away"),
        ("duplicate key\nDETAIL:  Key (text)=(Bí mật) already exists.", "duplicate key\n[data left out]"),
        ("broke\n[SQL: INSERT INTO x]\n[parameters: {'text': 'Bí mật'}]", "broke\n[data left out]"),
        (f'wrong: "{"Bí mật " * 20}" is no date', "wrong: [data left out] is no date"),
        ("connection refused", "connection refused"),
    ],
)
def test_no_text_and_no_key_gets_into_the_log(said: str, logged: str) -> None:
    assert discreet(said) == logged
