from prometheus_client import Counter, Gauge, Histogram

from shared import metrics

ALL = [value for value in vars(metrics).values() if isinstance(value, Counter | Gauge | Histogram)]


def test_every_metric_is_ours_by_name_and_has_its_meaning_beside_it() -> None:
    wrong = [
        metric._name
        for metric in ALL
        if not metric._name.startswith("bantin_") or not metric._documentation.endswith(".")
    ]
    assert (len(ALL) > 5, wrong) == (True, [])


def test_no_label_is_an_id_or_a_text() -> None:
    labels = {label for metric in ALL for label in metric._labelnames}
    assert labels <= {
        "service", "route", "method", "code", "media_type", "reason", "outcome", "by", "encoding", "priority", "stage",
        "error_class", "kind", "of", "status", "type",
    }  # fmt: skip
