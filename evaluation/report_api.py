from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from consortium.api import ScopedViewSet
from consortium.permissions import require

from .jobs import announce
from .models import AnnualReport
from .report_filters import ReportFilter
from .report_serializers import OrderSerializer, ReportPageSerializer, ReportSerializer
from .services import report_runs, reports


class ReportViewSet(ScopedViewSet):
    model, thing = AnnualReport, "report"
    filterset_class = ReportFilter
    http_method_names = ["get", "post", "head", "options"]

    def get_serializer_class(self) -> type:
        return ReportPageSerializer if self.action == "retrieve" else ReportSerializer

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_page() if self.detail else rows.with_subject().prefetch_related("copies").defer("figures")

    @extend_schema(request=OrderSerializer, responses={202: ReportSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Order a report; it is made by a worker. One that is waiting already is answered instead of a second."""
        require(request.user, "report.add")
        wanted = OrderSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        subject, year = wanted.validated_data["subject"], wanted.validated_data["year"]
        require(request.user, "report.add", AnnualReport(year=year, **AnnualReport.about(subject)))
        run = report_runs.order_reports([subject], year, by=request.user, now=timezone.now())
        report = run.reports.with_subject().prefetch_related("copies").get()
        transaction.on_commit(lambda: announce([report]))
        return Response(self.get_serializer(report).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=list(reports.TYPES), default="pdf")],
        responses={(200, kind): OpenApiTypes.BINARY for kind in reports.TYPES.values()},
    )
    @action(detail=True)
    def download(self, request: Request, pk: str | None = None) -> FileResponse:
        """The finished file."""
        report = self.get_object()
        form = request.query_params.get("format", "pdf")
        if form not in reports.TYPES:
            raise ValidationError({"format": _("This report comes as pdf, docx or xlsx.")})
        file = reports.open_file(report, form)
        return FileResponse(file, as_attachment=True, filename=report.file_name(form), content_type=reports.TYPES[form])

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple:
        """Whoever asks for a file may say so in the Accept header; errors are JSON all the same."""
        return super().perform_content_negotiation(request, force or self.action == "download")


routes = [("reports", ReportViewSet)]
