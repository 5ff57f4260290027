"""What an address asks: the act it names in the table of permissions, one for each method, or one of these words."""

Route = str | dict[str, str]
PUBLIC = "public"  # nobody needs to sign in
OWN = "own"  # everybody who signs in, and only one's own things
OPERATOR = "operator"  # Django's administration
