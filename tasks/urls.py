from django.urls import path

from . import views

app_name = "tasks"
urlpatterns = [
    path("", views.plan_list, name="plan_list"),
    path("plans/new/", views.plan_create, name="plan_create"),
    path("plans/import/", views.plan_import, name="plan_import"),
    path("plans/import/accept/", views.plan_accept, name="plan_accept"),
    path("plans/<int:pk>/", views.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/edit/", views.plan_update, name="plan_update"),
    path("plans/<int:pk>/table.<str:kind>", views.plan_export, name="plan_export"),
    path("plans/<int:pk>/summary.pdf", views.plan_summary, name="plan_summary"),
    path("plans/<int:pk>/missing/", views.missing_months, name="missing_months"),
    path("plans/<int:pk>/tasks/new/", views.task_create, name="task_create"),
    path("tasks/<int:pk>/", views.task_detail, name="task_detail"),
    path("tasks/<int:pk>/edit/", views.task_update, name="task_update"),
    path("tasks/<int:pk>/targets/new/", views.target_create, name="target_create"),
    path("tasks/<int:pk>/targets/propose/", views.target_propose, name="target_propose"),
    path("targets/<int:pk>/edit/", views.target_update, name="target_update"),
    path("targets/<int:pk>/remove/", views.target_remove, name="target_remove"),
    path("tasks/<int:pk>/milestones/new/", views.milestone_create, name="milestone_create"),
    path("milestones/<int:pk>/", views.milestone_detail, name="milestone_detail"),
    path("milestones/<int:pk>/edit/", views.milestone_update, name="milestone_update"),
    path("milestones/<int:pk>/report/", views.milestone_report, name="milestone_report"),
    path("milestones/<int:pk>/review/", views.milestone_review, name="milestone_review"),
    path("calendar/", views.calendar_link, name="calendar_link"),
    path("calendar/revoke/", views.calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:secret>.ics", views.calendar_feed, name="calendar_feed"),
    path("supervisions/", views.supervision_list, name="supervision_list"),
    path("supervisions/new/", views.supervision_create, name="supervision_create"),
    path("supervisions/<int:pk>/", views.supervision_detail, name="supervision_detail"),
    path("supervisions/<int:pk>/sheet.pdf", views.supervision_sheet, name="supervision_sheet"),
    path("supervisions/<int:pk>/answer/", views.supervision_answer, name="supervision_answer"),
    path("supervisions/<int:pk>/close/", views.supervision_close, name="supervision_close"),
    path("supervisions/<int:pk>/return/", views.supervision_return, name="supervision_return"),
]
