"""Engineering innovation classes, their mentors of both sides and their students."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization, PersonalDataAccess, User

from .zones import Side, Zone


class InnovationClassQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The classes of the zones that one sees."""
        return self.filter(zone__in=Zone.objects.visible_to(user))

    def with_places_taken(self):
        return self.annotate(taken=Count("enrollments", filter=Q(enrollments__left_on=None), distinct=True))

    def with_lacking(self):
        """With ``lacking``: how many who have a place now have no verified representative outcome yet."""
        lacks = Q(enrollments__left_on=None) & ~Q(enrollments__student__in=Student.objects.with_outcome().values("pk"))
        return self.annotate(lacking=Count("enrollments", filter=lacks, distinct=True))

    def for_list(self):
        return (
            self.with_places_taken()
            .select_related("zone__department", "zone__college")
            .prefetch_related(Prefetch("mentors", Mentor.objects.select_related("person")))
            .order_by("-year", "code")
        )


class InnovationClass(models.Model):
    class Status(models.TextChoices):
        PLANNING = "planning", _("In planning")
        RECRUITING = "recruiting", _("Recruiting")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Concluded")

    TRANSITIONS = {
        Status.PLANNING: {Status.RECRUITING},
        Status.RECRUITING: {Status.RUNNING},
        Status.RUNNING: {Status.FINISHED},
    }

    zone = models.ForeignKey(
        Zone, models.PROTECT, related_name="classes", verbose_name=_("special zone")
    )  # PROTECT: a class stays in the zone's history
    code = models.SlugField(_("code"), max_length=40, help_text=_("Small letters, digits and hyphens."))
    name = models.CharField(_("class name"), max_length=100)
    year = models.PositiveSmallIntegerField(_("year of start"))
    places = models.PositiveSmallIntegerField(_("places"))
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.PLANNING)

    admitted_at = models.DateTimeField(_("admission"), null=True, blank=True, editable=False)

    files_act = "class.change"
    objects = InnovationClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("innovation class")
        verbose_name_plural = _("innovation classes")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "code"],
                name="class_code_once",
                violation_error_code="code",
                violation_error_message=_("Another class of this zone has this code."),
            ),
            models.CheckConstraint(
                condition=Q(places__gt=0),
                name="class_places",
                violation_error_code="places",
                violation_error_message=_("A class has at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="class_year",
                violation_error_code="year",
                violation_error_message=_("Give the year with four digits."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("zones:class_detail", args=[self.pk])

    def mentor_names(self) -> str:
        return "、".join(str(mentor.person) for mentor in self.mentors.all())


class MentorQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The mentors of the classes that one sees."""
        return self.filter(innovation_class__in=InnovationClass.objects.visible_to(user))


class Mentor(models.Model):
    """One of the at most two mentors of a side: the slot makes a third impossible."""

    SLOTS = (1, 2)

    innovation_class = models.ForeignKey(
        InnovationClass, models.CASCADE, related_name="mentors", verbose_name=_("innovation class")
    )  # a part
    person = models.ForeignKey(
        User, models.PROTECT, related_name="mentored_classes", verbose_name=_("mentor")
    )  # PROTECT: people stay
    side = models.CharField(_("side"), max_length=12, choices=Side)
    slot = models.PositiveSmallIntegerField(_("slot"), default=1)

    objects = MentorQuerySet.as_manager()

    class Meta:
        verbose_name = _("class mentor")
        verbose_name_plural = _("class mentors")
        ordering = ["side", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["innovation_class", "side", "slot"], name="mentor_slot_once"),
            models.UniqueConstraint(
                fields=["innovation_class", "person"],
                name="mentor_once",
                violation_error_code="person",
                violation_error_message=_("This person is a mentor of the class already."),
            ),
            models.CheckConstraint(
                condition=Q(slot__in=[1, 2]),
                name="mentor_slots",
                violation_error_code="person",
                violation_error_message=_("A class has one or two mentors on each side."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.innovation_class}"


ADULT = 18


def years_before(day: date, years: int) -> date:
    """The same day ``years`` earlier; for a 29 February without one the 28th. Who is born later is younger."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


class StudentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own college's students; whoever works in a zone sees those placed there."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Affiliation.Role.COLLEGE_ADMIN:
            return rows.filter(college=affiliation.organization_id)
        return rows.filter(enrollments__innovation_class__in=InnovationClass.objects.visible_to(user)).distinct()

    def read_by(self, user):
        """With ``is_disclosed``: the college has given the student's data to the enterprise for which ``user`` acts,
        and ``user`` mentors the class in which the student has a place now."""
        affiliation = user.affiliation
        given = PersonalDataAccess.objects.filter(
            kind=PersonalDataAccess.Kind.DISCLOSURE,
            recipient=affiliation.organization_id if affiliation else None,
            content_type__app_label="zones",
            content_type__model="enrollment",
        )
        mentored = Enrollment.objects.open().filter(
            student=OuterRef("pk"), innovation_class__mentors__person=user, pk__in=given.values("object_id")
        )
        return self.annotate(is_disclosed=Exists(mentored))

    def for_list(self, user):
        """As ``user`` may read them, with the classes in which they have or had a place."""
        places = Prefetch("enrollments", Enrollment.objects.visible_to(user).select_related("innovation_class"))
        return self.read_by(user).select_related("college").prefetch_related(places).order_by("number", "pk")

    def with_outcome(self):
        """Who has a verified representative outcome, of which every student needs one to finish (000)."""
        verified = Student.objects.filter(outcomes__status="verified", outcomes__is_representative=True)
        return self.filter(pk__in=verified.values("pk"))

    def placed_without_outcome(self):
        """Who has a place now and lacks a verified representative outcome."""
        placed = self.filter(pk__in=Enrollment.objects.open().values("student"))
        return placed.exclude(pk__in=Student.objects.with_outcome().values("pk"))

    def with_coverage(self, day: date):
        """With ``has_agreement``, ``has_insurance``, ``has_consent``: whether they are in force on ``day``."""
        mine = {"student": OuterRef("pk")}
        valid = mine | {"starts_on__lte": day, "ends_on__gte": day}
        agreements, insurances, consents = (
            Student._meta.get_field(name).related_model._default_manager  # type: ignore[union-attr]
            for name in ("agreements", "insurances", "consents")
        )
        return self.annotate(
            has_agreement=Exists(agreements.filter(**valid)),
            has_insurance=Exists(insurances.filter(**valid)),
            has_consent=Exists(consents.filter(**mine, given_on__lte=day)),
        )

    def minors(self, day: date):
        """Under 18 on ``day``, as ``is_minor`` says of one."""
        return self.filter(birth_date__gt=years_before(day, ADULT))

    def lacking(self, what: str, day: date):
        """Placed students who lack ``what`` on ``day``: "agreement", "insurance", or as minors "consent"."""
        rows = self.filter(pk__in=Enrollment.objects.open().values("student")).with_coverage(day)
        return (rows.minors(day) if what == "consent" else rows).filter(**{f"has_{what}": False})

    def running_out(self, day: date, until: date):
        """Placed students covered on ``day`` whose last agreement or insurance ends by ``until``."""
        rows = self.filter(pk__in=Enrollment.objects.open().values("student")).with_coverage(day)
        then = rows.with_coverage(until + timedelta(days=1)).filter(has_agreement=False).values("pk")
        later = rows.with_coverage(until + timedelta(days=1)).filter(has_insurance=False).values("pk")
        return rows.filter(Q(has_agreement=True, pk__in=then) | Q(has_insurance=True, pk__in=later))

    def not_placed(self):
        return self.exclude(enrollments__in=Enrollment.objects.open())


class Student(models.Model):
    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    # PROTECT: a student's record outlives the class
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="students", verbose_name=_("consortium"))
    college = models.ForeignKey(Organization, models.PROTECT, related_name="students", verbose_name=_("college"))
    number = models.CharField(_("student number"), max_length=30)
    name = models.CharField(_("student name"), max_length=60)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex)
    birth_date = models.DateField(_("date of birth"))
    major = models.CharField(_("major"), max_length=100)
    home_class = models.CharField(_("home class"), max_length=60, blank=True)
    entered_on = models.DateField(_("entered on"))
    # name and number are gone and a pseudonym stands for them; the places in classes stay for the yearly figures
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["college", "number"],
                name="student_number_once",
                violation_error_code="number",
                violation_error_message=_("Another student of this college has this number."),
            ),
            models.CheckConstraint(
                condition=Q(entered_on__gt=F("birth_date")),
                name="student_dates",
                violation_error_code="entered_on",
                violation_error_message=_("A student enters after the day of birth."),
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.number}）"

    def get_absolute_url(self) -> str:
        return reverse("zones:student_detail", args=[self.pk])

    def class_names(self) -> str:
        """The classes in which the student has or had a place, as ``for_list`` fetched them."""
        return "、".join(place.innovation_class.name for place in self.enrollments.all())

    def is_minor(self, day) -> bool:
        """Under 18 on that day: the guardian consents, and access is watched more closely."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < ADULT


class EnrollmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The places taken in the classes that one sees."""
        return self.filter(innovation_class__in=InnovationClass.objects.visible_to(user))

    def open(self):
        return self.filter(left_on=None)

    def with_outcomes(self):
        """With ``has_outcome``: whether the student has a verified representative outcome."""
        return self.annotate(has_outcome=Exists(Student.objects.with_outcome().filter(pk=OuterRef("student"))))

    def for_list(self, user):
        """With their students as ``user`` may read them."""
        students = Prefetch("student", Student.objects.read_by(user))
        return (
            self.select_related("innovation_class__zone").prefetch_related(students).order_by("student__number", "pk")
        )


class Enrollment(models.Model):
    """A student's place in an innovation class, from a day to a day."""

    # PROTECT both: who was where is history
    innovation_class = models.ForeignKey(
        InnovationClass, models.PROTECT, related_name="enrollments", verbose_name=_("innovation class")
    )
    student = models.ForeignKey(Student, models.PROTECT, related_name="enrollments", verbose_name=_("student"))
    enrolled_on = models.DateField(_("placed on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(left_on=None),
                name="enrollment_one_open",
                violation_error_code="student",
                violation_error_message=_("This student has a place in a class already."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("enrolled_on")),
                name="enrollment_dates",
                violation_error_code="left_on",
                violation_error_message=_("A student cannot leave before being placed."),
            ),
        ]

    def __str__(self):
        return f"{self.student} · {self.innovation_class}"

    @property
    def zone(self) -> Zone:
        return self.innovation_class.zone
