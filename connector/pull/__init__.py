"""Pull: from every connection into the store, one report for all of it.

`source` prepares the connections, `order` says which module comes after which, `module` writes what one module brings,
`records` what one of its fact tables gets, `fetch` listens to several conversations at once, `work` does it all.
"""

from connector.pull.report import ModuleReport, Progress, PullReport
from connector.pull.source import Source, sources
from connector.pull.work import pull

__all__ = ["ModuleReport", "Progress", "PullReport", "Source", "pull", "sources"]
