"""Two at once on a database with row locks: an invitation works once, and somebody stays the secretariat."""

from collections.abc import Callable

import pytest
from django.db import connection

from consortium.models import Affiliation, Invitation, User
from consortium.services.people import accept, end_role, find_invitation, invite, join, send_again, withdraw

from ..together import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]
ADDRESS = "new@example.invalid"
LATE = "This invitation was accepted or withdrawn meanwhile."


def invited(by: User, organization, email: str = ADDRESS) -> Invitation:
    invitation = Invitation(name="新", email=email, organization=organization, role="mentor")
    invite(invitation, days=7, by=by)
    return invitation


def test_of_four_who_come_in_by_one_link_at_once_one_is_in(secretariat, enterprise):
    secret = invited(secretariat, enterprise).secret

    def come(number: int) -> Callable[[], object]:
        found = find_invitation(secret)
        return lambda: join(User(username=f"new{number}", name="新"), found, password="a-long-password")

    said = at_once(*(come(number) for number in range(4)))
    assert (said[0], set(said[1:]) - {LATE, "This invitation has been accepted already."}) == ("", set())
    assert User.objects.filter(email=ADDRESS).count() == 1
    assert Affiliation.objects.filter(role="mentor").count() == 1


def test_of_two_yeses_of_one_person_at_once_one_gives_the_role(secretariat, partner, college):
    secret = invited(secretariat, college, partner.email).secret
    rows = [(find_invitation(secret), User.objects.get(pk=partner.pk)) for _time in range(2)]
    assert at_once(*(lambda row=row: accept(row[0], by=row[1]) for row in rows))[0] == ""
    assert partner.affiliations.filter(role="mentor").count() == 1


def test_an_invitation_is_either_accepted_or_withdrawn(secretariat, enterprise):
    for number in range(5):
        invitation = invited(secretariat, enterprise, f"{number}@example.invalid")
        found = find_invitation(invitation.secret)
        user = User(username=f"new{number}", name="新")
        said = at_once(
            lambda found=found, user=user: join(user, found, password="a-long-password"),
            lambda row=invitation: withdraw(row, by=secretariat),
        )
        assert (said[0], bool(said[1])) == ("", True)
        accepted = Invitation.objects.get(pk=invitation.pk).status == "accepted"
        assert User.objects.filter(username=f"new{number}").exists() == accepted


def test_a_link_that_is_renewed_at_the_same_moment_brings_in_one_at_most(secretariat, enterprise):
    invitation = invited(secretariat, enterprise)
    found = find_invitation(invitation.secret)
    again = Invitation.objects.get(pk=invitation.pk)
    at_once(
        lambda: join(User(username="new", name="新"), found, password="a-long-password"),
        lambda: send_again(again, days=7, by=secretariat),
    )
    row = Invitation.objects.get(pk=invitation.pk)
    assert (row.status == "accepted") == User.objects.filter(username="new").exists()


def test_an_address_is_invited_once(secretariat, enterprise):
    said = at_once(*(lambda: invited(secretariat, enterprise) for _time in range(3)))
    assert (said[0], Invitation.objects.count()) == ("", 1)


def test_the_last_two_secretariats_do_not_end_each_other(secretariat, make_user, college, consortium):
    second = make_user("second", "secretariat", college, consortium)
    first, other = secretariat.affiliation, second.affiliation
    said = at_once(
        lambda: end_role(first, by=second, reason="a quarrel"),
        lambda: end_role(other, by=secretariat, reason="a quarrel"),
    )
    assert said == ["", "This is the last secretariat of the consortium. Give the role to somebody else first."]
    assert Affiliation.objects.in_force().filter(role="secretariat").count() == 1
