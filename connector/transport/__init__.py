"""Performs what conversations ask of the world, and throws classified errors into them.

`converse` leads one conversation; `http` and `files` perform its effects. Retries, waiting, redaction, temporary files
and the closing of handles are here, once for all adapters. Foreign exceptions end here.
"""

from connector.transport.conversation import World, converse

__all__ = ["World", "converse"]
