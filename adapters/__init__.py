"""One folder per CRM, which speaks its vendor's protocol and knows `connector.contract` and `connector.errors` only."""
