"""Changes -> receipts: sends what was planned, once a person has agreed, and notes what became of each record.

`applying` is the use case: whether it may write at all, and in which order. `places` looks for the fields and modules
that a target needs, and has them made where a person agreed; `sending` leads one target's changes.

Before anything leaves, its changes are marked `sending` in a transaction of their own; after each batch the receipts
and what the CRM now holds are saved together. A run that was killed in between leaves changes that are `sending` or
`unknown`: they are among the first to be sent again, and are said to be uncertain, so that an adapter over HTTP looks
at what the record holds before it writes. A file is written whole and holds the same after the second time.
"""

from connector.apply.applying import ApplyReport, Rejected, apply, confirmed

__all__ = ["ApplyReport", "Rejected", "apply", "confirmed"]
