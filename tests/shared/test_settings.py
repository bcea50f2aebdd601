import pytest
from pydantic import ValidationError

from shared.queue import make_celery
from shared.settings import Settings


def test_every_setting_says_in_a_sentence_what_it_is() -> None:
    mute = [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")]
    assert mute == []


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ai@may/tin")
    monkeypatch.setenv("REDIS_URL", "redis://may/3")
    monkeypatch.setenv("BANTIN_BATCH_SIZE", "7")
    read = Settings()
    assert (read.database_url, read.broker_url, read.batch_size) == ("postgresql://ai@may/tin", "redis://may/3", 7)


def test_a_setting_that_is_no_number_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANTIN_BATCH_SIZE", "bảy")
    with pytest.raises(ValidationError, match="batch_size"):
        Settings()


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().batch_size = 3  # type: ignore[misc]


def test_a_slow_bulletin_fails_before_its_worker_counts_as_frozen_and_that_before_its_task_is_ended() -> None:
    limits = Settings()
    task_time_limit = make_celery(limits).conf.task_time_limit
    assert limits.bulletin_timeout < limits.claim_idle_timeout < task_time_limit
