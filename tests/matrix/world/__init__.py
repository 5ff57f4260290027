"""A world for the matrix: the same records three times, as one's own, as a neighbour's, and in another consortium.

``own`` belongs to the college and the enterprise of those who ask, ``neighbour`` to another college and a rival of the
same consortium, ``foreign`` to others elsewhere. Every name has a word of its own ("zone~foreign"), by which a test
finds it in an answer. ``shared`` adds what only makes the conditions harder, as a zone in which rivals both work.
"""

from django.core.files.base import ContentFile

from consortium.models import Affiliation, Consortium, MemberImport, Organization, User
from consortium.services.files import attach

from .consortium import agreements, council, desk, members
from .evaluation import evaluations, scheme, standard_check
from .maker import SIDES, Maker, World
from .registers import registers
from .rivals import shared
from .tasks import tasks
from .zones import projects, zones

__all__ = ["NOWHERE", "SIDES", "build"]

Role, Kind = Affiliation.Role, Organization.Kind
NOWHERE = 987654321


def one_side(maker: Maker, side: str, consortium: Consortium) -> None:
    members(maker, side, consortium)
    agreements(maker, side, consortium)
    council(maker, side, consortium)
    desk(maker, side, consortium)
    zones(maker, side, consortium)
    projects(maker, side)
    tasks(maker, side, consortium)
    registers(maker.world, side, maker.staff["college_mentor"], maker.now)
    for thing, file in maker.files.items():
        name = f"{thing}~{side}.{file.name.split('.')[1]}"
        row = attach(maker.zone, ContentFile(file.read(), name=name), by=maker.staff["college_admin"], now=maker.now)
        file.seek(0)
        maker.world.add(thing, side, row)


def build(files: dict[str, ContentFile]) -> World:
    """The world, in the database, with these ``files`` at each zone. Written within the transaction of the caller."""
    maker = Maker(files)
    here = Consortium.objects.create(code="here", name="consortium~own")
    away = Consortium.objects.create(code="away", name="consortium~foreign")
    world, offices = maker.world, {}
    for side, consortium in (("foreign", away), ("neighbour", here), ("own", here)):
        one_side(maker, side, consortium)
        offices[side] = (maker.college, maker.enterprise, maker.zone, dict(maker.staff))
    bureau = maker.organization("bureau~own", Kind.GOVERNMENT, here)
    institute = maker.organization("institute~own", Kind.INSTITUTE, here)
    faraway = maker.organization("institute~foreign", Kind.INSTITUTE, away)
    college, _enterprise, _zone, staff = offices["own"]
    world.people = {
        "secretariat": maker.person("secretariat~own", Role.SECRETARIAT, college, here),
        "bureau": maker.person("bureau~own", Role.BUREAU, bureau, here),
        "auditor": maker.person("auditor~own", Role.AUDITOR, bureau, here),
        "expert": maker.person("expert~own", Role.EXPERT, institute, here),
        "outsider": offices["foreign"][3]["college_admin"],
        "roleless": User.objects.create_user("roleless", None, None, name="roleless"),
        **staff,
    }
    second = maker.person("expert~neighbour", Role.EXPERT, institute, here)
    clerks = {"own": world.people["secretariat"], "foreign": maker.person("clerk", Role.SECRETARIAT, faraway, away)}
    pairs = {"own": (world.people["expert"], second), "neighbour": (second, world.people["bureau"])}
    guests = [maker.person(f"expert{number}~foreign", Role.EXPERT, faraway, away) for number in (1, 2)]
    writers = {**clerks, "neighbour": maker.person("clerk~neighbour", Role.SECRETARIAT, institute, here)}
    for side in SIDES:
        world.add("member_import", side, MemberImport.objects.create(
            user=writers[side], acting_as=writers[side].affiliation, name=f"member_import~{side}", status="checked",
            at=maker.now, result={"rows": 1, "new": [], "changed": [], "unchanged": 1, "faults": [], "notes": []},
        ))  # fmt: skip
    for side in SIDES:
        clerk = clerks["foreign" if side == "foreign" else "own"]
        scheme(world, side, clerk, away if side == "foreign" else here)
    for side in SIDES:
        clerk = clerks["foreign" if side == "foreign" else "own"]
        evaluations(world, side, clerk, offices[side][3]["college_admin"], guests if side == "foreign" else pairs[side])
        standard_check(world, side, clerk)
    shared(maker, offices)
    return world
