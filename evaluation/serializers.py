from typing import Any

from rest_framework import serializers

from consortium.models import Affiliation, User
from consortium.serializers import Visible
from zones.models import Zone

from .models import Evaluation, Finding, GradeBand, Indicator, Objection, Reviewer, Scheme, Score, SelfAssessment, Talk


class GradeBandSerializer(serializers.ModelSerializer):
    class Meta:
        model = GradeBand
        fields = ["name", "lowest"]


class SchemeSerializer(serializers.ModelSerializer):
    bands = GradeBandSerializer(many=True, read_only=True)

    class Meta:
        model = Scheme
        fields = [
            "id",
            "year",
            "version",
            "subject",
            "name",
            "status",
            "unchosen_rule",
            "college_weight",
            "enterprise_weight",
            "third_party_weight",
            "drops_extremes",
            "publicity_days",
            "talk_above",
            "published_at",
            "bands",
        ]
        read_only_fields = ["version", "status", "published_at"]
        validators: list = []  # the model's own constraints say it, in one sentence


class IndicatorSerializer(serializers.ModelSerializer):
    scheme = Visible(queryset=Scheme.objects.all())

    class Meta:
        model = Indicator
        fields = [
            "id", "scheme", "number", "group", "dimension", "name", "weight", "is_required", "kind", "rubric",
            "measure", "curve",
        ]  # fmt: skip
        validators: list = []


class EvaluationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Evaluation
        fields = [
            "id",
            "zone",
            "scheme",
            "year",
            "status",
            "opened_on",
            "self_assessment_on",
            "assessment_due_on",
            "review_on",
            "publicity_on",
            "publicity_ends_on",
            "published_at",
            "supersedes",
            "sha256",
        ]
        read_only_fields = fields


class OpenSerializer(serializers.Serializer):
    """A zone and the year whose scheme in force is used."""

    zone = Visible(queryset=Zone.objects.all())
    year = serializers.IntegerField()


class AssessmentDueSerializer(serializers.Serializer):
    """The last day of the self-assessment; without one there is no reminder."""

    due_on = serializers.DateField(allow_null=True, default=None)


class SelfAssessmentSerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(source="indicator.number", read_only=True)
    indicator = serializers.IntegerField(source="indicator_id")
    # no bounds here: the model says it with the pages' sentence
    self_score: Any = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True, default=None)
    # of the line that the writer has seen; without it nothing is checked
    version: Any = serializers.IntegerField(required=False, allow_null=True, min_value=0)

    class Meta:
        model = SelfAssessment
        fields = ["indicator", "number", "is_chosen", "self_score", "note", "version"]


class EvidenceSerializer(serializers.Serializer):
    """A record or file behind an indicator; ``record`` is its kind and number, of a file its SHA-256 stands instead."""

    number = serializers.IntegerField(help_text="Number of the indicator.")
    record = serializers.CharField(help_text="outcome:12")
    name = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    status = serializers.CharField()
    sha256 = serializers.CharField()


class FlagSerializer(serializers.Serializer):
    """A doubt about an indicator's evidence; ``dismissed`` is why it does not hold, empty while it stands."""

    number = serializers.IntegerField(help_text="Number of the indicator.")
    kind = serializers.CharField()
    sentence = serializers.CharField()
    dismissed = serializers.CharField()


class EvidenceCheckSerializer(serializers.Serializer):
    evidence = EvidenceSerializer(many=True)
    flags = FlagSerializer(many=True)


class ScoreSerializer(serializers.ModelSerializer):
    indicator = serializers.IntegerField(source="indicator_id")
    score: Any = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)
    reviewer = serializers.CharField(source="reviewer.person.name", read_only=True)
    side = serializers.CharField(source="reviewer.side", read_only=True)
    # of the score that the writer has seen, 0 for none; without it nothing is checked
    version: Any = serializers.IntegerField(required=False, allow_null=True, min_value=0)

    class Meta:
        model = Score
        fields = ["indicator", "score", "note", "version", "reviewer", "side"]


class Colleague(serializers.PrimaryKeyRelatedField):
    """The id of somebody of the user's consortium."""

    def get_queryset(self) -> Any:
        known = Affiliation.objects.visible_to(self.context["request"].user)
        return User.objects.filter(pk__in=known.values("user"))


class ReviewerSerializer(serializers.ModelSerializer):
    person = Colleague(queryset=User.objects.all())
    person_name = serializers.CharField(source="person.name", read_only=True)

    class Meta:
        model = Reviewer
        fields = ["id", "person", "person_name", "side", "due_on", "submitted_at"]
        read_only_fields = ["submitted_at"]
        validators: list = []


class FindingSerializer(serializers.ModelSerializer):
    indicator = Visible(queryset=Indicator.objects.all())

    class Meta:
        model = Finding
        fields = ["id", "indicator", "points", "reason"]


class TalkSerializer(serializers.ModelSerializer):
    indicator = Visible(queryset=Indicator.objects.all())

    class Meta:
        model = Talk
        fields = ["id", "indicator", "held_on", "lowest", "highest", "outcome", "recorded_by"]
        read_only_fields = ["lowest", "highest", "recorded_by"]


class ObjectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Objection
        fields = ["id", "by", "made_at", "text", "answer", "answered_at"]
        read_only_fields = ["by", "made_at", "answer", "answered_at"]


class ObjectionAnswerSerializer(serializers.Serializer):
    objection = serializers.IntegerField()
    answer = serializers.CharField()


class GivenReasonSerializer(serializers.Serializer):
    reason = serializers.CharField()


class AskForMoreSerializer(AssessmentDueSerializer, GivenReasonSerializer):
    pass


class SidesSerializer(serializers.Serializer):
    """Mean of each side that scored."""

    college = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    enterprise = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    third_party = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)


class MeasuredSerializer(serializers.Serializer):
    """Which measure, its figure, and the points that the scheme's table gives for it."""

    name = serializers.CharField()
    value = serializers.DecimalField(max_digits=14, decimal_places=2)
    points = serializers.DecimalField(max_digits=5, decimal_places=2)


class IndicatorResultSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    is_required = serializers.BooleanField()
    score = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    measure = MeasuredSerializer(allow_null=True)
    sides = SidesSerializer()


class ResultSerializer(serializers.Serializer):
    """The frozen result; ``sha256`` is over the rest of it as canonical JSON."""

    indicators = IndicatorResultSerializer(many=True)
    rescaled = serializers.DecimalField(max_digits=5, decimal_places=2)
    absolute = serializers.DecimalField(max_digits=5, decimal_places=2)
    deductions = serializers.DecimalField(max_digits=5, decimal_places=2)
    veto = serializers.BooleanField()
    official = serializers.DecimalField(max_digits=5, decimal_places=2)
    grade = serializers.CharField()
    sha256 = serializers.CharField()


class StandingSerializer(serializers.Serializer):
    """``firm``: the share, 0 to 1, of ``draws`` with weights moved by up to a tenth in which the rank stays; null for
    one result alone. ``seed`` makes the draws again."""

    rank = serializers.IntegerField()
    of = serializers.IntegerField()
    firm = serializers.DecimalField(max_digits=4, decimal_places=3, allow_null=True)
    draws = serializers.IntegerField()
    seed = serializers.IntegerField()
