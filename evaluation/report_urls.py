from django.urls import path

from .views import brief, report_runs, report_templates, report_texts
from .views import reports as views

report_patterns = [
    path("", views.report_list, name="report_list"),
    path("brief/", brief.monthly_brief, name="monthly_brief"),
    path("new/", views.report_create, name="report_create"),
    path("<int:pk>/", views.report_detail, name="report_detail"),
    path("<int:pk>/download/", views.report_download, name="report_download"),
    path("<int:pk>/retry/", views.report_retry, name="report_retry"),
    path("<int:pk>/figures/<int:number>/", views.report_figure, name="report_figure"),
    path("<int:pk>/text/", report_texts.report_text, name="report_text"),
    path("<int:pk>/text/<slug:part>/", report_texts.report_text_save, name="report_text_save"),
    path("schedule/", report_runs.report_schedule, name="report_schedule"),
    path("templates/", report_templates.template_list, name="report_template_list"),
    path("templates/standard/", report_templates.template_standard, name="report_template_standard"),
    path("templates/standard/use/", report_templates.template_use_standard, name="report_template_use_standard"),
    path("templates/<int:pk>/", report_templates.template_download, name="report_template_download"),
    path("templates/<int:pk>/preview/", report_templates.template_preview, name="report_template_preview"),
    path("templates/<int:pk>/use/", report_templates.template_use, name="report_template_use"),
    path("templates/<int:pk>/delete/", report_templates.template_delete, name="report_template_delete"),
    path("runs/", report_runs.run_list, name="run_list"),
    path("runs/<int:pk>/", report_runs.run_detail, name="run_detail"),
    path("runs/<int:pk>/pause/", report_runs.run_pause, name="run_pause"),
    path("runs/<int:pk>/resume/", report_runs.run_resume, name="run_resume"),
    path("runs/<int:pk>/cancel/", report_runs.run_cancel, name="run_cancel"),
    path("runs/<int:pk>/retry/", report_runs.run_retry, name="run_retry"),
    path("runs/<int:pk>/download/", report_runs.run_download, name="run_download"),
]
