"""One contender of `pull_zoho.py`, in a process of its own: crm-kpi's pull, with the mapping that it ships."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import yaml
from zoho_measured import TABLES, Address, parser, tell

from adapters.zoho.adapter import ADAPTER
from connector.errors import Message
from connector.mapping import TableMapping, compile_mappings
from connector.pull import PullReport, Source, pull
from connector.store import Store, runs
from connector.transport import Accesses, World


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--way", default="auto")
    options = arguments.parse_args()
    tell(lambda: _pull(options.store, options.at, options.way), options.store)


def _pull(path: Path, at: Address, way: str) -> dict[str, str]:
    stated = {name: value for name, value in at.items() if name != "url"}
    settings = ADAPTER.settings.model_validate({**stated, "accounts_url": at["url"], "way": way})
    mapping = yaml.safe_load(ADAPTER.default_mapping.read_text(encoding="utf-8"))
    compiled = [
        each
        for table in TABLES
        for each in compile_mappings(
            table, [TableMapping.model_validate(mapping[table])], timezone="America/Chicago", currency="USD"
        )
    ]
    source = Source("crm", ADAPTER.name, ADAPTER.connect(settings, path.parent), compiled)
    now = datetime.now(UTC)
    with Store.open(path, create=True) as store:
        with store.transaction():
            run_id = runs.start(store, "pull", now)
        world = World(accesses=Accesses(path.parent / "access"))
        return _ways(pull(store, [source], run_id=run_id, now=now, world=world))


def _ways(report: PullReport) -> dict[str, str]:
    """How each module was read; the benchmark is worth nothing where one was not read to its end."""
    for module in report.modules:
        if module.error is not None or not module.complete or module.quarantined or module.issues:
            raise SystemExit(f"{module.module}: {module.error or 'incomplete'}: {module.counts}")
    notes = {each.module: each.counted.note for each in report.modules if each.counted is not None}
    return {module: str(Message.read(note).values["way"]) for module, note in notes.items() if note}


if __name__ == "__main__":
    main()
