from django.core.management.base import BaseCommand, CommandError, CommandParser

from consortium.models import User
from consortium.services.people import make_token


class Command(BaseCommand):
    help = "Prints a new API token for a user. The token before it stops working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name with which the user signs in")

    def handle(self, *args, user: str, **options) -> None:
        found = User.objects.filter(username=user, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active user {user}.")
        self.stdout.write(make_token(found, by=None))
