"""For those who write an adapter: the contract in executable form (`conformance`), a CRM in memory (`fake_crm`), and an
adapter for it (`fake_adapter`)."""
