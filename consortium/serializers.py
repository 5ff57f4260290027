from typing import Any

from django.db.models import Q
from rest_framework import serializers

from . import personal
from .models import Affiliation, Membership, Organization, User


class Visible(serializers.PrimaryKeyRelatedField):
    """The id of a record that the user sees; any other answers as one that does not exist."""

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.context["request"].user)


class OrganizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ["id", "name", "credit_code", "kind", "contact_name", "contact_phone"]

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
        fields = ["id", "consortium", "organization", "organization_name", "is_lead", "joined_on", "left_on"]
        read_only_fields = ["consortium"]
        validators: list = []  # the model's own constraints say it, in one sentence


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
