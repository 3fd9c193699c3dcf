"""Pull: from every connection into the store, one report for all of it.

`source` prepares the connections, `work` asks each who it is and has `connection` pull it; `order` says which module
comes after which, `fetch` listens to several conversations at once, `module` writes what one module brings, `records`
what one of its fact tables gets (out of `files`, or out of `streams`), `completeness` compares counts, `orphans` finds
what names a record that has left, `report` says what became of it all.
"""

from connector.pull.report import ModuleReport, Progress, PullReport
from connector.pull.source import Source, sources
from connector.pull.work import pull

__all__ = ["ModuleReport", "Progress", "PullReport", "Source", "pull", "sources"]
