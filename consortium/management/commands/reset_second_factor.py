from django.core.management.base import BaseCommand, CommandError, CommandParser

from consortium.models import User
from consortium.services import Refused
from consortium.services.second_factors import reset


class Command(BaseCommand):
    help = "Switches the second step of somebody's sign-in off, for a lost telephone. Make sure who asks for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name with which the user signs in")

    def handle(self, *args, user: str, **options) -> None:
        found = User.objects.filter(username=user).first()
        if found is None:
            raise CommandError(f"There is no user {user}.")
        try:
            reset(found)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user} signs in with the password alone now, and sets the second step up anew.")
