"""A zone of the college with one partner enterprise, a scheme in force, two experts who may review it."""

import datetime
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from consortium.models import Affiliation, Department
from consortium.services import Refused
from evaluation import guard, services
from evaluation.models import Side
from evaluation.services import Assessed, Given
from zones.models import Zone, ZonePartner

Role = Affiliation.Role
INDICATORS = Path(settings.BASE_DIR) / "evaluation" / "demo" / "indicators-21.csv"
TODAY = datetime.date(2026, 3, 2)
NOW = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
AFTER_PUBLICITY = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)


def refusal(act) -> str:
    """The sentence with which ``act`` is refused."""
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def wrong(act) -> dict[str, list[str]]:
    """The sentences about bad values, by field."""
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict


@contextmanager
def as_owner():
    """The owner of the database takes the guard of what is published away, and puts it back."""
    guard.take_down()
    yield
    guard.put_up()


@pytest.fixture
def make_zone(consortium, college, department, enterprise):
    def make(code: str, college=college, department=department, enterprise=enterprise) -> Zone:
        zone = Zone.objects.create(
            consortium=consortium,
            college=college,
            department=department,
            code=code,
            name=f"示例产教特区{code}",
            form=Zone.Form.INDUSTRY_COLLEGE,
            status=Zone.Status.ACTIVE,
            established_on=datetime.date(2020, 1, 1),
        )
        ZonePartner.objects.create(zone=zone, enterprise=enterprise, since=datetime.date(2020, 1, 1))
        return zone

    return make


@pytest.fixture
def zone(make_zone):
    return make_zone("cnc")


@pytest.fixture
def other_zone(make_zone, college2, rival_enterprise):
    """A zone of another college with another enterprise."""
    return make_zone(
        "auto", college2, Department.objects.create(organization=college2, name="汽车系"), rival_enterprise
    )


@pytest.fixture
def make_scheme(consortium, secretariat):
    """A scheme in force from CSV rows "number,weight,required,kind"; the 21 indicators without any."""

    def make(*rows: str, year: int = 2025, publish: bool = True, **fields) -> object:
        data = INDICATORS.read_bytes()
        if rows:
            head = "number,group,dimension,name,weight_percent,required,kind\n"
            lines = [row.split(",") for row in rows]
            data = (head + "\n".join(f"{n},G,D{n},指标{n},{w},{r},{k}" for n, w, r, k in lines)).encode()
        file = ContentFile(data, name="scheme.csv")
        scheme = services.import_scheme(file, year=year, name="绩效评价", consortium=consortium, by=secretariat)
        services.change_scheme(scheme, by=secretariat, **fields)
        if publish:
            services.publish_scheme(scheme, by=secretariat, now=NOW)
        return scheme

    return make


@pytest.fixture
def scheme(make_scheme):
    return make_scheme("1,60,yes,weighted", "2,30,no,weighted", "3,10,no,weighted", "4,,no,deduction", "5,,no,veto")


@pytest.fixture
def expert2(make_user, bureau_organization, consortium):
    return make_user("expert2", Role.EXPERT, bureau_organization, consortium, "示例专家二")


@pytest.fixture
def partner_expert(make_user, enterprise, consortium):
    """An expert whose organization is the zone's partner."""
    return make_user("partner_expert", Role.EXPERT, enterprise, consortium, "示例企业专家")


class Stages:
    """Takes an evaluation to a stage through the services, as people do."""

    def __init__(self, scheme, secretariat, college_admin, expert, expert2):
        self.scheme, self.secretariat, self.college_admin = scheme, secretariat, college_admin
        self.experts = {Side.COLLEGE: expert, Side.ENTERPRISE: expert2}

    def opened(self, zone, scheme=None):
        return services.open_evaluation(zone, scheme or self.scheme, by=self.secretariat, today=TODAY)

    def self_assessment(self, zone, scheme=None):
        evaluation = self.opened(zone, scheme)
        services.start_self_assessment(evaluation, by=self.secretariat, today=TODAY)
        return evaluation

    def review(self, zone, unchosen=(), scheme=None):
        evaluation = self.self_assessment(zone, scheme)
        rows = [
            Assessed(row, row.number not in unchosen, Decimal("88.5"), "见材料")
            for row in evaluation.scheme.indicators.weighted()
        ]
        services.save_self_assessment(evaluation, rows, by=self.college_admin)
        services.submit_self_assessment(evaluation, by=self.college_admin, today=TODAY)
        for side, person in self.experts.items():
            services.assign_reviewer(evaluation, person, side, by=self.secretariat)
        return evaluation

    def scored(self, zone, unchosen=(), scheme=None):
        evaluation = self.review(zone, unchosen, scheme)
        for reviewer, base in zip(evaluation.reviewers.all(), (80, 91), strict=True):
            given = [
                Given(row.indicator, Decimal(base) + row.indicator.number / Decimal(4))
                for row in evaluation.self_assessments.filter(is_chosen=True).select_related("indicator")
            ]
            services.save_scores(reviewer, given, by=reviewer.person)
            services.submit_scores(reviewer, by=reviewer.person, now=NOW)
        return evaluation

    def publicity(self, zone, unchosen=(), scheme=None):
        evaluation = self.scored(zone, unchosen, scheme)
        services.start_publicity(evaluation, by=self.secretariat, today=TODAY)
        return evaluation

    def published(self, zone, unchosen=(), scheme=None):
        evaluation = self.publicity(zone, unchosen, scheme)
        services.publish(evaluation, by=self.secretariat, now=AFTER_PUBLICITY)
        return evaluation


@pytest.fixture
def stages(scheme, secretariat, college_admin, expert, expert2):
    return Stages(scheme, secretariat, college_admin, expert, expert2)


@pytest.fixture
def at(monkeypatch):
    """``at(day)``: the clock stands on that day, 9:00 UTC."""

    def set_clock(moment: datetime.datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock
