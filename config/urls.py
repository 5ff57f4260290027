"""The site map."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.urls import urlpatterns as allauth_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

import consortium.api
import consortium.council_api
import evaluation.api
import evaluation.report_api
import evaluation.standard_api
import tasks.api
import zones.api
from consortium.views import oidc, probes
from evaluation.report_urls import report_patterns
from evaluation.urls import evaluation_patterns
from evaluation.views.home import home

router = SimpleRouter()
for app in (
    consortium.api, consortium.council_api, zones.api, tasks.api, evaluation.api, evaluation.report_api,
    evaluation.standard_api,
):  # fmt: skip
    for prefix, viewset in app.routes:
        router.register(prefix, viewset, basename=prefix)

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as the library asks for it
admin.site.unregister([SocialAccount, SocialApp, SocialToken])  # links are made by who is signed in, never by others
admin.site.unregister(Authenticator)  # its secrets are nobody's to read; `reset_second_factor` leaves a line of history

urlpatterns = [
    path("", home, name="home"),
    path("consortium/", include("consortium.urls")),
    path("zones/", include("zones.urls")),
    path("tasks/", include("tasks.urls")),
    path("evaluation/", include((evaluation_patterns, "evaluation"))),
    path("reports/", include((report_patterns, "reports"))),
    path("accounts/oidc/", oidc.oidc_sign_in, name="oidc_sign_in"),
    path("accounts/oidc/link/", oidc.oidc_link, name="oidc_link"),
    path("accounts/oidc/unlink/", oidc.oidc_unlink, name="oidc_unlink"),
    path("accounts/oidc/callback/", oidc.oidc_callback, name="oidc_callback"),
    # the library's pages of signing up by others, and of what is linked to whom, are not there
    path(
        "accounts/",
        include([row for row in allauth_patterns if not str(row.pattern).startswith(("3rdparty/", "social/"))]),
    ),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("api/v1/me/", consortium.api.me, name="me"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path("api/docs/", login_not_required(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
]
