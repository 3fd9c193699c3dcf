"""The store: one SQLite file with facts, values and the outbox. `Store` opens it; each module here owns some tables.

Every function takes the open store first, and writes only inside `store.transaction()`.
"""

from connector.store.database import Store
from connector.store.lock import run_lock

__all__ = ["Store", "run_lock"]
