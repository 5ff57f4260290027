"""For operators only: people and organizations. What has rules of its own is changed on its pages."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .models import Affiliation, Consortium, Department, HistoryEntry, Membership, Organization, User
from .personal import name_of
from .services import record

COUNTED = 10_000  # rows of history that the administration pages through
admin.site.site_header = admin.site.site_title = _("Operation of the system")


class AffiliationInline(admin.TabularInline):
    model = Affiliation
    extra = 0
    autocomplete_fields = ["organization"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ["username", "name", "email", "is_active", "is_staff"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    inlines = [AffiliationInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["name", "email", "language", "acting"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "usable_password", "password1", "password2"]})]
    list_filter = ["is_active", "is_staff"]
    filter_horizontal = []

    def save_model(self, request, obj, form, change):
        """Who switched an account off, or on again, and every other change stands in the person's history."""
        before = User.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if before is None:
            record(obj, by=request.user, what="created", new=obj)
            return
        for name in form.changed_data:
            secret = name == "password"
            old, new = ("", "") if secret else (getattr(before, name), getattr(obj, name))
            record(obj, by=request.user, what=name, old=old, new=new)

    def save_formset(self, request, form, formset, change):
        """Who gave or ended a role stands in the person's history."""
        super().save_formset(request, form, formset, change)
        for affiliation in formset.new_objects:
            record(form.instance, by=request.user, what="affiliations", new=affiliation)
        for affiliation, fields in formset.changed_objects:
            changes = ", ".join(f"{name} {getattr(affiliation, name)}" for name in fields)
            record(form.instance, by=request.user, what="affiliations", new=f"{name_of(affiliation)}: {changes}")
        for affiliation in formset.deleted_objects:
            record(form.instance, by=request.user, what="affiliations", old=affiliation)


@admin.register(Consortium)
class ConsortiumAdmin(admin.ModelAdmin):
    list_display = ["code", "name"]


class DepartmentInline(admin.TabularInline):
    model = Department
    extra = 0


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "credit_code"]
    list_filter = ["kind"]
    search_fields = ["name", "credit_code"]
    inlines = [DepartmentInline, MembershipInline]


class Newest(Paginator):
    """The newest rows that match; nobody counts a whole history."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[:COUNTED].count()  # type: ignore[attr-defined]


@admin.register(HistoryEntry)
class HistoryAdmin(admin.ModelAdmin):
    list_display = ["at", "actor", "content_type", "object_id", "what", "old", "new", "reason", "address"]
    list_filter = ["content_type"]
    list_select_related = ["actor", "content_type"]
    sortable_by = ()
    paginator = Newest
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
