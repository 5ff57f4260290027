"""What a monitor reads: requests by the name of their address, orders by state, the age of the oldest."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from consortium.metrics import exposition, orders
from consortium.models import Export
from evaluation.models import AnnualReport
from zones.models import HourImport


@pytest.fixture
def figures(client):
    """Reads the page; the value of a sample by its name and labels, None where there is none."""

    def read(**more):
        answer = client.get("/metrics", **more)
        assert answer.status_code == 200
        samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }
        return lambda name, **labels: samples.get((name, *sorted(labels.items())))

    return read


def test_requests_are_counted_by_the_name_of_their_address(figures, client, client_for, secretariat, college):
    labels = {"view": "consortium:organization_detail", "method": "GET", "status": "200"}
    before = figures()("consortium_requests_total", **labels) or 0
    client_for(secretariat).get(college.get_absolute_url())
    client.get("/nowhere/7/")
    after = figures()
    assert after("consortium_requests_total", **labels) == before + 1
    assert after("consortium_requests_total", view="none", method="GET", status="404") >= 1
    assert after("consortium_request_seconds_count", view="consortium:organization_detail") >= 1


def test_orders_are_counted_by_state_and_the_oldest_has_an_age(figures, secretariat):
    now = timezone.now()
    for minutes, status in [(5, "queued"), (2, "queued"), (9, "failed")]:
        Export.objects.create(
            user=secretariat, acting_as=secretariat.affiliation, title="members", address="/", language="en", error="-",
            ordered_at=now - timedelta(minutes=minutes), status=status,
        )  # fmt: skip
    read = figures()
    kind = {"kind": "consortium.export"}
    assert read("consortium_jobs", status="queued", **kind) == 2
    assert read("consortium_jobs", status="failed", **kind) == 1
    assert 300 <= read("consortium_oldest_job_seconds", **kind) < 330
    assert read("consortium_oldest_job_seconds", kind="zones.hourimport") == 0
    assert read("consortium_mails_waiting") == 0


def test_every_kind_of_order_is_there():
    assert {Export, HourImport, AnnualReport} <= set(orders())


def test_only_this_machine_or_the_token_reads_it(db, client, settings):
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers={"authorization": "Bearer "}).status_code == 403
    settings.METRICS_TOKEN = "long-and-secret"
    for said, status in [("Bearer long-and-secret", 200), ("Bearer long", 403), ("long-and-secret", 403)]:
        answer = client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers={"authorization": said})
        assert answer.status_code == status


def test_without_a_database_the_requests_are_still_told():
    """No fixture opens the database here, so asking it fails as in an outage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", _refuses)
        text = exposition().decode()
    assert "consortium_requests_total" in text
    assert "consortium_jobs" not in text


def _refuses(*_args):
    raise OperationalError
