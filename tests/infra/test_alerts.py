"""Each alert is seen to fire by promtool, on figures as the processes tell them; and none in an hour of normal load.

A stall begins at the fifth minute and must be told by the sixth. Where a figure follows the stall late (a worker is
silent after 15 s; the scrape comes up to 10 s after that), the series here are late by as much.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

RULES = ROOT / "infra/prometheus/bantin.rules.yml"
NAMES = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))
HOUR = 360
"""Samples in an hour."""

pytestmark = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not here: Debian's package prometheus has it"
)

WORKERS = 'bantin_workers{role="worker",health="%s"}'
NORMAL = {
    "bantin_database_up": "1+0x360",
    "bantin_database_writable": "1+0x360",
    'bantin_bulletins_accepted_total{media_type="text/plain"}': "0+60x360",
    'bantin_bulletins_rejected_total{reason="database_away"}': "0+0x360",
    'bantin_bulletins_rejected_total{reason="empty_text"}': "0+0x100 1+0x259",
    'bantin_bell_errors_total{by="ingest"}': "0+0x360",
    'bantin_bell_errors_total{by="sweep"}': "0+0x360",
    'bantin_bells_rung_total{by="ingest"}': "0+20x360",
    'bantin_bells_rung_total{by="sweep"}': "0+0x200 1+0x159",
    "bantin_bells_lost_total": "0+0x200 1+0x159",
    WORKERS % "well": "2+0x360",
    WORKERS % "silent": "0+0x360",
    WORKERS % "stalled": "0+0x360",
    'bantin_workers{role="sweep",health="silent"}': "0+0x360",
    'bantin_queue_oldest_age_seconds{priority="normal"}': "0+0x50 0+2x5 0+0x304",
    'bantin_queue_oldest_age_seconds{priority="flash"}': "0+0x360",
    'bantin_quarantine_items{error_class="WorkerDied"}': "0+0x360",
    'bantin_quarantine_items{error_class="ValueError"}': "2+0x360",
    "bantin_quarantine_oldest_age_seconds": "3600+10x360",
    'bantin_attempts_total{outcome="published"}': "0+57x360",
    'bantin_attempts_total{outcome="duplicate"}': "0+3x360",
    'bantin_attempts_total{outcome="retry"}': "0+0x90 1+0x269",
    "bantin_worker_deaths_total": "0+0x360",
    "bantin_sweep_last_turn_timestamp_seconds": "0+10x360",
    "bantin_deliver_last_turn_timestamp_seconds": "0+10x360",
    "bantin_probe_last_success_timestamp_seconds": "0+10x360",
    'bantin_queue_paused{queue="normal"}': "0+0x360",
    "bantin_deliveries_waiting": "0+0x100 5+0x259",
    "bantin_deliveries_oldest_age_seconds": "0+0x100 2+0x259",
    "bantin_webhook_failing_seconds": "0+0x100 0+10x60 0+0x199",
    "bantin_webhooks_disabled": "0+0x360",
    'bantin_consumer_lag_seconds{consumer="web"}': "0+0x50 2+0x309",
    'bantin_consumer_lag_seconds{consumer="lưu trữ"}': "0+10x180 0+10x179",
    'up{job="ingest"}': "1+0x360",
    'up{job="worker"}': "1+0x360",
    'bantin_http_requests_total{service="api",code="200"}': "0+100x360",
    'bantin_http_requests_total{service="api",code="500"}': "0+0x180 1+0x179",
    'bantin_publish_latency_seconds_bucket{priority="normal",le="0.5"}': "0+55x360",
    'bantin_publish_latency_seconds_bucket{priority="normal",le="1"}': "0+57x360",
    'bantin_publish_latency_seconds_bucket{priority="normal",le="+Inf"}': "0+57x360",
    "bantin_ledger_imbalance_items": "0+0x360",
    'bantin_dates_total{of="publication",status="unknown"}': "0+1x360",
    'bantin_dates_total{of="publication",status="stated"}': "0+59x360",
}
_BEGINS = "5m"
_TOLD = "6m"

STALLS: dict[str, dict[str, str]] = {
    "BantinDatabaseDown": {"bantin_database_up": "1+0x30 0+0x30", "bantin_database_writable": "1+0x30 _x30"},
    "BantinDatabaseReadOnly": {"bantin_database_writable": "1+0x30 0+0x30"},
    "BantinDoorShut": {'bantin_bulletins_rejected_total{reason="database_away"}': "0+0x30 2+2x30"},
    "BantinBrokerAway": {'bantin_bell_errors_total{by="sweep"}': "0+0x30 4+4x30"},
    "BantinNoWorkers": {WORKERS % "well": "1+0x30 1+0x1 0+0x30", WORKERS % "silent": "0+0x30 0+0x1 1+0x30"},
    "BantinWorkerSilent": {WORKERS % "well": "2+0x31 1+0x30", WORKERS % "silent": "0+0x31 1+0x30"},
    "BantinWorkerStalled": {WORKERS % "well": "1+0x32 0+0x30", WORKERS % "stalled": "0+0x32 1+0x30"},
    "BantinStalled": {
        'bantin_queue_oldest_age_seconds{priority="normal"}': "0+0x30 10+10x30",
        'bantin_attempts_total{outcome="published"}': "0+57x30 1710+0x30",
        'bantin_attempts_total{outcome="duplicate"}': "0+3x30 90+0x30",
    },
    "BantinSweepStuck": {"bantin_sweep_last_turn_timestamp_seconds": "0+10x30 300+0x30"},
    "BantinDeliverStuck": {"bantin_deliver_last_turn_timestamp_seconds": "0+10x30 300+0x30"},
    "BantinTargetDown": {'up{job="worker"}': "1+0x30 0+0x30"},
    "BantinWorkerDeaths": {"bantin_worker_deaths_total": "0+0x30 1+0x30"},
    "BantinQuarantineGrows": {'bantin_quarantine_items{error_class="WorkerDied"}': "0+0x30 1+0x30"},
}
"""What a stall does to the figures, by the alert that tells it; each begins at the fifth minute."""

TRENDS: dict[str, tuple[dict[str, str], str, str]] = {
    "BantinProbeFails": ({"bantin_probe_last_success_timestamp_seconds": "0+10x30 300+0x60"}, "7m", "9m"),
    "BantinQueueOld": ({'bantin_queue_oldest_age_seconds{priority="normal"}': "0+0x30 70+0x90"}, "9m", "12m"),
    "BantinDoorTurnsAway": (
        {'bantin_bulletins_rejected_total{reason="queue_too_old"}': "0+0x30 5+5x60"}, "5m", "7m"),
    "BantinDoorErrors": (
        {'bantin_http_requests_total{service="api",code="200"}': "0+90x90",
         'bantin_http_requests_total{service="api",code="500"}': "0+0x30 10+10x60"}, "5m", "12m"),
    "BantinPublishSlow": (
        {'bantin_publish_latency_seconds_bucket{priority="flash",le="5"}': "0+0x120",
         'bantin_publish_latency_seconds_bucket{priority="flash",le="10"}': "0+3x120",
         'bantin_publish_latency_seconds_bucket{priority="flash",le="+Inf"}': "0+3x120"}, "4m", "7m"),
    "BantinFailures": ({'bantin_attempts_total{outcome="retry"}': "0+0x30 6+6x90"}, "5m", "12m"),
    "BantinBellsLost": (
        {'bantin_bells_rung_total{by="sweep"}': "0+0x30 20+20x120", "bantin_bells_lost_total": "0+0x30 5+5x120"},
        "6m", "18m"),
    "BantinQuarantineOld": ({"bantin_quarantine_oldest_age_seconds": "86300+10x90"}, "5m", "9m"),
    "BantinWebhooksLate": ({"bantin_deliveries_oldest_age_seconds": "0+0x30 3700+10x60"}, "9m", "12m"),
    "BantinWebhookFails": ({"bantin_webhook_failing_seconds": "3300+10x90"}, "5m", "7m"),
    "BantinWebhookDisabled": ({"bantin_webhooks_disabled": "0+0x30 1+0x30"}, "5m", "7m"),
    "BantinConsumerBehind": ({'bantin_consumer_lag_seconds{consumer="web"}': "3300+10x120"}, "9m", "11m"),
    "BantinLedgerUnbalanced": ({"bantin_ledger_imbalance_items": "0+0x30 1+0x30"}, "5m", "7m"),
}  # fmt: skip
"""What a trend does to the figures, a time at which it is not yet told, and one at which it is."""

DAYS: dict[str, tuple[dict[str, str], str, str]] = {
    "BantinNothingComesIn": (
        {'bantin_bulletins_accepted_total{media_type="text/plain"}': "0+12x720 8640+0x100"}, "24h", "25h20m"),
    "BantinDatesDrift": (
        {'bantin_dates_total{of="publication",status="unknown"}': "0+1x720 721+12x60",
         'bantin_dates_total{of="publication",status="stated"}': "0+59x720 42480+48x60"}, "24h", "26h"),
}  # fmt: skip
"""The same for what is held against the day before; a sample every two minutes."""


def promtool(
    folder: Path, series: dict[str, str], *questions: tuple[str, str, list[dict[str, object]]], every: str = "10s"
) -> str:
    """What `promtool test rules` has against the answers to these questions at these times; nothing if they are right."""
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": every,
        "tests": [
            {
                "interval": every,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {"expr": expr, "eval_time": at, "exp_samples": expected} for expr, at, expected in questions
                ],
            }
        ],
    }
    path = folder / "test.yml"
    path.write_text(json.dumps(test), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def firing(alert: str) -> str:
    return f'count by (alertname) (ALERTS{{alertname="{alert}", alertstate="firing"}})'


def fires(folder: Path, alert: str, changes: dict[str, str], *, not_yet: str, by: str, every: str = "10s") -> str:
    told = [{"labels": f'{{alertname="{alert}"}}', "value": 1}]
    return promtool(folder, NORMAL | changes, (firing(alert), not_yet, []), (firing(alert), by, told), every=every)


def test_every_alert_is_tested() -> None:
    assert sorted(NAMES) == sorted([*STALLS, *TRENDS, *DAYS])


@pytest.mark.parametrize("alert", STALLS)
def test_a_stall_is_told_within_a_minute(tmp_path: Path, alert: str) -> None:
    assert fires(tmp_path, alert, STALLS[alert], not_yet=_BEGINS, by=_TOLD) == ""


@pytest.mark.parametrize("alert", TRENDS)
def test_a_trend_is_told(tmp_path: Path, alert: str) -> None:
    changes, not_yet, by = TRENDS[alert]
    assert fires(tmp_path, alert, changes, not_yet=not_yet, by=by) == ""


@pytest.mark.parametrize("alert", DAYS)
def test_a_day_unlike_the_one_before_is_told(tmp_path: Path, alert: str) -> None:
    changes, not_yet, by = DAYS[alert]
    assert fires(tmp_path, alert, changes, not_yet=not_yet, by=by, every="2m") == ""


def test_no_alert_fires_in_an_hour_of_normal_load(tmp_path: Path) -> None:
    at_any_time = 'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))'
    assert promtool(tmp_path, NORMAL, (at_any_time, "1h", [])) == ""


def test_a_rolling_restart_of_the_workers_fires_nothing(tmp_path: Path) -> None:
    restart = {
        WORKERS % "well": "2+0x60 1+0x0 2+0x299",
        WORKERS % "silent": "0+0x60 1+0x0 0+0x299",
        'up{job="worker"}': "1+0x60 0+0x1 1+0x298",
    }
    at_any_time = 'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))'
    assert promtool(tmp_path, NORMAL | restart, (at_any_time, "1h", [])) == ""


def test_what_an_operator_holds_back_is_no_stall(tmp_path: Path) -> None:
    paused = STALLS["BantinStalled"] | {'bantin_queue_paused{queue="normal"}': "0+0x30 1+0x60"}
    assert promtool(tmp_path, NORMAL | paused, (firing("BantinStalled"), "6m", [])) == ""


def test_what_has_gone_back_to_normal_is_told_no_more(tmp_path: Path) -> None:
    mended = {"bantin_database_writable": "1+0x30 0+0x12 1+0x60"}
    assert promtool(tmp_path, NORMAL | mended, (firing("BantinDatabaseReadOnly"), "8m", [])) == ""


def test_the_rules_and_the_configuration_are_valid() -> None:
    for what, path in (("rules", RULES), ("config", ROOT / "infra/prometheus/prometheus.yml")):
        done = subprocess.run(["promtool", "check", what, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
