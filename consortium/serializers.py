from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import serializers

from . import personal
from .models import Affiliation, Agreement, AgreementParty, Clause, JointWork, Membership, Organization, Ownership, User


class Visible(serializers.PrimaryKeyRelatedField):
    """The id of a record that the user sees; any other answers as one that does not exist."""

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.context["request"].user)


class OrganizationSerializer(serializers.ModelSerializer):
    park = Visible(queryset=Organization.objects.filter(kind="park"), required=False, allow_null=True)

    class Meta:
        model = Organization
        fields = ["id", "name", "credit_code", "kind", "industry", "size", "park", "contact_name", "contact_phone"]

    def to_representation(self, organization: Organization) -> dict[str, Any]:
        """The contact as the person who asks may see it: the telephone of another member is masked."""
        user = self.context["request"].user
        contact = {name: personal.shown(organization, name, user) for name in personal.REGISTER[Organization].fields}
        return super().to_representation(organization) | contact


class Registrable(serializers.PrimaryKeyRelatedField):
    """The id of an organization that may become a member: one that the user sees, or a new one of no consortium."""

    def get_queryset(self) -> Any:
        seen = Organization.objects.visible_to(self.context["request"].user)
        return Organization.objects.filter(Q(pk__in=seen.values("pk")) | Q(memberships=None))


class MembershipSerializer(serializers.ModelSerializer):
    organization = Registrable(queryset=Organization.objects.all())
    organization_name = serializers.CharField(source="organization.name", read_only=True)

    class Meta:
        model = Membership
        fields = [
            "id",
            "consortium",
            "organization",
            "organization_name",
            "is_lead",
            "joined_on",
            "left_on",
            "left_reason",
            "tags",
        ]
        read_only_fields = ["consortium"]
        validators: list = []  # the model's own constraints say it, in one sentence


class PartySerializer(serializers.ModelSerializer):
    organization_name = serializers.CharField(source="organization.name", read_only=True)

    class Meta:
        model = AgreementParty
        fields = [
            "id", "number", "organization", "organization_name", "signatory", "signatory_post", "cost_percent",
            "transfer_percent", "agreed_on",
        ]  # fmt: skip


class OwnershipSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ownership
        fields = ["result", "owner"]


class Works(serializers.ListField):
    def get_attribute(self, agreement: Agreement) -> list[str]:
        return [row.work for row in agreement.works.all()]


class AgreementSerializer(serializers.ModelSerializer):
    """``organizations`` are the parties of a new agreement, in the order of the paper; ``missing`` names clauses."""

    organizations = Visible(queryset=Organization.objects.all(), many=True, write_only=True, required=False)
    works = Works(child=serializers.ChoiceField(choices=JointWork.choices), required=False)
    parties = PartySerializer(many=True, read_only=True)
    ownerships = OwnershipSerializer(many=True, read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id", "title", "number", "type", "starts_on", "ends_on", "signed_on", "status", "version", "replaces",
            "change", "ended_on", "end_reason", "organizations", "parties", "works", "cost_terms", "cost_excluded",
            "ip_terms", "ip_excluded", "ownerships", "secrecy_terms", "secrecy_months", "secrecy_excluded",
            "transfer_terms", "transfer_excluded", "missing",
        ]  # fmt: skip
        read_only_fields = [
            "signed_on", "status", "version", "replaces", "change", "ended_on", "end_reason", "cost_terms",
            "cost_excluded", "ip_terms", "ip_excluded", "secrecy_terms", "secrecy_months", "secrecy_excluded",
            "transfer_terms", "transfer_excluded",
        ]  # fmt: skip
        validators: list = []  # the model's own constraints say it, in one sentence

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and not attrs.get("organizations"):
            raise serializers.ValidationError({"organizations": [_("An agreement needs at least two parties.")]})
        if self.instance is not None and "organizations" in attrs:
            raise serializers.ValidationError({"organizations": [_("This cannot be changed any more.")]})
        return attrs


class ReturnSerializer(serializers.Serializer):
    reason = serializers.CharField(allow_blank=True, default="")


class SignatureSerializer(serializers.Serializer):
    signed_on = serializers.DateField()


class TerminationSerializer(ReturnSerializer):
    ended_on = serializers.DateField()


class NextVersionSerializer(serializers.Serializer):
    change = serializers.ChoiceField(choices=Agreement.Change.choices)


class ClauseSerializer(serializers.Serializer):
    """``shares`` in percent by the party's id; ``owners`` by the kind of result: a party's id, null is all together."""

    clause = serializers.ChoiceField(choices=Clause.choices)
    shares = serializers.DictField(
        child=serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True), required=False, default=dict
    )
    owners = serializers.DictField(child=serializers.IntegerField(allow_null=True), required=False, default=dict)
    months = serializers.IntegerField(min_value=0, max_value=1200, allow_null=True, default=None)
    terms = serializers.CharField(allow_blank=True, default="")
    excluded = serializers.CharField(allow_blank=True, default="", max_length=200)


class AffiliationSerializer(serializers.ModelSerializer):
    organization_name = serializers.CharField(source="organization.name")
    consortium = serializers.CharField(source="consortium.code")
    acting = serializers.SerializerMethodField()

    class Meta:
        model = Affiliation
        fields = ["id", "organization", "organization_name", "consortium", "role", "started_on", "ended_on", "acting"]

    def get_acting(self, affiliation: Affiliation) -> bool:
        return affiliation == self.context["acting"]


class MeSerializer(serializers.ModelSerializer):
    affiliations = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "name", "email", "affiliations"]

    def get_affiliations(self, user: User) -> list[dict]:
        rows = user.affiliations.in_force().select_related("organization", "consortium").order_by("pk")
        return list(AffiliationSerializer(rows, many=True, context={"acting": user.affiliation}).data)
