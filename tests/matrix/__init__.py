"""Every address × method × person × whose record, made from the tables of permissions and of addresses.

A new address without a line in ``consortium/routes/``, a new thing without one in ``consortium/permissions.py``,
and a new key in a form or a body whose number nobody has said the meaning of each fail here. To add a thing: its rows
in the table of permissions, its addresses in that of addresses, and a record of each side in ``world.py``, called
``word~own``, ``word~neighbour`` and ``word~foreign`` so that it is found wherever it should not be.
"""
