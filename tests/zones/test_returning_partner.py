"""An enterprise whose partnership ended comes back: dates, lists and sums count it once."""

from datetime import timedelta

import pytest

from consortium.models import HistoryEntry
from zones.filters import ZoneFilter
from zones.forms.outcomes import OutcomeForm
from zones.ledger import ledger
from zones.models import Outcome, Zone
from zones.services import add_partner, end_partner, save_project

from .answers import errors, refusal, url


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def left(zone, enterprise, college_admin, today):
    """The first partnership, which ended sixty days ago."""
    partner = zone.partnerships.get(enterprise=enterprise)
    end_partner(partner, until=today - timedelta(days=60), by=college_admin)
    return partner


@pytest.fixture
def back(left, zone, enterprise, college_admin, today):
    return add_partner(zone, enterprise, role="再次合作", since=today - timedelta(days=30), by=college_admin)


def test_nobody_is_a_partner_twice_on_one_day(zone, enterprise, left, college_admin, today):
    def again(day):
        return errors(lambda: add_partner(zone, enterprise, since=day, by=college_admin))

    assert list(again(left.until)) == ["since"]
    add_partner(zone, enterprise, since=left.until + timedelta(days=1), by=college_admin)
    assert again(today) == {"enterprise": ["This enterprise is a partner of the zone already."]}
    assert HistoryEntry.objects.about(zone).filter(what="partners").count() == 2


def test_what_has_ended_does_not_end_again(left, college_admin, today):
    assert refusal(lambda: end_partner(left, until=today, by=college_admin)) == "This partnership has ended already."


def test_the_form_offers_it_again_only_after_it_left(zone, enterprise, college_admin, client_for, today, request):
    client = client_for(college_admin)
    offered = client.get(url("partner_add", zone.pk)).context["form"].fields["enterprise"].queryset
    assert not offered.filter(pk=enterprise.pk).exists()
    request.getfixturevalue("left")
    sent = {"enterprise": enterprise.pk, "role": "再次合作", "since": today}
    assert client.post(url("partner_add", zone.pk), sent).status_code == 302
    assert zone.partnerships.filter(enterprise=enterprise).count() == 2


def test_no_project_starts_between_the_two_times(back, make_project, college_admin, today, enterprise):
    project = make_project("gap")
    project.starts_on = today - timedelta(days=45)
    assert list(errors(lambda: save_project(project, by=college_admin))) == ["starts_on"]
    project.starts_on = today - timedelta(days=30)
    save_project(project, by=college_admin)


def test_two_times_do_not_double_what_is_listed_and_summed(
    approved, back, zone, enterprise, college_admin, partner, client_for, api_for
):
    page = client_for(college_admin).get(url("zone_detail", zone.pk))
    hours = [(row.enterprise.pk, len(row.times), amount) for row, amount in page.context["partners"]]
    year = approved.date.year
    this_year = approved.hours if year == page.context["today"].year else 0
    assert [row for row in hours if row[0] == enterprise.pk] == [(enterprise.pk, 2, this_year)]
    assert page.context["hours_this_year"] == this_year
    rows = Zone.objects.visible_to(college_admin)
    listed = ZoneFilter({"enterprise": enterprise.pk}, queryset=rows, request=page.wsgi_request)
    assert list(listed.qs) == [zone]
    assert api_for(college_admin).get(f"/api/v1/zones/{zone.pk}/").json()["partners"].count(enterprise.pk) == 1
    assert zone.partners.distinct().filter(pk=enterprise.pk).count() == 1
    form = OutcomeForm(instance=Outcome(zone=zone), user=college_admin)
    assert form.fields["enterprise"].clean(enterprise.pk) == enterprise
    assert ledger(enterprise, year, partner).total_hours == approved.hours
