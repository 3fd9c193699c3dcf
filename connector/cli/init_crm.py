"""`crm-kpi init --adapter NAME`: from a grant code to settings, and a table of what there are facts for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connector.cli.auth import check_place, grant, keep, tell_granted, tell_place
from connector.cli.output import Output, print_json
from connector.cli.session import Session
from connector.cli.stated import stated_settings
from connector.errors import Message

if TYPE_CHECKING:
    from connector.contract import AdapterType
    from connector.init import Answers
    from connector.init.crm import CrmInitReport
    from connector.init.readiness import Readiness

READY: Final = {"ready": Message("ready"), "partly": Message("partly"), "impossible": Message("impossible here")}


@dataclass(frozen=True, slots=True)
class Reached:
    """How the CRM is reached: settings as the file says them, and where their secrets are."""

    settings: Mapping[str, Any]
    environment: Mapping[str, str]
    env_file: Path | None = None
    """Whose variables have to be set before each command."""


def init_crm(
    session: Session,
    kind: AdapterType,
    *,
    stated: Iterable[str],
    answers: Answers,
    force: bool,
    env_file: Path | None,
) -> None:
    """Sign in where nobody has, ask the CRM what it holds, write the settings, and say what there are facts for."""
    from connector.init.crm import init_crm as write_settings
    from connector.init.writing import refuse_overwriting

    refuse_overwriting(session.path, force=force)
    reached = _reached(session, kind, stated_settings(kind, stated), env_file)
    with session.progress() as progress:
        report = write_settings(
            kind,
            reached.settings,
            path=session.path,
            force=force,
            answers=answers,
            today=session.now().date(),
            environment=reached.environment,
            translate=session.output.translate,
            progress=progress,
        )
    if session.json:
        print_json(_as_json(report))
    else:
        _show(session, report, reached.env_file)


def _reached(session: Session, kind: AdapterType, stated: Mapping[str, str], env_file: Path | None) -> Reached:
    """With the secrets that are kept already; where they are not all there, somebody signs in now."""
    from connector.auth import kept_already, signing_in

    if kind.grant is None:
        return Reached(stated, session.environment)
    signing = signing_in(kind, path=session.path, environment=session.environment)
    kept = kept_already(signing, environment=session.environment, env_file=env_file)
    stated = {**kept.settings, **stated}
    if kept.references.keys() >= _required(kind) - stated.keys():
        settings = {**stated, **{name: each for name, each in kept.references.items() if name not in stated}}
        return Reached(settings, kept.environment, env_file if kept.by_file else None)
    check_place(env_file)
    scopes = signing.scopes("read")
    granted = grant(session, signing, scopes, known=stated)
    references = keep(signing, granted, env_file)
    if not session.json:
        tell_granted(session.output, granted, scopes)
    environment = {**session.environment, **{signing.variable(name): each for name, each in granted.secrets.items()}}
    return Reached({**stated, **granted.settings, **references}, environment, env_file)


def _required(kind: AdapterType) -> set[str]:
    return {name for name, info in kind.settings.model_fields.items() if info.is_required()}


def _as_json(report: CrmInitReport) -> Mapping[str, Any]:
    organisation = report.survey.organisation
    return {
        "settings": report.path,
        "organisation": {"name": organisation.name, **organisation.details},
        "modules": {module.name: module.rows for module in report.survey.modules},
        "readiness": [
            {
                "kpi": each.kpi.id,
                "state": each.state.value,
                "since": each.since or None,
                "filled": {name: round(share, 4) for name, share in each.filled.items()},
                "remedies": each.remedies,
            }
            for each in report.readiness
        ],
        "problems": report.survey.problems,
    }


def _show(session: Session, report: CrmInitReport, env_file: Path | None) -> None:
    output = session.output
    _show_readiness(output, report.readiness, session.reader)
    for problem in report.survey.problems:
        output.warning(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)
    output.result(Message("the settings are in {file}", file=report.path))
    if env_file is not None:
        tell_place(output, env_file)
    output.result(Message("look at them, then run: crm-kpi check"))


def _show_readiness(output: Output, readiness: tuple[Readiness, ...], reader: str) -> None:
    heads = (Message("KPI"), Message("state"), Message("since"), Message("filled"), Message("what to do"))
    output.table(heads, [_line(each, reader) for each in readiness])
    counts = {state: sum(each.state.value == state for each in readiness) for state in READY}
    output.note(
        Message("{ready} KPIs are ready, {partly} partly, {impossible} are impossible with this organisation", **counts)
    )


def _line(each: Readiness, reader: str) -> tuple[Any, ...]:
    name = getattr(each.kpi.names, reader.lower().replace("-", "_"), each.kpi.names.en)
    lowest = min(each.filled.items(), key=lambda fact: fact[1], default=None)
    filled = f"{lowest[0]} {lowest[1]:.0%}" if lowest else ""
    return name, READY[each.state.value], each.since, filled, next(iter(each.remedies), "")
