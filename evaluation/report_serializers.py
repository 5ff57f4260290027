from django.urls import reverse
from rest_framework import serializers

from consortium.serializers import Visible
from zones.models import Zone

from .models import AnnualReport
from .services.report_changes import changes, is_stale


class OrderSerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    scope = serializers.ChoiceField(AnnualReport.Scope.choices, default=AnnualReport.Scope.ZONE)
    zone = Visible(queryset=Zone.objects.all())


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
