from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from consortium.models import Organization
from consortium.serializers import Visible

from .lights import light
from .measures import MEASURES, standing
from .models import Figure, Milestone, Plan, Progress, Supervision, Target, Task


class Parent(Visible):
    """The record of which this one is a part, for good."""

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        stored = self.root.instance
        if stored and getattr(stored, self.source) != found:
            raise serializers.ValidationError(_("This cannot be changed any more."))
        return found


class PlanSerializer(serializers.ModelSerializer):
    issuer = Visible(
        queryset=Organization.objects.filter(kind=Organization.Kind.GOVERNMENT), required=False, allow_null=True
    )

    class Meta:
        model = Plan
        fields = ["id", "year", "title", "unit", "issuer", "document_number", "reported_on"]
        validators: list = []  # the model's own constraints say it, in one sentence


class TaskSerializer(serializers.ModelSerializer):
    plan = Parent(queryset=Plan.objects.all())
    responsible_organization = Visible(queryset=Organization.objects.schools(), required=False, allow_null=True)

    class Meta:
        model = Task
        fields = [
            "id", "plan", "number", "goal", "explanation", "leader", "responsible_person", "phone",
            "responsible_organization", "responsible_unit",
        ]  # fmt: skip
        validators: list = []

    def to_representation(self, task: Task) -> dict[str, Any]:
        return {**super().to_representation(task), "phone": task.phone_for(self.context["request"].user)}


class MilestoneSerializer(serializers.ModelSerializer):
    task = Parent(queryset=Task.objects.all())
    due = serializers.DateField(required=False)
    reason = serializers.CharField(
        write_only=True, required=False, max_length=300, help_text="Needed when the due day changes."
    )
    light = serializers.SerializerMethodField()
    light_text = serializers.SerializerMethodField()

    class Meta:
        model = Milestone
        fields = ["id", "task", "quarter", "text", "due", "reason", "light", "light_text", "status", "confirmed_at"]
        read_only_fields = ["status", "confirmed_at"]
        validators: list = []

    def get_light(self, milestone: Milestone) -> str:
        """grey, green, amber or red"""
        return light(milestone, timezone.localdate()).colour

    def get_light_text(self, milestone: Milestone) -> str:
        return light(milestone, timezone.localdate()).word


class TargetSerializer(serializers.ModelSerializer):
    task = Parent(queryset=Task.objects.all())
    measure = serializers.ChoiceField(choices=sorted(MEASURES), required=False, allow_blank=True)
    reached = serializers.SerializerMethodField()

    class Meta:
        model = Target
        fields = ["id", "task", "name", "kind", "target", "unit", "measure", "reached"]
        validators: list = []

    def get_reached(self, target: Target) -> str | None:
        """By the latest report that was not returned, or by the measure; null when nothing has been reported."""
        reached = standing(target).reached
        return None if reached is None else f"{reached:.2f}"


class FigureSerializer(serializers.ModelSerializer):
    target = Visible(queryset=Target.objects.all())

    class Meta:
        model = Figure
        fields = ["target", "value"]


class ProgressSerializer(serializers.ModelSerializer):
    milestone = Visible(queryset=Milestone.objects.all())
    month = serializers.DateField(required=False, help_text="Any day of it; without it the oldest month still missing.")
    figures = FigureSerializer(many=True, required=False)
    by = serializers.CharField(read_only=True)
    is_late = serializers.BooleanField(read_only=True)

    class Meta:
        model = Progress
        fields = [
            "id", "milestone", "month", "text", "percent", "figures", "by", "at", "is_late", "status", "comment",
            "reviewed_at",
        ]  # fmt: skip
        read_only_fields = ["at", "status", "comment", "reviewed_at"]


class CommentSerializer(serializers.Serializer):
    comment = serializers.CharField(required=False, allow_blank=True, default="")


class SupervisionSerializer(serializers.ModelSerializer):
    milestone = Visible(queryset=Milestone.objects.all())
    by = serializers.CharField(read_only=True)
    answered_by = serializers.CharField(read_only=True, allow_null=True)
    has_climbed = serializers.SerializerMethodField()

    class Meta:
        model = Supervision
        fields = [
            "id", "year", "number", "milestone", "text", "deadline", "by", "at", "status", "answer", "answered_by",
            "answered_at", "closed_at", "has_climbed",
        ]  # fmt: skip
        read_only_fields = ["year", "number", "at", "status", "answer", "answered_at", "closed_at"]
        validators: list = []

    def get_has_climbed(self, supervision: Supervision) -> bool:
        """Whether nobody answered in time, so that it stands before the task's leader."""
        return supervision.has_climbed(timezone.localdate())


class UrgedAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=2000)


class AskAgainSerializer(serializers.Serializer):
    comment = serializers.CharField(max_length=500)
    deadline = serializers.DateField()


class MoveSerializer(serializers.Serializer):
    to = serializers.IntegerField(min_value=1, max_value=32767, help_text="The number of the task that stands there.")


class SplitSerializer(serializers.Serializer):
    goal = serializers.CharField(max_length=300)
    explanation = serializers.CharField(required=False, allow_blank=True)
    milestones = Visible(queryset=Milestone.objects.all(), many=True, required=False)
    targets = Visible(queryset=Target.objects.all(), many=True, required=False)
    people = serializers.ListField(child=serializers.CharField(max_length=100), required=False)


class MergeSerializer(serializers.Serializer):
    task = Visible(queryset=Task.objects.all())
    goal = serializers.CharField(max_length=300, required=False)
    explanation = serializers.CharField(required=False, allow_blank=True)


class CopySerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    title = serializers.CharField(max_length=200, required=False)
    tasks = Visible(queryset=Task.objects.all(), many=True, required=False)
