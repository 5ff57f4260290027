"""Who hears of milestones."""

import pytest
from django.utils import timezone

from consortium.models import Notice
from tasks.services import confirm_progress, report_progress, return_progress


@pytest.fixture(autouse=True)
def in_english(db, settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def told(milestone):
    def told() -> list[tuple[str, str, str]]:
        assert set(Notice.objects.values_list("url", flat=True)) <= {milestone.get_absolute_url()}
        rows = Notice.objects.order_by("pk")
        return [(row.user.username, row.kind, row.text.partition(" ")[2].partition(" ")[2]) for row in rows]

    return told


def test_work_that_is_done_is_told_to_the_bureau_and_the_answer_to_the_unit(
    milestone, college_admin, other_college_admin, bureau, told
):
    now = timezone.now()
    report_progress(milestone, text="一半", percent=50, by=college_admin, now=now)
    assert told() == []
    done = report_progress(milestone, text="完成", percent=100, by=college_admin, now=now)
    assert [row[:2] for row in told()] == [("bureau", "milestone_to_confirm")]
    return_progress(done, by=bureau, now=now, comment="缺佐证")
    assert told()[1:] == [("college_admin", "milestone_returned", "Q3 was returned: 缺佐证")]
    again = report_progress(milestone, text="补齐", percent=100, by=college_admin, now=now)
    confirm_progress(again, by=bureau, now=now)
    assert told()[2:] == [("college_admin", "milestone_confirmed", "Q3 is confirmed.")]
