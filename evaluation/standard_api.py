from django.db.models import Prefetch, QuerySet
from django_filters import ChoiceFilter, FilterSet
from rest_framework import serializers

from consortium.api import ScopedViewSet
from consortium.filters import YearFilter

from .models import StandardAnswer, StandardCheck


class StandardCheckFilter(FilterSet):
    year = YearFilter()
    status = ChoiceFilter(choices=StandardCheck.Status)

    class Meta:
        model = StandardCheck
        fields: list[str] = []


class StandardAnswerSerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(source="indicator.number", read_only=True)

    class Meta:
        model = StandardAnswer
        fields = ["number", "figure", "score", "applies", "points", "statement"]
        read_only_fields = fields


class StandardCheckSerializer(serializers.ModelSerializer):
    answers = StandardAnswerSerializer(many=True, read_only=True)

    class Meta:
        model = StandardCheck
        fields = ["id", "scheme", "year", "status", "counted_on", "finished_at", "result", "sha256", "answers"]
        read_only_fields = fields


class StandardCheckViewSet(ScopedViewSet):
    """Checks of the consortium against the standard, to read; they are filled in on their page."""

    model, thing = StandardCheck, "standard_check"
    serializer_class = StandardCheckSerializer
    filterset_class = StandardCheckFilter
    http_method_names = ["get", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.prefetch_related(Prefetch("answers", StandardAnswer.objects.select_related("indicator")))


routes = [("standard-checks", StandardCheckViewSet)]
