"""A consortium on its first day, with one person of each role: every list and home is empty for them."""

from datetime import date

from django.utils import timezone

from consortium.demo import PASSWORD
from consortium.models import Affiliation, Consortium, Export, Membership, Organization, User
from evaluation.models import Indicator, Scheme
from tests.conftest import LONG_AGO, credit_code
from zones.models import ClosedMonth, Zone

Role, Kind = Affiliation.Role, Organization.Kind
KINDS = {Role.PARTNER: Kind.ENTERPRISE, Role.MENTOR: Kind.ENTERPRISE, Role.BUREAU: Kind.GOVERNMENT}
NAMES = [f"new-{role.value}" for role in Role]


def make() -> None:
    """People without records; and of what the demonstration has not, one record each, so that its pages are seen."""
    rare_records()
    consortium = Consortium.objects.create(code="newcomer", name="新建产教联合体")
    for number, role in enumerate(Role, start=9000):
        organization = Organization.objects.create(
            name=f"示例新单位{number}",
            kind=KINDS.get(role, Kind.HIGHER_VOCATIONAL),
            credit_code=credit_code(number),
        )
        Membership.objects.create(consortium=consortium, organization=organization, joined_on=LONG_AGO)
        user = User.objects.create_user(f"new-{role.value}", password=PASSWORD, name=f"示例新人{number}")
        user.email = f"{user.username}@example.invalid"
        user.save()
        Affiliation.objects.create(
            user=user, consortium=consortium, organization=organization, role=role, started_on=LONG_AGO
        )


def rare_records() -> None:
    """An order of an export, a closed month, and a scheme that is still a draft."""
    secretariat = User.objects.get(username="secretariat")
    acting, now = secretariat.affiliation, timezone.now()
    Export.objects.create(
        user=secretariat, acting_as=acting, title="清单", address="/zones/", language="zh-hans", ordered_at=now
    )
    zone = Zone.objects.filter(consortium=acting.consortium).first()
    ClosedMonth.objects.create(zone=zone, month=date(2020, 1, 1), closed_by=secretariat, closed_at=now)
    scheme = Scheme.objects.create(consortium=acting.consortium, year=now.year + 1, name="下一年度指标体系（草稿）")
    Indicator.objects.create(scheme=scheme, number=1, group="组", dimension="维度", name="指标", weight=100)
