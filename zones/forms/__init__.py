"""Forms of the zones. What one may choose is what one sees; the rules of rows are the services' and the models'."""

from .classes import ClassForm, MentorForm, PlaceForm, StudentForm
from .hours import CorrectionForm, HourForm
from .projects import MemberForm, ModuleForm, ProjectForm
from .students import DiscloseForm
from .zones import CharterForm, EndForm, GoalForm, PartnerForm, ZoneForm

__all__ = [
    "CharterForm",
    "ClassForm",
    "CorrectionForm",
    "DiscloseForm",
    "EndForm",
    "GoalForm",
    "HourForm",
    "MemberForm",
    "MentorForm",
    "ModuleForm",
    "PartnerForm",
    "PlaceForm",
    "ProjectForm",
    "StudentForm",
    "ZoneForm",
]
