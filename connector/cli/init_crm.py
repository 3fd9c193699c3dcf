"""`crm-kpi init --adapter NAME`: from a grant code to settings, and a table of what there are facts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connector.cli.auth import check_place, grant, keep
from connector.cli.output import Output, print_json
from connector.cli.session import Session
from connector.errors import ConfigError, Message, Problem, did_you_mean

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


def init_crm(
    session: Session,
    kind: AdapterType,
    *,
    stated: Mapping[str, str],
    answers: Answers,
    force: bool,
    env_file: Path | None,
) -> None:
    """Sign in where nobody has, ask the CRM what it holds, write the settings, and say what there are facts for."""
    from connector.init.crm import init_crm as write_settings
    from connector.init.writing import refuse_overwriting

    refuse_overwriting(session.path, force=force)
    _refuse_unknown(kind, stated)
    reached = _reached(session, kind, stated, env_file)
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
        _show(session, report)


def _refuse_unknown(kind: AdapterType, stated: Mapping[str, str]) -> None:
    known = kind.settings.model_fields
    wrong = [name for name in stated if name not in known]
    if wrong:
        message = Message("is not a known setting")
        raise ConfigError(Problem(name, message, did_you_mean(name, known)) for name in wrong)


def _reached(session: Session, kind: AdapterType, stated: Mapping[str, str], env_file: Path | None) -> Reached:
    """With the secrets that the environment has; where it has not all of them, somebody signs in now."""
    from connector.auth import signing_in

    environment = dict(session.environment)
    if kind.grant is None:
        return Reached(stated, environment)
    signing = signing_in(kind, path=session.path, environment=environment)
    required = [name for name, info in kind.settings.model_fields.items() if info.is_required() and name not in stated]
    variables = {name: signing.variable(name) for name in required}
    if all(variable in environment for variable in variables.values()):
        return Reached({**stated, **{name: f"${{{each}}}" for name, each in variables.items()}}, environment)
    check_place(env_file)
    granted = grant(session, signing, signing.scopes("read"), known=stated)
    kept = keep(signing, granted, env_file)
    environment |= {signing.variable(name): value for name, value in granted.secrets.items()}
    return Reached({**stated, **granted.settings, **kept}, environment)


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


def _show(session: Session, report: CrmInitReport) -> None:
    output = session.output
    _show_readiness(output, report.readiness, session.reader)
    for problem in report.survey.problems:
        output.warning(Message("{where}: {problem}", where=problem.where, problem=problem.message), problem.hint)
    output.result(Message("the settings are in {file}", file=report.path))
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
