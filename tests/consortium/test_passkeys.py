"""Passkeys as the second step, with a key made of software, and what nobody's browser would send."""

import json
import os
import re
from datetime import timedelta
from hashlib import sha256

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from consortium.models import HistoryEntry, PasswordTries

GOOD = "right-horse-battery"
ADD, CODE = "/accounts/2fa/webauthn/add/", "/accounts/2fa/authenticate/"
WRONG, UNREADABLE = "This code is wrong or was used before.", "This passkey cannot be read."
TOO_MANY = "Too many wrong codes or passkeys."
Flag = AuthenticatorData.FLAG
GARBAGE = [
    "", "x", "5", "[]", "[1]", "{}", "null", '"x"', '{"id": "x"}', '{"id": 1, "rawId": 2, "response": 3, "type": 4}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "attestationObject": "AA",'
    ' "authenticatorData": "AA", "signature": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA",'
    ' "authenticatorData": "", "signature": ""}}',
    json.dumps({"id": "\0"}), json.dumps({"id": "x" * 30_000}), "[" * 5000,
]  # fmt: skip


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


class Key:
    """A security key in software, as a browser at ``origin`` hands it on."""

    def __init__(self, origin: str = "http://localhost") -> None:
        self.origin, self.id, self.private = origin, os.urandom(32), ec.generate_private_key(ec.SECP256R1())
        self.place = sha256(b"localhost").digest()

    def made(self, options: dict) -> str:
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(self.place, Flag.UP | Flag.AT, 0, credential)
        return self.written(
            {
                "clientDataJSON": self.asked("webauthn.create", options),
                "attestationObject": AttestationObject.create("none", data, {}),
            }
        )

    def used(self, options: dict, spoil: bool = False) -> str:
        asked, data = self.asked("webauthn.get", options), AuthenticatorData.create(self.place, Flag.UP, 1)
        signature = self.private.sign(data + asked.hash + (b"x" if spoil else b""), ec.ECDSA(SHA256()))
        return self.written({"clientDataJSON": asked, "authenticatorData": data, "signature": signature})

    def asked(self, kind: str, options: dict) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["publicKey"]["challenge"]), self.origin)

    def written(self, response: dict[str, bytes]) -> str:
        name = websafe_encode(self.id)
        said = {part: websafe_encode(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})


def options_of(page: str) -> dict:
    found = json.loads(re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)[1])
    return found.get("creation_options") or found["request_options"]


def here() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def somebody(secretariat):
    secretariat.set_password(GOOD)
    secretariat.save()
    return secretariat


def sign_in(user) -> Client:
    client = here()
    client.post("/accounts/login/", {"login": user.username, "password": GOOD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/consortium/profile/").status_code == 200


def add(client: Client, key: Key, name: str = "办公室电脑"):
    client.post("/accounts/reauthenticate/", {"password": GOOD})
    options = options_of(client.get(ADD).content.decode())
    return client.post(ADD, {"name": name, "credential": key.made(options)})


@pytest.fixture
def key(somebody) -> Key:
    key = Key()
    assert add(sign_in(somebody), key).url == "/accounts/2fa/recovery-codes/"
    return key


def test_a_passkey_opens_where_the_password_alone_does_not(somebody, key):
    client = sign_in(somebody)
    assert not is_in(client)
    options = options_of(client.get(CODE).content.decode())
    assert client.post(CODE, {"credential": key.used(options)}).url == "/"
    assert is_in(client)


@pytest.mark.parametrize(
    "how", ["another key", "another's signature", "another site", "an answer used before", "nobody asked"]
)
def test_what_the_key_did_not_say_here_and_now_opens_nothing(somebody, key, how):
    client = sign_in(somebody)
    options = options_of(client.get(CODE).content.decode())
    answer = key.used(options)
    if how == "another key":
        answer = Key().used(options)
    elif how == "another's signature":
        answer = key.used(options, spoil=True)
    elif how == "another site":
        key.origin = "https://consortium.example.org"
        answer = key.used(options)
    elif how == "an answer used before":
        client.post(CODE, {"credential": answer})
        client = sign_in(somebody)
        client.get(CODE)
    else:
        client = sign_in(somebody)
    assert WRONG in client.post(CODE, {"credential": answer}).content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("sent", GARBAGE, ids=range(len(GARBAGE)))
def test_what_no_browser_sends_is_refused_in_a_sentence(somebody, key, sent):
    client = sign_in(somebody)
    client.get(CODE)
    answer = client.post(CODE, {"credential": sent})
    assert answer.status_code == 200
    assert 'class="note note-bad" role="alert">' in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("sent", GARBAGE, ids=range(len(GARBAGE)))
def test_what_is_no_passkey_is_not_added(somebody, sent):
    client = sign_in(somebody)
    client.post("/accounts/reauthenticate/", {"password": GOOD})
    client.get(ADD)
    answer = client.post(ADD, {"name": "x", "credential": sent})
    assert (answer.status_code, Authenticator.objects.count()) == (200, 0)
    assert 'class="errsum"' in answer.content.decode()


def test_a_passkey_is_added_once_named_and_removed(somebody, key):
    client = sign_in(somebody)
    client.post(CODE, {"credential": key.used(options_of(client.get(CODE).content.decode()))})
    client.post("/accounts/reauthenticate/", {"password": GOOD})
    row = Authenticator.objects.get(type="webauthn")
    assert "办公室电脑" in client.get("/accounts/2fa/webauthn/").content.decode()
    edit, remove = (f"/accounts/2fa/webauthn/keys/{row.pk}/{act}/" for act in ("edit", "remove"))
    assert client.post(edit, {"name": ""}).status_code == 200
    assert client.post(edit, {"name": "x" * 61}).status_code == 200
    client.post(edit, {"name": "<b>家里</b>"})
    assert "&lt;b&gt;家里&lt;/b&gt;" in client.get(remove).content.decode()
    client.post(remove)
    assert Authenticator.objects.count() == 0
    acts = HistoryEntry.objects.of(somebody).order_by("pk").values_list("what", flat=True)
    assert [act for act in acts if act != "signed in"] == [
        "webauthn added", "webauthn removed", "recovery_codes removed",
    ]  # fmt: skip


def test_anothers_passkey_is_nobodys(somebody, key, partner):
    partner.set_password(GOOD)
    partner.save()
    rival, row = sign_in(partner), Authenticator.objects.get(type="webauthn")
    rival.post("/accounts/reauthenticate/", {"password": GOOD})
    for act in ("edit", "remove"):
        assert rival.post(f"/accounts/2fa/webauthn/keys/{row.pk}/{act}/", {"name": "mine"}).status_code == 404
    assert "办公室电脑" not in rival.get("/accounts/2fa/webauthn/").content.decode()
    row.refresh_from_db()
    assert row.wrap().name == "办公室电脑"


def test_before_a_change_the_passkey_says_again_that_it_is_you(somebody, key):
    client = sign_in(somebody)
    client.post(CODE, {"credential": key.used(options_of(client.get(CODE).content.decode()))})
    assert client.get(ADD).url.startswith("/accounts/reauthenticate/")
    again = "/accounts/2fa/webauthn/reauthenticate/?next=" + ADD
    options = options_of(client.get(again).content.decode())
    assert client.post(again, {"credential": key.used(options)}).url == ADD
    assert client.get(ADD).status_code == 200


def test_whoever_must_have_a_second_step_may_add_a_passkey(settings, somebody):
    settings.MFA_REQUIRED_ROLES = frozenset({"secretariat"})
    client = sign_in(somebody)
    assert client.get("/").url == "/accounts/2fa/"
    add(client, Key())
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")


def test_whoever_has_an_app_only_is_not_offered_a_passkey(somebody):
    Authenticator.objects.create(user=somebody, type="totp", data={"secret": "x"})
    assert 'id="use_passkey"' not in sign_in(somebody).get(CODE).content.decode()


def answer(client: Client, key: Key, **how: bool) -> str:
    """What is said to the key's answer to what the page asks now."""
    options = options_of(client.get(CODE).content.decode())
    page = client.post(CODE, {"credential": key.used(options, **how)})
    return "in" if page.status_code == 302 else page.content.decode()


def tries_of(user) -> list[str]:
    return list(HistoryEntry.objects.of(user).filter(what__startswith="wrong").values_list("what", flat=True))


def test_five_refused_passkeys_and_codes_are_looked_at_and_then_not_even_the_right_key(somebody, key):
    client = sign_in(somebody)
    for _try in range(3):
        assert WRONG in answer(client, key, spoil=True)
    assert WRONG in client.post(CODE, {"code": "000000"}).content.decode()
    assert WRONG in client.post(CODE, {"credential": '{"id": "AA", "rawId": "AA"}'}).content.decode()
    assert TOO_MANY in answer(client, key)
    other = sign_in(somebody)  # the password is known, and still it is one count
    assert TOO_MANY in answer(other, key)
    assert TOO_MANY in other.post(CODE, {"code": "000000"}).content.decode()
    assert sorted(tries_of(somebody)) == ["wrong code", *["wrong passkey"] * 4]
    PasswordTries.objects.update(last_at=timezone.now() - timedelta(minutes=16))
    assert answer(other, key) == "in"


def test_the_right_passkey_begins_the_count_anew(somebody, key):
    for _time in range(2):
        client = sign_in(somebody)
        for _try in range(4):
            assert WRONG in answer(client, key, spoil=True)
        assert answer(client, key) == "in"


def test_control_with_the_librarys_form_the_sixth_is_looked_at_and_nothing_remembered(settings, somebody, key):
    settings.MFA_FORMS = {
        **settings.MFA_FORMS,
        "authenticate_webauthn": f"{AuthenticateWebAuthnForm.__module__}.AuthenticateWebAuthnForm",
    }
    client = sign_in(somebody)
    for _try in range(6):
        assert WRONG in answer(client, key, spoil=True)
    assert answer(client, key) == "in"
    assert tries_of(somebody) == []
