from typing import Any

from rest_framework import serializers

from .models import AgendaItem, Council, CouncilSeat, Meeting, MeetingSeat, Opinion, Organization, Resolution, Vote
from .serializers import Visible


class MeetingSeatSerializer(serializers.ModelSerializer):
    organization_name = serializers.CharField(source="seat.organization.name")

    class Meta:
        model = MeetingSeat
        fields = ["seat", "organization_name", "coming", "present"]


class MeetingSerializer(serializers.ModelSerializer):
    """``called`` are the seats that were called: the base of quorum and votes."""

    council = Visible(queryset=Council.objects.all())
    called = MeetingSeatSerializer(many=True, read_only=True)

    class Meta:
        model = Meeting
        fields = [
            "id", "council", "number", "held_at", "place", "quorum", "days_ahead", "status", "called_at", "called",
            "minutes", "approved_at", "approval_note",
        ]  # fmt: skip
        read_only_fields = ["number", "status", "called_at", "minutes", "approved_at", "approval_note"]


class AgendaItemSerializer(serializers.ModelSerializer):
    """``missing`` names the terms without which the meeting is not called."""

    proposed_by = Visible(queryset=CouncilSeat.objects.all(), required=False, allow_null=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = AgendaItem
        fields = [
            "id", "meeting", "number", "title", "kind", "rule", "proposed_by", "text", "on_money", "on_ip",
            "on_contract", "cost_share", "ip_ownership", "signing_unit", "missing", "papers_sent_at", "late_reason",
            "status", "notes", "votes_for", "votes_against", "abstentions", "absent",
        ]  # fmt: skip
        read_only_fields = [
            "meeting", "number", "papers_sent_at", "late_reason", "status", "notes", "votes_for", "votes_against",
            "abstentions", "absent",
        ]  # fmt: skip
        validators: list = []  # the model's own constraints say it, in one sentence


class OpinionSerializer(serializers.ModelSerializer):
    """``seat`` is given by the secretariat only; a delegate writes for the own seat."""

    item = Visible(queryset=AgendaItem.objects.all())
    seat = Visible(queryset=CouncilSeat.objects.all(), required=False)

    class Meta:
        model = Opinion
        fields = ["id", "item", "seat", "kind", "text", "at", "withdrawn_at", "outcome", "answer", "answered_at"]
        read_only_fields = ["at", "withdrawn_at", "outcome", "answer", "answered_at"]


class ResolutionSerializer(serializers.ModelSerializer):
    item = Visible(queryset=AgendaItem.objects.all())
    organization = Visible(queryset=Organization.objects.all())
    meeting = serializers.IntegerField(source="item.meeting_id", read_only=True)

    class Meta:
        model = Resolution
        fields = ["id", "item", "meeting", "number", "text", "organization", "due", "done_on", "done_note"]
        read_only_fields = ["number", "done_on", "done_note"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("item", None) if self.instance else None  # a resolution stays with its item
        return attrs


class AnswerSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Opinion.Outcome.choices)
    answer = serializers.CharField()


class ComingSerializer(serializers.Serializer):
    coming = serializers.ChoiceField(choices=["yes", "no"])


class PresentSerializer(serializers.Serializer):
    seats = serializers.ListField(child=serializers.IntegerField(), max_length=500)


class ChoiceSerializer(serializers.Serializer):
    choice = serializers.ChoiceField(choices=Vote.Choice.choices)


class VoteSerializer(ChoiceSerializer):
    seat = serializers.IntegerField()


class CloseSerializer(serializers.Serializer):
    minutes = serializers.CharField(allow_blank=True, default="")


class NoteSerializer(serializers.Serializer):
    note = serializers.CharField(allow_blank=True, default="", max_length=200)


class ReportedSerializer(serializers.Serializer):
    done_on = serializers.DateField()
    note = serializers.CharField(max_length=300)
