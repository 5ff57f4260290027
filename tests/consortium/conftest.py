"""A zone and a milestone that take files, and somebody who hands one in."""

from datetime import date

import pytest
from django.utils import timezone

from consortium.models import Attachment
from consortium.services.files import attach
from tasks.models import Milestone, Plan, Task
from zones.models import Zone, ZonePartner

from . import files


@pytest.fixture
def zone(consortium, college, department, enterprise):
    """Of the college, with one partner; the rival is none."""
    zone = Zone.objects.create(
        consortium=consortium, college=college, department=department, code="cnc", name="数控加工产教特区",
        form=Zone.Form.CONTRACT_PROCESSING, established_on=date(2019, 9, 16), status=Zone.Status.ACTIVE,
    )  # fmt: skip
    ZonePartner.objects.create(zone=zone, enterprise=enterprise, since=date(2019, 9, 16))
    return zone


@pytest.fixture
def milestone(consortium, college):
    plan = Plan.objects.create(consortium=consortium, year=2026, title="2026年任务分解一览表", unit="示例教育局")
    task = Task.objects.create(plan=plan, number=1, goal="目标", responsible_organization=college)
    return Milestone.objects.create(task=task, quarter=3, text="召开对接会。", due=date(2026, 9, 30))


@pytest.fixture
def hand_in(college_admin, zone):
    def hand_in(data: bytes = b"", name: str = "通知.pdf", owner=None, by=None, note: str = "") -> Attachment:
        file = files.upload(name, data or files.pdf())
        return attach(owner or zone, file, by=by or college_admin, now=timezone.now(), note=note)

    return hand_in
