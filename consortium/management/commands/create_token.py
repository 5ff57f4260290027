from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.authtoken.models import Token

from consortium.models import User
from consortium.services import record


class Command(BaseCommand):
    help = "Prints a new API token for a user. The token before it stops working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name with which the user signs in")

    def handle(self, *args, user: str, **options) -> None:
        found = User.objects.filter(username=user, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active user {user}.")
        Token.objects.filter(user=found).delete()
        token = Token.objects.create(user=found)
        record(found, by=None, what="token")
        self.stdout.write(token.key)
