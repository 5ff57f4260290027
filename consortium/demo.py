"""The people of the demonstration: their names of sign-in and the one password of them all."""

from .models import Affiliation

PASSWORD = "xingtai-demo-2026"
USERNAMES = [
    "secretariat", "college", "college2", "partner", "partner2", "mentor", "bureau", "expert", "expert2", "auditor",
]  # fmt: skip


def demo_users() -> list[dict[str, str]]:
    """The demonstration's users that exist: username, role and name, in the order in which they are presented."""
    rows = Affiliation.objects.filter(user__username__in=USERNAMES).select_related("user", "organization")
    rows = rows.order_by("-pk")  # of two roles the older is shown: as that one acts first
    found = {
        row.user.username: {
            "username": row.user.username,
            "name": row.user.name,
            "role": row.get_role_display(),
            "organization": row.organization.name,
        }
        for row in rows
    }
    return [found[name] for name in USERNAMES if name in found]
