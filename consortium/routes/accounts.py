"""Signing in, one's own home and what nobody needs to sign in for."""

from .kinds import OPERATOR, OWN, PUBLIC, Route

ROUTES: dict[str, Route] = {
    "home": OWN,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,
    "account_reauthenticate": PUBLIC,
    "account_email": OWN,
    "account_email_verification_sent": PUBLIC,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_confirm_email": PUBLIC,
    "usersessions_list": OWN,
    "set_language": PUBLIC,
    "healthz": PUBLIC,
    "metrics": PUBLIC,
    "readyz": PUBLIC,
    "schema": PUBLIC,
    "docs": PUBLIC,
    "admin": OPERATOR,
    "me": OWN,
}
