from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from ..inbox import KINDS, NoticeKind
from ..models import Announcement, Notice, NoticeChoice, Organization, User
from ..services.announcements import announce


class AnnouncementForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("Addressed to"),
        choices=Organization.Kind,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody who signs in for a member of these kinds gets a notice and is asked to confirm."),
    )

    class Meta:
        model = Announcement
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}

    def announce(self, by: User, now: datetime) -> None:
        announce(self.instance, self.cleaned_data["kinds"], by=by, now=now)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class NoticeChoicesForm(forms.Form):
    """A row for each kind of notices that can concern the person's role: in the program or not, and how by mail."""

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        role = user.affiliation.role if user.affiliation else None
        self.kinds = [kind for kind in KINDS.values() if role and (not kind.roles or role in kind.roles)]
        chosen = {row.kind: row for row in NoticeChoice.objects.filter(user=user)}
        for kind in self.kinds:
            now: NoticeChoice | NoticeKind = chosen.get(kind.name, kind)
            self.fields[f"shown_{kind.name}"] = forms.BooleanField(
                label=_("in the program"), required=False, initial=now.is_shown
            )
            self.fields[f"mail_{kind.name}"] = forms.ChoiceField(
                label=_("e-mail"), choices=Notice.Mail, initial=now.mail
            )

    def rows(self) -> Iterator[tuple[object, forms.BoundField, forms.BoundField]]:
        """Label, switch and choice of each kind."""
        for kind in self.kinds:
            yield kind.label, self[f"shown_{kind.name}"], self[f"mail_{kind.name}"]

    def choices(self) -> dict[str, tuple[bool, str]]:
        data = self.cleaned_data
        return {kind.name: (data[f"shown_{kind.name}"], data[f"mail_{kind.name}"]) for kind in self.kinds}
