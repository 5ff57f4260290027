import os
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from consortium.services import Refused
from evaluation.roles import set_up

PASSWORD = "WEB_DATABASE_PASSWORD"  # nosec B105  # a name


class Command(BaseCommand):
    help = (
        "Gives the web a PostgreSQL role of its own, which owns nothing and cannot lift the guards. Run it as the "
        f"owner after each migrate. The environment's {PASSWORD} sets the role's password; without it a new role "
        "gets a random one, which is printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", help="its name; the database's name and _web without it")

    def handle(self, *args: Any, role: str | None, **options: Any) -> None:
        web = role or f"{connection.settings_dict['NAME']}_web"
        given = os.environ.get(PASSWORD, "")
        made = secrets.token_urlsafe(24)
        try:
            is_new = set_up(web, password=given, first_password=made)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_("The web's role is “%(role)s”.") % {"role": web})
        if is_new and not given:
            self.stdout.write(_("Its password, shown once: %(password)s") % {"password": made})
