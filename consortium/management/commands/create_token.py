from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import ApiToken, User
from consortium.services import Refused
from consortium.services.tokens import make_token

SCOPES = ", ".join(ApiToken.Scope)


class Command(BaseCommand):
    help = "Prints a new API token for a user, for a year. The token of the same name before it stops working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name with which the user signs in")
        parser.add_argument(
            "--scope", action="append", choices=ApiToken.Scope.values, metavar="S",
            help=f"what it may do, one of {SCOPES}; again for more; without it everything",
        )  # fmt: skip
        parser.add_argument("--name", default=_("command line"), help="which program uses it")
        parser.add_argument("--days", type=int, default=ApiToken.LONGEST_DAYS, help="how long, a year at most")

    def handle(self, *args, user: str, scope: list[str] | None, name: str, days: int, **options) -> None:
        found = User.objects.filter(username=user, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active user {user}.")
        if not 1 <= days <= ApiToken.LONGEST_DAYS:
            raise CommandError(f"--days goes from 1 to {ApiToken.LONGEST_DAYS}.")
        try:
            _token, key = make_token(
                found, name=name, scopes=scope or ApiToken.Scope.values, days=days, by=None, now=timezone.now(),
                replace=True,
            )  # fmt: skip
        except (Refused, ValidationError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(key)
