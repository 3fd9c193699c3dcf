"""Performs what conversations ask of the world, and throws classified errors into them.

`converse` leads one conversation in a `World`. Its requests go through `sending` (signed, repeated, read), `http` (one
attempt on the wire) and `refusal` (what a status and a code mean); `tokens` keeps the accesses, `ledger` the credits;
`files` does the rest. Redaction, temporary files and the closing of handles are here, once for all adapters. Foreign
exceptions end here.
"""

from connector.transport.conversation import asked, converse
from connector.transport.http import Session
from connector.transport.ledger import Ledger
from connector.transport.tokens import Accesses
from connector.transport.world import World

__all__ = ["Accesses", "Ledger", "Session", "World", "asked", "converse"]
