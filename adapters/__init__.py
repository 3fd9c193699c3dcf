"""One folder per CRM; each speaks its vendor's protocol and imports only `connector.contract` and `connector.errors`."""
