"""Posts, staff figures and students at work; an enterprise records its own, a college its partners' and students'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..compliance import PACKS, Severity
from ..filters.choices import enterprises, zones
from ..models import Attendance, Placement, Post, StaffCount, Student, Zone
from .rows import RowForm


class OfEnterpriseForm(RowForm):
    """What names an enterprise: one's own, or one of the partners of the college's zones."""

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        own = user.affiliation.organization
        if self.instance.pk or own.is_enterprise:
            del self.fields["enterprise"]
        else:
            partners = Organization.objects.visible_to(user).filter(
                partnerships__zone__in=Zone.objects.visible_to(user)
            )
            self.fields["enterprise"].queryset = partners.distinct().order_by("name")  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.instance.consortium = user.affiliation.consortium
            if own.is_enterprise:
                self.instance.enterprise = own


class PostForm(OfEnterpriseForm):
    class Meta:
        model = Post
        fields = ["enterprise", "name", "headcount", "monthly_pay"]


class StaffCountForm(OfEnterpriseForm):
    class Meta:
        model = StaffCount
        fields = ["enterprise", "year", "people"]


class PlacementForm(RowForm):
    class Meta:
        model = Placement
        fields = ["zone", "student", "post", "starts_on", "ends_on", "monthly_pay"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zones, posts = Zone.objects.visible_to(user).order_by("code"), Post.objects.visible_to(user)
        if self.instance.pk:
            del self.fields["zone"], self.fields["student"]
            posts = posts.filter(enterprise=self.instance.enterprise_id)
        else:
            students = Student.objects.visible_to(user).filter(erased_at=None).order_by("number")
            self.fields["zone"].queryset = zones  # type: ignore[attr-defined]
            self.fields["student"].queryset = students  # type: ignore[attr-defined]
        self.fields["post"].queryset = posts.select_related("enterprise").order_by(  # type: ignore[attr-defined]
            "enterprise__name", "name"
        )
        self.fields["post"].label_from_instance = lambda post: f"{post.enterprise} · {post}"  # type: ignore[attr-defined]


class AttendanceForm(forms.ModelForm):
    class Meta:
        model = Attendance
        fields = ["date", "hours"]
        widgets = {"date": DayInput(), "hours": forms.NumberInput(attrs={"min": "0.25", "max": "24", "step": "0.25"})}


class AnswerForm(forms.Form):
    reason = forms.CharField(label=_("Why does this stand?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class BreachFilterForm(forms.Form):
    """The filters of the page of what breaks a rule: over placements, and over what was found."""

    zone = forms.ModelChoiceField(label=_("Zone"), queryset=Zone.objects.none(), required=False)
    enterprise = forms.ModelChoiceField(label=_("Enterprise"), queryset=Organization.objects.none(), required=False)
    rule = forms.ChoiceField(label=_("Rule"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=[("", _("Severity")), *Severity.choices], required=False)
    answered = forms.ChoiceField(
        label=_("Answer"),
        choices=[("", _("Answer")), ("no", _("Still open")), ("yes", _("Answered"))],
        required=False,
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].queryset = zones(request)  # type: ignore[attr-defined]
        self.fields["enterprise"].queryset = enterprises(request)  # type: ignore[attr-defined]
        for name in ("zone", "enterprise"):
            self.fields[name].empty_label = self.fields[name].label  # type: ignore[attr-defined]
        rules = [(rule.key, rule.name) for pack in PACKS.values() for rule in pack.rules]
        self.fields["rule"].choices = [("", _("Rule")), *rules]  # type: ignore[attr-defined]
