"""Write-back targets as an adapter understands them, and the digests that plans and confirmations rest on."""

from __future__ import annotations

import hashlib
import json

from connector.config.model import FieldsTarget, Target
from connector.config.read import Config
from connector.config.references import RECORD_SCOPES
from connector.config.shapes import field_shapes, report_label, report_shapes
from connector.contract import WriteTarget
from connector.mapping import TableMapping, shares
from connector.store import Store, coverage, freshness, runs
from connector.store.share import Share

REPORT_FIELDS = (
    "kpi",
    "kpi_name",
    "scope",
    "scope_id",
    "scope_name",
    "period",
    "period_start",
    "period_end",
    "value",
    "unit",
    "currency",
    "n",
    "ci_low",
    "ci_high",
    "excluded",
    "status",
)
"""What a report record holds. Not `as_of`: it would change every record with each run that brings news. Not numerator
and denominator either, which are kept as aggregated, money in ten-thousandths: a reader would take them for euros."""


def write_target(config: Config, target: Target) -> WriteTarget:
    """What the adapter is told about a target."""
    if isinstance(target, FieldsTarget):
        mapping, _ = mapping_of(config, target)
        return WriteTarget(
            name=target.name,
            kind="fields",
            module=target.module,
            id_fields=mapping.id,
            fields=tuple(target.fields),
            options=target.options,
            shapes=field_shapes(config, target),
        )
    return WriteTarget(
        name=target.name,
        kind="records",
        module=target.module,
        id_fields=(),
        fields=REPORT_FIELDS,
        options=target.options,
        shapes=report_shapes(config),
        label=report_label(config),
    )


def mapping_of(config: Config, target: FieldsTarget) -> tuple[TableMapping, Share]:
    """The mapping that the target's records come from, and which of the table's rows they are."""
    table = RECORD_SCOPES[target.scope]
    mappings = config.connections[target.connection].mapping[table]
    found = zip(mappings, shares(table, mappings, config.organisation.timezone), strict=True)
    return next((each, share) for each, share in found if (each.module or table) == target.module)


def confirmation_digest(config: Config) -> str:
    """Names the whole write-back configuration: a person confirms it once, and again when it changes."""
    return digest(config.write_back.model_dump(mode="json"))


def target_basis(config: Config, target: Target) -> str:
    """Names the place that is written to: what one place was acknowledged to hold says nothing about another."""
    adapter = config.connections[target.connection].adapter.name
    options = target.model_dump(mode="json")["options"]
    return digest([target.connection, adapter, target.kind, target.module, options])


def source_digest(config: Config, store: Store, target: Target) -> str:
    """Names what a file that we rewrite whole is made from besides the values: its source and the columns we add.

    Records that are written one by one are not made from their source: a CRM's watermark moves with every run, and a
    plan that waits for a person must not grow stale by that.
    """
    capabilities = config.connections[target.connection].connect().capabilities
    is_copy = isinstance(target, FieldsTarget) and capabilities.whole_file_write
    mark = freshness.source_mark(store, target.connection, target.module) if is_copy else ""
    return digest([target.model_dump(mode="json"), mark])


def plan_basis(config: Config, store: Store) -> str:
    """Names everything that a plan rests on; a plan with another basis than today's is stale."""
    return digest(
        [
            confirmation_digest(config),
            freshness.values_mark(store),
            freshness.gaps_mark(store),
            runs.data_as_of(store),
            [[each.connection, each.module] for each in coverage.all(store) if not each.complete],
            [source_digest(config, store, target) for target in config.write_back.targets],
        ]
    )


def digest(data: object) -> str:
    """A short name for data, the same on every machine."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
