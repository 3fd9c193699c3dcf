"""Write-back targets as an adapter understands them, and the digest that a person confirms."""

from __future__ import annotations

import hashlib
import json

from connector.config.model import FieldsTarget, Target, WriteBack
from connector.config.read import Config
from connector.config.references import RECORD_SCOPES
from connector.contract import WriteTarget

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
    "numerator",
    "denominator",
    "n",
    "ci_low",
    "ci_high",
    "excluded",
    "status",
)
"""What a report record holds. `as_of` is not among them: it would change every record with each run that brings news."""


def write_target(config: Config, target: Target) -> WriteTarget:
    """What the adapter is told about a target."""
    if isinstance(target, FieldsTarget):
        mapping = config.connections[target.connection].mapping[RECORD_SCOPES[target.scope]]
        return WriteTarget(
            name=target.name,
            kind="fields",
            module=target.module,
            id_fields=mapping.id,
            fields=tuple(target.fields),
            options=target.options,
        )
    return WriteTarget(
        name=target.name,
        kind="records",
        module=target.module,
        id_fields=(),
        fields=REPORT_FIELDS,
        options=target.options,
    )


def write_back_digest(write_back: WriteBack) -> str:
    """Names a write-back configuration; what a person confirmed once is asked again when it changes."""
    return _digest(write_back.model_dump(mode="json"))


def target_digest(target: Target) -> str:
    """Names one target's settings."""
    return _digest(target.model_dump(mode="json"))


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
