"""What each address asks: one line for every URL of the program, a file for each app.

The views enforce it; the test matrix opens every address as everybody and compares the answers with this table and the
table of permissions. An address that is missing here fails the suite.
"""

from . import accounts, api, consortium, evaluation, tasks, zones
from .kinds import OPERATOR, OWN, PUBLIC, Route

__all__ = ["OPERATOR", "OWN", "PUBLIC", "ROUTES", "Route"]

ROUTES: dict[str, Route] = {
    route: asked for app in (accounts, consortium, zones, tasks, evaluation, api) for route, asked in app.ROUTES.items()
}
