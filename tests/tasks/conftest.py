import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from tasks.models import Milestone, Plan, Task
from tasks.tables import read_table

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture
def sample():
    """The official sample as understood, from its docx or xlsx."""

    def read(kind: str = "docx", year: int = 2020):
        file = SAMPLES / f"shahe-2020-task-table.{kind}"
        return read_table(file.read_bytes(), file.name, year)

    return read


@pytest.fixture
def plan(consortium):
    return Plan.objects.create(consortium=consortium, year=2026, title="2026年任务分解一览表", unit="示例教育局")


@pytest.fixture
def make_task(plan, college):
    def make(number: int = 1, **fields) -> Task:
        given = {"goal": f"目标{number}", "phone": "0319-1234567", "responsible_organization": college, **fields}
        return Task.objects.create(plan=plan, number=number, **given)

    return make


@pytest.fixture
def task(make_task):
    return make_task()


@pytest.fixture
def milestone(task):
    """The third quarter of 2026, due at its end."""
    return Milestone.objects.create(task=task, quarter=3, text="召开对接会。", due=datetime.date(2026, 9, 30))


@pytest.fixture
def at():
    """A moment in Shanghai."""

    def moment(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime.datetime:
        return datetime.datetime(2026, month, day, hour, minute, tzinfo=timezone.get_default_timezone())

    return moment
