"""Signing in by OpenID Connect: what the library leaves open or does more loosely than OpenID Connect Core 1.0 asks.

The code flow with state, PKCE and nonce. The ID token's signature is checked although it comes over TLS, and only its
``sub`` is used and kept: no name, no address, no token.
"""

import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_urlsafe
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from .services import Refused
from .services.oidc import link

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS = 60  # seconds by which the two may differ
FAULTS = (RequestException, OAuth2Error)  # nobody answers; what is said is wrong


@contextmanager
def what_the_provider_says() -> Iterator[None]:
    """Whatever is missing or no such thing in it is one fault, and no fault of ours."""
    try:
        yield
    except RequestException:
        raise
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise OAuth2Error(str(error)) from error


class Flow(OpenIDConnectOAuth2Adapter):
    """One way there and back; ``state`` is what was noted in the session before."""

    state: dict[str, Any]

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, settings.OIDC_ISSUER)
        self.state = {}

    def get_provider(self) -> "Provider":
        return Provider(self.request, app=_app())

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("oidc_callback"))

    @property
    def openid_config(self) -> dict[str, Any]:
        with what_the_provider_says():
            config = super().openid_config
        if config.get("issuer", "").rstrip("/") != settings.OIDC_ISSUER:
            raise OAuth2Error("The provider calls itself otherwise than OIDC_ISSUER.")
        return config

    @property
    def authorize_url(self) -> str:
        with what_the_provider_says():
            return self.openid_config["authorization_endpoint"]

    @property
    def access_token_url(self) -> str:
        with what_the_provider_says():
            return self.openid_config["token_endpoint"]

    def parse_token(self, data: Any) -> SocialToken:
        with what_the_provider_says():
            return super().parse_token(data)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        with what_the_provider_says():
            claims = self._decode_id_token(app, kwargs["response"]["id_token"])
            return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims, when all checks of OpenID Connect Core 1.0, section 3.1.3.7, hold."""
        header = jwt.get_unverified_header(id_token)
        found = jwt.PyJWKSet.from_dict(self._read(self.openid_config["jwks_uri"])).keys
        keys = [key for key in found if header.get("kid") in (None, key.key_id)]
        if header.get("alg") not in ALGORITHMS or len(keys) != 1:
            raise OAuth2Error("The ID token names no key of the provider.")
        claims = jwt.decode(
            id_token, keys[0].key, algorithms=[header["alg"]], audience=app.client_id, leeway=CLOCKS,
            issuer=self.openid_config["issuer"], options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token is meant for somebody else.")
        if not hmac.compare_digest(str(claims.get("nonce", "")), self.state["nonce"]):
            raise OAuth2Error("The ID token answers another request.")
        return claims

    def _read(self, url: str) -> dict[str, Any]:
        with SocialAdapter().get_requests_session() as session:
            answer = session.get(url)
            answer.raise_for_status()
            return answer.json()


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Flow  # type: ignore[assignment]

    def get_oauth2_adapter(self, request: HttpRequest) -> Flow:
        return Flow(request)

    def redirect(self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any):
        nonce = token_urlsafe(32)
        return super().redirect(request, process, next_url, data, auth_params={"nonce": nonce}, nonce=nonce, **kwargs)

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class Callback(OAuth2CallbackView):
    adapter: Flow

    def _get_state(self, request: HttpRequest, provider: Provider) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, response


class SocialAdapter(DefaultSocialAccountAdapter):
    """One provider, that of the settings; nobody signs up by it, and a link is made by who is signed in."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        return Provider(request, app=_app())

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        return []  # none from the database, where an operator could name one

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(turn_back(request, _("You have not signed in there, and nothing was done.")))
        raise ImmediateHttpResponse(failed(request, exception))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_link(request, sociallogin))
        if not sociallogin.is_existing:
            sentence = _(
                "No account here is linked to this identity. Sign in with your password first, "
                "then link it on the page of your profile."
            )
            raise ImmediateHttpResponse(turn_back(request, sentence))


def _link(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    user = request.user
    if not user.is_authenticated or user.pk != sociallogin.state.get("data"):  # somebody else has signed in meanwhile
        return failed(request, None)
    try:
        link(user, sociallogin.account.uid)
    except Refused as refusal:
        return turn_back(request, str(refusal))
    messages.success(request, _("Linked. From now on you can sign in by %(name)s.") % {"name": settings.OIDC_NAME})
    return redirect("consortium:profile")


def failed(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    """Where one goes on when it did not work: the log says the kind of the fault, the page what to do."""
    log.warning("Signing in by OpenID Connect failed: %s", type(exception).__name__ if exception else "no such request")
    if isinstance(exception, RequestException):
        sentence = _("%(name)s does not answer. Your password works as before.")
    else:
        sentence = _("%(name)s could not confirm who you are. Try again; your password works as before.")
    return turn_back(request, sentence % {"name": settings.OIDC_NAME})


def turn_back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("consortium:profile" if request.user.is_authenticated else "account_login")


def _app() -> SocialApp:
    """The issuer stands with each link: what another one calls by the same ``sub`` is somebody else."""
    return SocialApp(
        provider=Provider.id, provider_id=settings.OIDC_ISSUER, name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID, secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True, "scope": ["openid"]},
    )  # fmt: skip
