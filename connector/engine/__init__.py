"""Where queries run: one module per engine, each an implementation of `kpi_engine.evaluate.Engine`.

Foreign exceptions are mapped here, always with their cause: a store that cannot be read is a `StoreError` and stops the
command, a query that fails is an `EngineError` and concerns the KPIs of that query.
"""
