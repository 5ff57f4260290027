from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from consortium import personal
from consortium.models import Affiliation, Department, Organization, User
from consortium.serializers import Visible

from .models import (
    Enrollment,
    HourEntry,
    InnovationClass,
    Outcome,
    Project,
    ProjectMember,
    ProjectModule,
    Student,
    Zone,
)


class ZoneSerializer(serializers.ModelSerializer):
    department = Visible(queryset=Department.objects.all())
    charter = serializers.SerializerMethodField(help_text="The text of the newest version; empty without one.")
    partners = serializers.SerializerMethodField(help_text="Ids of the partner enterprises.")

    class Meta:
        model = Zone
        fields = [
            "id",
            "college",
            "department",
            "code",
            "name",
            "form",
            "on_campus",
            "established_on",
            "charter",
            "head",
            "status",
            "partners",
        ]
        read_only_fields = ["college", "head", "status"]
        validators: list = []  # the model's own constraints say it, in one sentence

    def get_charter(self, zone: Zone) -> str:
        return getattr(zone, "charter", None) or ""

    def get_partners(self, zone: Zone) -> list[int]:
        return list(dict.fromkeys(partner.enterprise_id for partner in getattr(zone, "partners_seen", [])))


class InnovationClassSerializer(serializers.ModelSerializer):
    zone = Visible(queryset=Zone.objects.all())
    taken = serializers.IntegerField(read_only=True, default=0, help_text="Students who have a place now.")

    class Meta:
        model = InnovationClass
        fields = ["id", "zone", "code", "name", "year", "places", "taken", "status"]
        read_only_fields = ["status"]
        validators: list = []


class EnrollmentSerializer(serializers.ModelSerializer):
    innovation_class = Visible(queryset=InnovationClass.objects.all())
    student = Visible(queryset=Student.objects.all())
    student_name = serializers.SerializerMethodField(help_text="Masked unless the college has disclosed it to you.")

    class Meta:
        model = Enrollment
        fields = ["id", "innovation_class", "student", "student_name", "enrolled_on", "left_on"]
        validators: list = []

    def get_student_name(self, enrollment: Enrollment) -> str:
        return personal.shown(enrollment.student, "name", self.context["request"].user)


class ProjectSerializer(serializers.ModelSerializer):
    zone = Visible(queryset=Zone.objects.all())
    enterprise = Visible(queryset=Organization.objects.all())

    class Meta:
        model = Project
        fields = [
            "id",
            "zone",
            "enterprise",
            "code",
            "name",
            "description",
            "starts_on",
            "ends_on",
            "planned_hours",
            "status",
            "return_reason",
        ]
        read_only_fields = ["status", "return_reason"]
        validators: list = []


class ProjectModuleSerializer(serializers.ModelSerializer):
    project = Visible(queryset=Project.objects.all())

    class Meta:
        model = ProjectModule
        fields = [
            "id",
            "project",
            "number",
            "name",
            "acceptance_standard",
            "planned_hours",
            "status",
            "return_reason",
        ]
        read_only_fields = ["status", "return_reason"]
        validators: list = []


class Remembered(serializers.PrimaryKeyRelatedField):
    """A key that is looked up once for all rows of a request."""

    def to_internal_value(self, data: Any) -> Any:
        found = self.context.setdefault("remembered", {})
        key = (self.field_name, str(data))
        if key not in found:
            found[key] = super().to_internal_value(data)
        return found[key]


class VisibleModule(Remembered, Visible):
    """A module of a project that the user sees."""


class VisibleProject(Remembered, Visible):
    """A project that the user sees."""


class LoggablePerson(Remembered):
    """Somebody for whom the user may log hours."""

    def get_queryset(self) -> QuerySet:
        places = ProjectMember.objects.loggable_by(self.context["request"].user)
        return User.objects.filter(pk__in=places.values("person"))


class VisiblePerson(serializers.PrimaryKeyRelatedField):
    """Somebody with a role, now or earlier, in an organization that the user sees."""

    def get_queryset(self) -> QuerySet:
        roles = Affiliation.objects.visible_to(self.context["request"].user)
        return User.objects.filter(pk__in=roles.values("user"))


class HourEntrySerializer(serializers.ModelSerializer):
    project = VisibleProject(queryset=Project.objects.all())
    person = LoggablePerson(queryset=User.objects.none())
    module = VisibleModule(queryset=ProjectModule.objects.all(), allow_null=True, required=False)
    # no bounds here: the model's rules about hours say it with the pages' sentences
    hours: Any = serializers.DecimalField(max_digits=None, decimal_places=None)

    class Meta:
        model = HourEntry
        fields = [
            "id",
            "project",
            "person",
            "organization",
            "date",
            "hours",
            "activity",
            "module",
            "note",
            "status",
            "submitted_at",
            "approved_at",
            "approved_by",
            "return_reason",
            "corrects",
            "changed_at",
        ]
        read_only_fields = [
            "organization",
            "status",
            "submitted_at",
            "approved_at",
            "approved_by",
            "return_reason",
            "corrects",
            "changed_at",
        ]
        validators: list = []


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(allow_blank=True, default="")


class CorrectionSerializer(serializers.Serializer):
    hours: Any = serializers.DecimalField(max_digits=None, decimal_places=None, help_text="The right figure.")
    reason = serializers.CharField(allow_blank=True, default="")


class OutcomeSerializer(serializers.ModelSerializer):
    zone = Visible(queryset=Zone.objects.all())
    innovation_class = Visible(queryset=InnovationClass.objects.all(), allow_null=True, required=False)
    enterprise = Visible(queryset=Organization.objects.all(), allow_null=True, required=False)
    students = Visible(queryset=Student.objects.all(), many=True, required=False)
    teachers = VisiblePerson(queryset=User.objects.all(), many=True, required=False)
    same_as = Visible(queryset=Outcome.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Outcome
        fields = [
            "id",
            "zone",
            "innovation_class",
            "kind",
            "title",
            "level",
            "rank",
            "date",
            "enterprise",
            "students",
            "teachers",
            "is_representative",
            "same_as",
            "note",
            "status",
            "recorded_by",
            "recorded_at",
            "decided_by",
            "decided_at",
            "reject_reason",
        ]
        read_only_fields = ["status", "recorded_by", "recorded_at", "decided_by", "decided_at", "reject_reason"]
        validators: list = []
