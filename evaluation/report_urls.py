from django.urls import path

from .views import brief
from .views import reports as views

report_patterns = [
    path("", views.report_list, name="report_list"),
    path("brief/", brief.monthly_brief, name="monthly_brief"),
    path("new/", views.report_create, name="report_create"),
    path("<int:pk>/", views.report_detail, name="report_detail"),
    path("<int:pk>/download/", views.report_download, name="report_download"),
    path("<int:pk>/retry/", views.report_retry, name="report_retry"),
]
