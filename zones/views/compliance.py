"""What breaks which rule, why it stands, and the rules themselves."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consortium import personal
from consortium.keyset import Page
from consortium.lists import PAGE_SIZE, Column, Link, Tally, xlsx_file
from consortium.permissions import require
from consortium.services.spreadsheets import FoundTable

from .. import services
from ..compliance import PACKS, REGIONS, Breach, Severity, breaches, look
from ..forms.placements import AnswerForm, BreachFilterForm
from ..models import ChosenPack, Placement
from .pages import form_page
from .placements import get_placement

COLUMNS = [
    Column(gettext_lazy("Rule"), "rule.name"),
    Column(gettext_lazy("Severity"), lambda breach: breach.rule.severity.label),
    Column(gettext_lazy("Day"), "day"),
    Column(gettext_lazy("What was found"), "sentence"),
    Column(gettext_lazy("Student"), lambda breach: personal.masked(breach.placement.student, "name")),
    Column(gettext_lazy("Enterprise"), "placement.enterprise.name"),
    Column(gettext_lazy("Zone"), "placement.zone.name"),
    Column(gettext_lazy("Answer"), lambda breach: breach.answer.reason if breach.answer else ""),
]


def breach_list(request: HttpRequest) -> HttpResponse:
    """Computed when it is asked for, in one query; the file holds exactly what is filtered, students masked."""
    require(request.user, "placement.see")
    form = BreachFilterForm(request.GET, request=request)
    if not form.is_valid() and {"zone", "enterprise"} & set(form.errors):
        raise Http404
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    paths = {"zone": "zone", "enterprise": "post__enterprise"}
    known = breaches(request.user, **{paths[name]: chosen[name] for name in paths if name in chosen})
    by_all_but_rule = [breach for breach in known if _fits(breach, {**chosen, "rule": ""})]
    found = [breach for breach in by_all_but_rule if _fits(breach, chosen)]
    if request.GET.get("export") == "xlsx":
        return _export(look(found, request.user))
    page = _page(found, request.GET.get("page", ""))
    look(page.object_list, request.user)  # type: ignore[arg-type]
    context = {
        "filter": {"form": form},
        "filtered": bool(chosen),
        "tally": _tally(request, by_all_but_rule, chosen.get("rule", "")),
        "page": page,
        "count": len(found),
        "columns": COLUMNS,
        "export_url": _query(request, export="xlsx"),
        "open": sum(breach.can_be_answered for breach in found),
        "open_url": _query(request, severity="warn", answered="no"),
        "blocked": sum(breach.rule.severity == Severity.BLOCK for breach in found),
        "blocked_url": _query(request, severity="block"),
    }
    return render(request, "zones/breach_list.html", context)


def _fits(breach: Breach, chosen: dict[str, Any]) -> bool:
    answered = {"yes": True, "no": False}.get(chosen.get("answered", ""))
    return (
        chosen.get("rule", "") in ("", breach.rule.key)
        and chosen.get("severity", "") in ("", breach.rule.severity)
        and answered in (None, breach.answer is not None)
    )


def _tally(request: HttpRequest, found: list[Breach], chosen: str) -> Tally | None:
    """How often each rule is broken, the other filters in force."""
    counts = Counter(breach.rule.key for breach in found)
    rules = [rule for pack in PACKS.values() for rule in pack.rules if counts[rule.key] or rule.key == chosen]
    links = [
        Link(_query(request, rule=rule.key), rule.name, rule.key, counts[rule.key], rule.key == chosen)
        for rule in rules
    ]
    tally = Tally("rule", _("Rule"), len(found), _query(request, rule=""), links)
    return tally if tally.is_shown else None


def _page(found: list[Breach], asked: str) -> Page:
    """A page of what is computed anyway, by its number."""
    last = max(-(-len(found) // PAGE_SIZE), 1)
    number = min(max(int(asked) if asked.isdecimal() and len(asked) < 7 else 1, 1), last)
    start = (number - 1) * PAGE_SIZE
    return Page(
        found[start : start + PAGE_SIZE],  # type: ignore[arg-type]
        start + 1,
        previous=str(number - 1) if number > 1 else "",
        next=str(number + 1) if number < last else "",
    )


def _query(request: HttpRequest, **more: str) -> str:
    query = request.GET.copy()
    for name in ("page", "export", *more):
        query.pop(name, None)
    query.update({name: value for name, value in more.items() if value})
    return f"?{query.urlencode()}"


def _export(found: list[Breach]) -> HttpResponse:
    table = FoundTable(_("Compliance"), COLUMNS, Placement.objects.none(), found=found)
    return xlsx_file(table, table.numbers(), masked=True)


def breach_answer(request: HttpRequest, pk: int, rule: str, day: str) -> HttpResponse:
    """Say why a warning stands, with what was found as it is now in sight."""
    placement = get_placement(request, pk)
    require(request.user, "breach_answer.add", placement)
    broken = breaches(request.user, pk=placement.pk)
    breach = next((row for row in broken if row.rule.key == rule and row.day.isoformat() == day), None)
    if breach is None:
        messages.info(request, _("The records have changed: this breaks no rule any more."))
        return redirect(placement)
    form = AnswerForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: services.answer_breach(breach, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=f"{breach.rule.name}{_(': ')}{breach.sentence}",
        back=placement,
        label=_("Answer"),
    )


def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule with its text, source and time in force, and which regions' rules the consortium has chosen."""
    require(request.user, "chosen_pack.see")
    chosen = set(ChosenPack.objects.visible_to(request.user).values_list("pack", flat=True))
    packs = [(pack, pack not in REGIONS or pack.code in chosen, pack in REGIONS) for pack in PACKS.values()]
    return render(request, "zones/rule_list.html", {"packs": packs})


@require_POST
def pack_choose(request: HttpRequest, pack: str) -> HttpResponse:
    if pack not in {region.code for region in REGIONS}:
        raise Http404
    require(request.user, "chosen_pack.change")
    chosen = request.POST.get("chosen") == "yes"
    services.choose_pack(request.user.affiliation.consortium, pack, chosen, by=request.user)
    return redirect(reverse("zones:rule_list"))
