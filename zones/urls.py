from django.urls import URLPattern, path

from . import views
from .models import PAPERS, REGISTERS, Outcome


def decisions(thing: str) -> list[URLPattern]:
    """Verifying one or many, rejecting and opening again: the same for outcomes and registers."""
    segment, more = segment_of(thing), {"thing": thing}
    return [
        path(f"{segment}verify/", views.records_verify, more, name=f"{thing}_verify_many"),
        path(f"{segment}<int:pk>/verify/", views.record_verify, more, name=f"{thing}_verify"),
        path(f"{segment}<int:pk>/reject/", views.record_reject, more, name=f"{thing}_reject"),
        path(f"{segment}<int:pk>/reopen/", views.record_reopen, more, name=f"{thing}_reopen"),
    ]


def register(thing: str) -> list[URLPattern]:
    """The addresses of one register, ``technical-services/…`` for ``technical_service``."""
    segment, more = segment_of(thing), {"thing": thing}
    return [
        path(segment, views.register_list, more, name=f"{thing}_list"),
        path(f"{segment}new/", views.register_create, more, name=f"{thing}_create"),
        path(f"{segment}<int:pk>/", views.register_detail, more, name=f"{thing}_detail"),
        path(f"{segment}<int:pk>/edit/", views.register_update, more, name=f"{thing}_update"),
        *decisions(thing),
    ]


def delivery(thing: str) -> list[URLPattern]:
    """Delivering, accepting and returning: the same for projects and modules."""
    segment, more = segment_of(thing), {"thing": thing}
    return [
        path(f"{segment}<int:pk>/deliver/", views.work_deliver, more, name=f"{thing}_deliver"),
        path(f"{segment}<int:pk>/accept/", views.work_accept, more, name=f"{thing}_accept"),
        path(f"{segment}<int:pk>/return/", views.work_return, more, name=f"{thing}_return"),
    ]


def segment_of(thing: str) -> str:
    return f"{thing.replace('_', '-')}s/"


def paper(thing: str) -> list[URLPattern]:
    """The addresses of one kind of papers of students, ``insurances/…`` for ``insurance``."""
    segment, more = segment_of(thing), {"thing": thing}
    return [
        path(f"students/<int:pk>/{segment}new/", views.paper_create, more, name=f"{thing}_create"),
        path(f"{segment}<int:pk>/", views.paper_detail, more, name=f"{thing}_detail"),
        path(f"{segment}<int:pk>/edit/", views.paper_update, more, name=f"{thing}_update"),
    ]


app_name = "zones"
urlpatterns = [
    path("", views.zone_list, name="zone_list"),
    path("new/", views.zone_create, name="zone_create"),
    path("<int:pk>/", views.zone_detail, name="zone_detail"),
    path("<int:pk>/edit/", views.zone_update, name="zone_update"),
    path("<int:pk>/move/<slug:to>/", views.zone_move, name="zone_move"),
    path("<int:pk>/records/", views.zone_records, name="zone_records"),
    path("<int:pk>/partners/add/", views.partner_add, name="partner_add"),
    path("<int:pk>/charters/", views.charter_list, name="charter_list"),
    path("<int:pk>/charters/new/", views.charter_create, name="charter_create"),
    path("charters/<int:pk>/", views.charter_detail, name="charter_detail"),
    path("charters/<int:pk>/edit/", views.charter_update, name="charter_update"),
    path("charters/<int:pk>/agree/", views.charter_agree, name="charter_agree"),
    path("<int:pk>/goals/<slug:kind>/new/", views.goal_create, name="goal_create"),
    path("goals/<int:pk>/", views.goal_detail, name="goal_detail"),
    path("goals/<int:pk>/edit/", views.goal_update, name="goal_update"),
    path("<int:pk>/months/", views.month_list, name="month_list"),
    path("<int:pk>/months/<int:year>/<int:month>/close/", views.month_close, name="month_close"),
    path("months/<int:pk>/open/", views.month_open, name="month_open"),
    path("hours/no-work/", views.no_work_declare, name="no_work_declare"),
    path("no-work/<int:pk>/withdraw/", views.no_work_withdraw, name="no_work_withdraw"),
    path("partners/<int:pk>/end/", views.partner_end, name="partner_end"),
    path("<int:pk>/seconded/add/", views.seconded_add, name="seconded_add"),
    path("seconded/<int:pk>/", views.seconded_detail, name="seconded_detail"),
    path("seconded/<int:pk>/edit/", views.seconded_update, name="seconded_update"),
    path("seconded/<int:pk>/end/", views.seconded_end, name="seconded_end"),
    path("classes/", views.class_list, name="class_list"),
    path("classes/new/", views.class_create, name="class_create"),
    path("classes/<int:pk>/", views.class_detail, name="class_detail"),
    path("classes/<int:pk>/edit/", views.class_update, name="class_update"),
    path("classes/<int:pk>/move/<slug:to>/", views.class_move, name="class_move"),
    path("classes/<int:pk>/recruiting/", views.class_recruiting, name="class_recruiting"),
    path("classes/<int:pk>/letters/", views.class_letters, name="class_letters"),
    path("classes/<int:pk>/criteria/", views.class_criteria, name="class_criteria"),
    path("classes/<int:pk>/points/", views.class_points, name="class_points"),
    path("classes/<int:pk>/tie/", views.class_tie, name="class_tie"),
    path("classes/<int:pk>/admit/", views.class_admit, name="class_admit"),
    path("classes/<int:pk>/take-back/", views.class_take_back, name="class_take_back"),
    path("classes/<int:pk>/applications/new/", views.application_create, name="application_create"),
    path("classes/<int:pk>/applications/paste/", views.applications_paste, name="applications_paste"),
    path("applications/<int:pk>/end/", views.application_end, name="application_end"),
    path("applications/<int:pk>/exception/", views.application_exception, name="application_exception"),
    path("classes/<int:pk>/mentors/add/", views.mentor_add, name="mentor_add"),
    path("classes/<int:pk>/place/", views.class_place, name="class_place"),
    path("classes/<int:pk>/disclose/", views.class_disclose, name="class_disclose"),
    path("classes/<int:pk>/students/new/", views.student_create, name="student_create"),
    path("students/", views.student_list, name="student_list"),
    path("students/<int:pk>/", views.student_detail, name="student_detail"),
    path("students/<int:pk>/reveal/", views.student_reveal, name="student_reveal"),
    path("students/<int:pk>/file/", views.student_file, name="student_file"),
    path("students/<int:pk>/erase/", views.student_erase, name="student_erase"),
    *(address for model in PAPERS for address in paper(model.THING)),
    path("mentors/<int:pk>/remove/", views.mentor_remove, name="mentor_remove"),
    path("enrollments/<int:pk>/leave/", views.enrollment_leave, name="enrollment_leave"),
    path("projects/", views.project_list, name="project_list"),
    path("projects/new/", views.project_create, name="project_create"),
    path("projects/<int:pk>/", views.project_detail, name="project_detail"),
    path("projects/<int:pk>/edit/", views.project_update, name="project_update"),
    path("projects/<int:pk>/begin/", views.project_begin, name="project_begin"),
    *delivery("project"),
    path("projects/<int:pk>/modules/add/", views.module_add, name="module_add"),
    path("projects/<int:pk>/members/add/", views.member_add, name="member_add"),
    path("modules/<int:pk>/remove/", views.module_remove, name="module_remove"),
    *delivery("module"),
    path("members/<int:pk>/remove/", views.member_remove, name="member_remove"),
    path("hours/", views.hours_list, name="hours_list"),
    path("hours/months/", views.hour_months, name="hour_months"),
    path("hours/new/", views.hours_create, name="hours_create"),
    path("hours/week/", views.hours_week, name="hours_week"),
    path("hours/countersign/", views.hours_countersign, name="hours_countersign"),
    path("hours/<int:pk>/", views.hours_detail, name="hours_detail"),
    path("hours/<int:pk>/edit/", views.hours_update, name="hours_update"),
    path("hours/<int:pk>/submit/", views.hours_submit, name="hours_submit"),
    path("hours/<int:pk>/remove/", views.hours_delete, name="hours_delete"),
    path("hours/<int:pk>/correct/", views.hours_correct, name="hours_correct"),
    path("hour-imports/", views.hour_import_list, name="hour_import_list"),
    path("hour-imports/new/", views.hour_import_create, name="hour_import_create"),
    path("hour-imports/template/", views.hour_import_template, name="hour_import_template"),
    path("hour-imports/<int:pk>/", views.hour_import_detail, name="hour_import_detail"),
    path("hour-imports/<int:pk>/accept/", views.hour_import_accept, name="hour_import_accept"),
    path("enterprises/<int:pk>/ledger/", views.enterprise_ledger, name="enterprise_ledger"),
    path("enterprises/<int:pk>/ledger/pdf/", views.enterprise_ledger_pdf, name="enterprise_ledger_pdf"),
    path("enterprises/<int:pk>/ledger/listing/new/", views.listing_create, name="listing_create"),
    path("cultivation-listings/<int:pk>/edit/", views.listing_update, name="listing_update"),
    path("enterprises/<int:pk>/ledger/surcharges/new/", views.surcharge_create, name="surcharge_create"),
    path("surcharge-years/<int:pk>/edit/", views.surcharge_update, name="surcharge_update"),
    path("enterprises/<int:pk>/ledger/rates/new/", views.hourly_rate_create, name="hourly_rate_create"),
    path("hourly-rates/<int:pk>/edit/", views.hourly_rate_update, name="hourly_rate_update"),
    path("registers/", views.register_index, name="register_index"),
    *(address for model in REGISTERS for address in register(model.THING)),
    path("outcomes/", views.outcome_list, name="outcome_list"),
    path("outcomes/new/", views.outcome_create, name="outcome_create"),
    path("outcomes/<int:pk>/", views.outcome_detail, name="outcome_detail"),
    path("outcomes/<int:pk>/edit/", views.outcome_update, name="outcome_update"),
    path("outcomes/<int:pk>/convert/", views.outcome_convert, name="outcome_convert"),
    *decisions(Outcome.THING),
    path("credit-conversions/", views.conversion_list, name="conversion_list"),
    path("credit-conversions/<int:pk>/cancel/", views.conversion_cancel, name="conversion_cancel"),
    path("credit-rules/", views.credit_rule_list, name="credit_rule_list"),
    path("credit-rules/new/", views.credit_rule_create, name="credit_rule_create"),
    path("credit-rules/cap/", views.credit_table_update, name="credit_table_update"),
    path("credit-rules/<int:pk>/edit/", views.credit_rule_update, name="credit_rule_update"),
    path("credit-rules/<int:pk>/remove/", views.credit_rule_remove, name="credit_rule_remove"),
    path("placements/", views.placement_list, name="placement_list"),
    path("placements/new/", views.placement_create, name="placement_create"),
    path("placements/<int:pk>/", views.placement_detail, name="placement_detail"),
    path("placements/<int:pk>/edit/", views.placement_update, name="placement_update"),
    path("placements/<int:pk>/end/", views.placement_end, name="placement_end"),
    path("placements/<int:pk>/answer/<str:rule>/<str:day>/", views.breach_answer, name="breach_answer"),
    path("attendances/<int:pk>/remove/", views.attendance_remove, name="attendance_remove"),
    path("posts/", views.post_list, name="post_list"),
    path("posts/new/", views.post_create, name="post_create"),
    path("posts/<int:pk>/edit/", views.post_update, name="post_update"),
    path("staff-counts/", views.staff_count_list, name="staff_count_list"),
    path("staff-counts/new/", views.staff_count_create, name="staff_count_create"),
    path("staff-counts/<int:pk>/edit/", views.staff_count_update, name="staff_count_update"),
    path("compliance/", views.breach_list, name="breach_list"),
    path("compliance/rules/", views.rule_list, name="rule_list"),
    path("compliance/rules/<slug:pack>/choose/", views.pack_choose, name="pack_choose"),
]
