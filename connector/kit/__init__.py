"""For those who write an adapter: the contract in executable form (`conformance`), and a CRM in memory (`fake_crm`)."""
