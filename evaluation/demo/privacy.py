"""What the demonstration shows of personal data: a disclosure to the leading enterprise, a look behind the mask."""

from django.db.models import Subquery

from consortium.models import PersonalDataAccess
from consortium.personal import REGISTER
from consortium.services import save_changes
from consortium.services.personal import reveal
from zones.models import Enrollment, Mentor, Student
from zones.services import disclose

from .members import LEAD_ENTERPRISE, People


def load(people: People) -> None:
    """Disclose six students of a class to the enterprise whose people mentor it; the bureau looks at one of them."""
    enterprise, office = people.organizations[LEAD_ENTERPRISE], people.users["secretariat"]
    save_changes(enterprise, by=office, contact_name="示例联系人", contact_phone="0319-0000001")
    mentored = Mentor.objects.filter(person=people.users["mentor"]).values("innovation_class")[:1]
    chosen = list(Enrollment.objects.open().filter(innovation_class=Subquery(mentored)).order_by("pk")[:6])
    agreement = PersonalDataAccess.Basis.AGREEMENT
    reason = "三方协议已签，供企业导师带教"
    disclose(chosen, recipient=enterprise, basis=agreement, reason=reason, by=people.users["college"])
    fields = list(REGISTER[Student].fields)
    reveal(chosen[0].student, fields=fields, by=people.users["bureau"], reason="核对学员参保名单")
