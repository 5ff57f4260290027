from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from consortium.models import Membership, Organization
from consortium.serializers import Visible
from zones.models import InnovationClass, Zone

from .models import AnnualReport
from .services.report_changes import changes, is_stale


class OrderSerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    scope = serializers.ChoiceField(AnnualReport.Scope.choices, default=AnnualReport.Scope.ZONE)
    zone = Visible(queryset=Zone.objects.all(), required=False)
    innovation_class = Visible(queryset=InnovationClass.objects.all(), required=False)
    organization = Visible(queryset=Organization.objects.all(), required=False)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """With ``subject``: what the scope asks for, and nothing else may be named."""
        scope, consortium = wanted["scope"], self.context["request"].user.affiliation.consortium
        asked = {"zone": "zone", "class": "innovation_class", "consortium": ""}.get(scope, "organization")
        subject = wanted.get(asked) if asked else consortium
        if subject is None:
            raise serializers.ValidationError({asked: [_("This field is required.")]})
        if isinstance(subject, Organization):
            members = Membership.objects.select_related("organization")
            subject = members.filter(organization=subject, consortium=consortium).first()
        named = {"zone", "innovation_class", "organization"} & wanted.keys()
        if subject is None or named - {asked} or AnnualReport.about(subject)["scope"] != scope:
            raise serializers.ValidationError({"scope": [_("Name what the report is about, as its kind asks.")]})
        return {**wanted, "subject": subject}


class ReportSerializer(serializers.ModelSerializer):
    files = serializers.SerializerMethodField()

    class Meta:
        model = AnnualReport
        fields = [
            "id",
            "number",
            "year",
            "scope",
            "zone",
            "innovation_class",
            "organization",
            "version",
            "status",
            "progress",
            "step",
            "error",
            "figures_sha256",
            "sha256",
            "size",
            "queued_at",
            "started_at",
            "finished_at",
            "files",
        ]
        read_only_fields = fields

    def get_files(self, report: AnnualReport) -> dict[str, str]:
        """The addresses of the finished files by format."""
        if report.status != AnnualReport.Status.DONE:
            return {}
        path = self.context["request"].build_absolute_uri(reverse("reports-download", args=[report.pk]))
        return {form: f"{path}?format={form}" for form in ("pdf", *(copy.form for copy in report.copies.all()))}


class ReportPageSerializer(ReportSerializer):
    stale = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()

    class Meta(ReportSerializer.Meta):
        fields = [*ReportSerializer.Meta.fields, "stale", "changes", "figures"]
        read_only_fields = fields

    def get_stale(self, report: AnnualReport) -> bool:
        """Whether records have changed since it was made."""
        return is_stale(report)

    def get_changes(self, report: AnnualReport) -> list[dict[str, str]]:
        """What a new version would say otherwise: where, what stands in the file, what it would be."""
        if report.status != AnnualReport.Status.DONE:
            return []
        return [{"place": " · ".join(row.place), "before": row.before, "now": row.now} for row in changes(report)]
