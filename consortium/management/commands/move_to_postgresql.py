from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consortium.moving import move
from consortium.services import Refused


class Command(BaseCommand):
    help = "Copies an SQLite database into this empty, migrated PostgreSQL database and proves both equal; then verify."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the SQLite file, usually var/db.sqlite3")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            proofs = move(file)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        for proof in proofs:
            for side, (count, sha256) in (("SQLite", proof.old), ("PostgreSQL", proof.new)):
                self.stdout.write(f"{proof.table:40} {side:10} {count:9} {sha256}")
        call_command("verify", stdout=self.stdout)
