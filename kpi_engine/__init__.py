"""The domain: what facts, periods, KPIs, values, targets and gaps are. No network, no clock, no files but its own."""
