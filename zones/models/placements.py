"""Students at work: the posts of enterprises, who works in them from when to when, and the hours of each day.

Students have no accounts, so their hours are no ``HourEntry``: the mentor, the college or the enterprise records them.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization, User

from .classes import Student
from .verification import in_order, positive
from .zones import Zone, ZonePartner

Role = Affiliation.Role


class OfEnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all, people of a college its partners', of an enterprise its own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        mine = affiliation.organization_id
        partners = Q(enterprise__in=ZonePartner.objects.filter(zone__college=mine).values("enterprise"))
        own = Q(enterprise=mine)
        seen = {Role.COLLEGE_ADMIN: partners, Role.PARTNER: own, Role.MENTOR: partners | own}
        return rows.filter(seen[affiliation.role]) if affiliation.role in seen else self.none()


class Post(models.Model):
    """A kind of work at an enterprise, with its own staff: what a student's place and pay are measured by."""

    # PROTECT both: placements hang from them
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"), editable=False
    )
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="posts", verbose_name=_("enterprise"))
    name = models.CharField(_("post"), max_length=80)
    headcount = models.PositiveIntegerField(
        _("staff in this post"), help_text=_("The enterprise's own staff who do this work, without students.")
    )
    monthly_pay = models.PositiveIntegerField(
        _("monthly pay of the post (yuan)"), help_text=_("What the enterprise's own staff earn in it, whole yuan.")
    )

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "enterprise", "name"],
                name="post_once",
                violation_error_code="name",
                violation_error_message=_("This enterprise has a post of this name already."),
            ),
            positive("monthly_pay", "post_monthly_pay"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('zones:placement_list')}?post={self.pk}"


class StaffCount(models.Model):
    """How many people an enterprise employs in a year. A year without a figure takes the newest one before it."""

    # PROTECT both: findings were computed from it
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"), editable=False
    )
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    year = models.PositiveSmallIntegerField(_("year"))
    people = models.PositiveIntegerField(_("staff"), help_text=_("People at work at the enterprise, without students."))

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff figure")
        verbose_name_plural = _("staff figures")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "enterprise", "year"],
                name="staff_count_once",
                violation_error_code="year",
                violation_error_message=_("This enterprise has a figure for this year already."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="staff_count_year",
                violation_error_code="year",
                violation_error_message=_("Give the year with four digits."),
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} · {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("zones:staff_count_list")


class PlacementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all, people of a college its students', of an enterprise its own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(zone__consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        mine = affiliation.organization_id
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(zone__college=mine)
        if affiliation.role == Role.PARTNER:
            return rows.filter(post__enterprise=mine)
        if affiliation.role == Role.MENTOR:
            return rows.filter(Q(zone__college=mine) | Q(post__enterprise=mine))
        return self.none()

    def on(self, day):
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def for_list(self, user):
        """With their students as ``user`` may read them."""
        students = models.Prefetch("student", Student.objects.read_by(user))
        return self.select_related("zone", "post__enterprise").prefetch_related(students).order_by("-starts_on", "-pk")


class Placement(models.Model):
    """A student at work in a post of an enterprise of a zone, from a day to a day."""

    # PROTECT throughout: who worked where is history
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="placements", verbose_name=_("special zone"))
    student = models.ForeignKey(Student, models.PROTECT, related_name="placements", verbose_name=_("student"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="placements", verbose_name=_("post"))
    starts_on = models.DateField(_("first day at work"))
    ends_on = models.DateField(_("last day at work"), null=True, blank=True)
    monthly_pay = models.PositiveIntegerField(_("monthly pay of the student (yuan)"), help_text=_("Whole yuan."))

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("student placement")
        verbose_name_plural = _("student placements")
        constraints = [
            in_order("starts_on", "ends_on", "student_placement_dates"),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(ends_on=None),
                name="student_placement_one_open",
                violation_error_code="student",
                violation_error_message=_("This student is at work in another post on these days."),
            ),
        ]

    def __str__(self):
        return f"{self.post} · {date_format(self.starts_on)}"

    def get_absolute_url(self) -> str:
        return reverse("zones:placement_detail", args=[self.pk])

    @property
    def enterprise(self) -> Organization:
        return self.post.enterprise

    @property
    def enterprise_id(self) -> int:
        return self.post.enterprise_id


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The hours of the placements that one sees."""
        return self.filter(placement__in=Placement.objects.visible_to(user))


class Attendance(models.Model):
    """The hours that a student worked in a placement on one day."""

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="attendance", verbose_name=_("student placement")
    )  # PROTECT: findings stand on it
    date = models.DateField(_("date"))
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=2)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by"), editable=False
    )  # PROTECT: people stay

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("student's hours")
        verbose_name_plural = _("students' hours")
        ordering = ["-date"]
        indexes = [models.Index(fields=["date"], name="attendance_by_day")]  # holidays and rest days
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "date"],
                name="attendance_once_a_day",
                violation_error_code="date",
                violation_error_message=_("The hours of this day are recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24),
                name="attendance_one_day",
                violation_error_code="hours",
                violation_error_message=_("Hours are more than 0 and at most 24, in quarter hours."),
            ),
            models.CheckConstraint(
                condition=Exact(Mod(F("hours") * 4, 1), 0),
                name="attendance_in_quarters",
                violation_error_code="hours",
                violation_error_message=_("Hours are more than 0 and at most 24, in quarter hours."),
            ),
        ]

    def __str__(self):
        return f"{self.placement} {self.date} {self.hours}"


class BreachAnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The answers about the placements that one sees."""
        return self.filter(placement__in=Placement.objects.visible_to(user))


class BreachAnswer(models.Model):
    """Why a warning stands: an answer to a rule's figure on a day, and to no other figure or day.

    What breaks a rule is computed and not stored. When the records change so that the figure is another one, no answer
    fits any more and the warning is open again.
    """

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="breach_answers", verbose_name=_("student placement")
    )  # PROTECT: why something was accepted is history
    rule = models.CharField(_("rule"), max_length=60)
    day = models.DateField(_("day"))
    figure = models.DecimalField(_("figure"), max_digits=12, decimal_places=2)
    base = models.DecimalField(_("of"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("answered by"), editable=False
    )  # PROTECT: people stay
    answered_at = models.DateTimeField(_("answered at"), editable=False)

    objects = BreachAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a warning")
        verbose_name_plural = _("answers to warnings")
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "rule", "day", "figure", "base"],
                name="breach_answered_once",
                violation_error_code="reason",
                violation_error_message=_("This warning is answered already."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="breach_answer_reason",
                violation_error_code="reason",
                violation_error_message=_("Give a reason."),
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.day}"


class ChosenPackQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The packs of the consortium for which one acts."""
        affiliation = user.affiliation
        return self.filter(consortium=affiliation.consortium_id) if affiliation else self.none()


class ChosenPack(models.Model):
    """A region's rules that a consortium has chosen beside the national ones; ``pack`` is its code in the program."""

    consortium = models.ForeignKey(
        Consortium, models.CASCADE, related_name="chosen_packs", verbose_name=_("consortium")
    )  # a part
    pack = models.SlugField(_("pack of rules"), max_length=40)

    objects = ChosenPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("pack of rules")
        verbose_name_plural = _("packs of rules")
        constraints = [models.UniqueConstraint(fields=["consortium", "pack"], name="pack_chosen_once")]

    def __str__(self):
        return self.pack
