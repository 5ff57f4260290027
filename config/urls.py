"""The site map."""

from importlib import import_module
from pathlib import Path

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

import consortium.api
import consortium.views



def find_spec(name):
    return (Path(__file__).parent.parent / (name.replace(".", "/") + ".py")).exists()


# TEMPORARY while the rooms are being built: takes in what is there
routes = [*consortium.api.routes]
pages = []
for name in ("zones.api", "tasks.api", "evaluation.api", "evaluation.report_api"):
    if find_spec(name):
        routes += import_module(name).routes
for name in ("zones", "tasks"):
    if find_spec(f"{name}.urls"):
        pages.append(path(f"{name}/", include(f"{name}.urls")))
if find_spec("evaluation.urls"):
    pages.append(path("evaluation/", include((import_module("evaluation.urls").evaluation_patterns, "evaluation"))))
if find_spec("evaluation.report_urls"):
    pages.append(path("reports/", include((import_module("evaluation.report_urls").report_patterns, "reports"))))
if find_spec("evaluation.views.home"):
    pages.append(path("", import_module("evaluation.views.home").home, name="home"))

router = SimpleRouter()
for prefix, viewset in routes:
    router.register(prefix, viewset, basename=prefix)

urlpatterns = [
    *pages,
    path("consortium/", include("consortium.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("healthz", consortium.views.healthz, name="healthz"),
    path("readyz", consortium.views.readyz, name="readyz"),
    path("api/v1/me/", consortium.api.me, name="me"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path("api/docs/", login_not_required(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
]
