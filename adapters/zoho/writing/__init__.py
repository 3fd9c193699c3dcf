"""Write-back to Zoho CRM: `push` writes fields of records and report records, `places` looks for where they go.

Both are conversations without I/O. `pushing` begins a push, `sending` leads its calls, `answers` reads what Zoho says,
`read_back` settles what it did not say; `places` and `making` are about fields and modules; `cells` are the values.
"""

from adapters.zoho.writing.places import places
from adapters.zoho.writing.pushing import push
from adapters.zoho.writing.sending import RECORDS_A_CALL, RECORDS_A_CREDIT

__all__ = ["RECORDS_A_CALL", "RECORDS_A_CREDIT", "places", "push"]
