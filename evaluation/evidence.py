"""What a self-assessment rests on, and what is doubtful about it: computed from records whenever it is read.

A flag is never stored; only why it does not hold is, and that names what was flagged, so that it lapses with it.
Source: domain (evidence is checked).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from consortium import filestore, pictures
from consortium.models import Attachment, User
from zones.models import Outcome, ResearchProject, TechnicalService, Verified

from .models import Dismissal, Evaluation, Evidence, SelfAssessment

Kind = Dismissal.Kind
SHORTEST = 8  # characters of an explanation that can say something
PHRASES = {  # long enough, and still without content
    "相关材料详见附件",
    "具体内容详见附件",
    "具体情况详见附件",
    "已按要求全部完成",
    "各项工作已全部完成",
    "相关工作已按要求完成",
    "详见附件佐证材料",
}
NUMBERED: dict[Any, str] = {TechnicalService: "contract_number", ResearchProject: "number"}
Key = tuple[int, int]  # content type and row


@dataclass(frozen=True)
class Flag:
    """A doubt about one line; ``about`` is the SHA-256 of what it is about."""

    kind: Kind
    about: str
    sentence: str
    dismissed: Dismissal | None = None


@dataclass
class Line:
    """What stands behind one indicator: records with what is shown of them, files, and the doubts."""

    said: SelfAssessment
    evidences: list[Evidence] = field(default_factory=list)
    records: dict[int, Verified] = field(default_factory=dict)  # by the evidence's key
    files: list[Attachment] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    @property
    def open(self) -> list[Flag]:
        return [flag for flag in self.flags if not flag.dismissed]

    @property
    def rows(self) -> list[tuple[Evidence, Verified | None]]:
        return [(evidence, self.records.get(evidence.pk)) for evidence in self.evidences]

    @property
    def count(self) -> int:
        return len(self.evidences) + len(self.files)

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """Records, then files, as plain values."""
        number = self.said.indicator.number
        for _evidence, row in self.rows:
            if row:
                said = {"record": f"{row.THING}:{row.pk}", "name": str(row), "date": row.date, "status": row.status}
                yield {"number": number, **said, "sha256": ""}
        for file in self.files:
            said = {"record": "", "name": file.name, "date": None, "status": ""}
            yield {"number": number, **said, "sha256": file.sha256}


def is_vacuous(text: str) -> bool:
    """Whether an explanation says nothing: empty, shorter than 8 characters, or a phrase that fits everything."""
    words = re.sub(r"[\W_]+", "", text)
    return len(words) < SHORTEST or words in PHRASES


def named_records(said: SelfAssessment) -> set[tuple[str, int]]:
    """The records that an indicator names, by kind and key."""
    rows = said.evidences.values_list("content_type", "object_id")
    return {(ContentType.objects.get_for_id(kind).model_class().THING, pk) for kind, pk in rows}  # type: ignore[union-attr]


def lines_of(evaluation: Evaluation, *, by: User) -> dict[int, Line]:
    """The lines of an evaluation by indicator, with their flags as ``by`` may read them. A constant number of queries
    (one more for each kind of record that is named)."""
    return _Check(evaluation, by).lines


def open_flags(evaluation: Evaluation, *, by: User) -> int:
    """How many flags nobody has set aside."""
    return sum(len(line.open) for line in lines_of(evaluation, by=by).values())


class _Check:
    def __init__(self, evaluation: Evaluation, by: User):
        self.evaluation = evaluation
        self.names_others = bool(by.affiliation and by.affiliation.sees_whole_consortium)
        self.kind = ContentType.objects.get_for_model(SelfAssessment)
        rows = evaluation.self_assessments.select_related("indicator")
        said = list(rows.prefetch_related("evidences", "dismissals__by"))
        self.lines = {row.indicator_id: Line(row, list(row.evidences.all())) for row in said}
        self.by_said = {line.said.pk: line for line in self.lines.values()}
        files = Attachment.objects.filter(content_type=self.kind, object_id__in=self.by_said).present().for_list()
        for file in files:
            self.by_said[file.object_id].files.append(file)
        self._read_records()
        for line in self.lines.values():
            aside = {(row.kind, row.about): row for row in line.said.dismissals.all()}
            found = self._flags(line) if line.said.is_chosen else ()
            line.flags = [
                Flag(kind, about, sentence, aside.get((kind, about)))
                for kind, what, sentence in found
                for about in [hashlib.sha256(f"{kind}\n{what}".encode()).hexdigest()]
            ]

    def _read_records(self) -> None:
        by_kind = defaultdict(list)
        for line in self.lines.values():
            for evidence in line.evidences:
                by_kind[evidence.content_type_id].append((line, evidence))
        for number, named in by_kind.items():
            model: Any = ContentType.objects.get_for_id(number).model_class()
            rows = model.objects.named().in_bulk([evidence.object_id for _line, evidence in named])
            for line, evidence in named:
                if evidence.object_id in rows:
                    line.records[evidence.pk] = rows[evidence.object_id]

    def _flags(self, line: Line) -> Iterator[tuple[Kind, str, str]]:
        """Kind, what it is about, and the sentence."""
        is_begun = bool(line.said.note) or line.said.self_score is not None
        if is_begun and is_vacuous(line.said.note):
            yield Kind.VACUOUS, line.said.note, _("The explanation says nothing that could be checked.")
        for file in line.files:
            words = {"name": file.name}
            if not _opens(file):
                yield Kind.UNREADABLE, file.sha256, _("The file “%(name)s” cannot be opened.") % words
            if others := self._others(self.files[file.sha256], line):
                words["places"] = self._places(others)
                what = f"{file.sha256} {_keys(others)}"
                yield Kind.SAME_FILE, what, _("The file “%(name)s” is also at: %(places)s.") % words
        for evidence, row in line.rows:
            if row is None:
                yield (
                    Kind.UNREADABLE,
                    f"{evidence.content_type_id} {evidence.object_id}",
                    _("A record that was named is no longer there."),
                )
                continue
            words = {"name": str(row)}
            if row.date.year != self.evaluation.year:
                words["day"] = date_format(row.date)
                what = f"{evidence.content_type_id} {row.pk} {row.date}"
                yield Kind.OTHER_YEAR, what, _("“%(name)s” is of %(day)s, not of the year.") % words
            if row.status != Verified.Status.VERIFIED:
                words["state"] = row.get_status_display()
                what = f"{evidence.content_type_id} {row.pk} {row.status}"
                yield Kind.PENDING, what, _("“%(name)s” is “%(state)s”: nobody has verified it.") % words
            if others := self._others(self.named[self._root(evidence)], line):
                words["places"] = self._places(others)
                what = f"{evidence.content_type_id} {row.pk} {_keys(others)}"
                yield Kind.SAME_RECORD, what, _("“%(name)s” is counted also at: %(places)s.") % words

    def _others(self, lines: Iterable[SelfAssessment], line: Line) -> list[SelfAssessment]:
        return [said for said in lines if said.pk != line.said.pk]

    def _places(self, lines: Iterable[SelfAssessment]) -> str:
        """Indicators of this evaluation by number, then other years and zones. A rival's is not named to a college."""
        here, other_years, zones = set(), set(), set()
        for said in lines:
            if said.evaluation_id == self.evaluation.pk:
                here.add(said.indicator.number)
            elif said.evaluation.zone_id == self.evaluation.zone_id:
                other_years.add(said.evaluation.year)
            elif self.names_others:
                zones.add(f"{said.evaluation.zone} {said.evaluation.year}")
            else:
                zones.add(_("an evaluation of another zone"))
        places = [_("indicator %(n)d") % {"n": number} for number in sorted(here)]
        places += [_("the evaluation of %(year)d") % {"year": year} for year in sorted(other_years)]
        return _(", ").join(places + sorted(zones))

    @cached_property
    def files(self) -> dict[str, list[SelfAssessment]]:
        """Every line of any standing evaluation that has one of our files, by hash."""
        found: dict[str, list[SelfAssessment]] = defaultdict(list)
        for line in self.lines.values():
            for file in line.files if line.said.is_chosen else ():
                found[file.sha256].append(line.said)
        others = SelfAssessment.objects.elsewhere(self.evaluation).filter(is_chosen=True)
        rows = Attachment.objects.present().filter(
            content_type=self.kind, sha256__in=list(found), object_id__in=others.values("pk")
        )
        pairs = list(rows.values_list("sha256", "object_id"))
        said = others.select_related("evaluation__zone", "indicator").in_bulk({key for _sha, key in pairs})
        for sha256, key in pairs:
            found[sha256].append(said[key])
        return found

    @cached_property
    def named(self) -> dict[Key, list[SelfAssessment]]:
        """Every line of any standing evaluation that names one of our records, by the record that counts."""
        found: dict[Key, list[SelfAssessment]] = defaultdict(list)
        for line in self.lines.values():
            for evidence in line.evidences:
                if line.said.is_chosen:
                    found[self._root(evidence)].append(line.said)
        if not found:
            return found
        wanted = Q()
        for number, keys in _grouped(set(found) | self._rounds.keys()).items():
            wanted |= Q(content_type=number, object_id__in=keys)
        rows = Evidence.objects.elsewhere(self.evaluation).filter(wanted, assessment__is_chosen=True)
        for evidence in rows.select_related("assessment__evaluation__zone", "assessment__indicator"):
            found[self._root(evidence)].append(evidence.assessment)
        return found

    @cached_property
    def _rounds(self) -> dict[Key, int]:
        """Rows that stand for one thing, each to the first of them: rounds of an achievement (domain), and contracts
        and projects with one number, whichever zone has recorded them."""
        ours = [row for line in self.lines.values() for row in line.records.values()]
        found: dict[Key, int] = {}
        roots = {row.same_as_id or row.pk for row in ours if isinstance(row, Outcome)}
        if roots:
            kind = ContentType.objects.get_for_model(Outcome).pk
            rows = Outcome.objects.filter(Q(pk__in=roots) | Q(same_as__in=roots)).values_list("pk", "same_as")
            found |= {(kind, pk): same_as or pk for pk, same_as in rows}
        for model, name in NUMBERED.items():
            numbers = {getattr(row, name) for row in ours if isinstance(row, model)} - {""}
            if numbers:
                kind = ContentType.objects.get_for_model(model).pk
                first: dict[str, int] = {}
                rows = model.objects.filter(**{f"{name}__in": numbers}, zone__consortium=self.evaluation.consortium_id)
                for pk, number in rows.order_by("pk").values_list("pk", name):
                    found[kind, pk] = first.setdefault(number, pk)
        return found

    def _root(self, evidence: Evidence) -> Key:
        key = (evidence.content_type_id, evidence.object_id)
        return key[0], self._rounds.get(key, key[1])


def _keys(lines: Iterable[SelfAssessment]) -> str:
    """Where they are, in words that a correction shares with what it corrects."""
    places = {(said.evaluation.zone_id, said.evaluation.year, said.indicator.number) for said in lines}
    return " ".join("/".join(map(str, place)) for place in sorted(places))


def _grouped(keys: Iterable[Key]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for number, key in keys:
        found[number].append(key)
    return found


def _opens(file: Attachment) -> bool:
    """Its bytes are there, and what has pages or is a picture can be drawn."""
    path = filestore.path_of(file.sha256)
    if not path.exists() or path.stat().st_size != file.size:
        return False
    if file.is_held:  # what the virus scanner has not looked at yet is drawn by nobody, and is no fault
        return not file.is_infected
    return not file.has_preview or pictures.picture_of(file, width=pictures.THUMBNAIL) is not None
