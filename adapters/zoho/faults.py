"""What can be wrong with a reading of Zoho beside what Zoho itself refuses, as errors with their remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.errors import Message, RejectedError, did_you_mean

NAME = "zoho"
OPERATION = "pull"
"""Of the errors that are made here; those of requests name the request."""


def rejected(message: Message, *, hint: Message = Message("")) -> RejectedError:
    """This module cannot be read as it stands."""
    return RejectedError(message, hint=hint, adapter=NAME, operation=OPERATION)


def unknown_module(module: str) -> RejectedError:
    """The organisation has no such module."""
    return rejected(
        Message("{module}: the organisation has no module of this API name", module=module),
        hint=Message("see Setup, Developer Hub, APIs, API names in Zoho; then correct `module` in the mapping"),
    )


def missing_fields(module: str, missing: Sequence[str], *, known: Iterable[str]) -> RejectedError:
    """Fields of the mapping that the module does not have, or not any more."""
    meant = did_you_mean(missing[0], known)
    correct = Message("correct its API name in the mapping, or map the column to null")
    return rejected(
        Message("{module}: the field {fields} is not in the organisation", module=module, fields=", ".join(missing)),
        hint=Message("{remedy}; {then}", remedy=meant, then=correct) if meant else correct,
    )


def stages_unknown() -> RejectedError:
    """What is won and what is lost cannot be told."""
    return rejected(
        Message("Deals: Zoho does not say which stages are won and lost"),
        hint=Message("grant the scopes ZohoCRM.settings.layouts.READ and ZohoCRM.settings.pipeline.READ"),
    )


def no_way(module: str, *, tried: Message) -> RejectedError:
    """Every way of reading the module failed."""
    return rejected(
        Message("{module} could not be read: {tried}", module=module, tried=tried),
        hint=Message("set `way: auto` for this module, or ask for the account's permission to read it"),
    )


def too_many_at_once(module: str) -> RejectedError:
    """More records of one second than a list can show."""
    return rejected(
        Message("{module}: more than 100,000 records changed in one second, which lists cannot show", module=module),
        hint=Message("let this module be read by COQL or Bulk Read (`way: auto`)"),
    )


def job_failed(module: str, state: str) -> RejectedError:
    """Zoho gave up on a bulk job."""
    return rejected(Message("the bulk job for {module} ended as {state}", module=module, state=state))


def job_too_slow(module: str, minutes: int) -> RejectedError:
    """Zoho did not get to a bulk job."""
    return rejected(
        Message("the bulk job for {module} was not done in {minutes} minutes", module=module, minutes=minutes)
    )


def missing_columns(module: str, missing: Sequence[str]) -> RejectedError:
    """A bulk file without what was asked for."""
    names = ", ".join(missing)
    return rejected(Message("the bulk file of {module} has no column {names}", module=module, names=names))


def no_history(module: str, field: str) -> RejectedError:
    """It was kept when everything was read."""
    return rejected(
        Message("{module}: Zoho keeps no history of {field} any more", module=module, field=field),
        hint=Message("turn on history tracking for {field} again, or map the column to null", field=field),
    )


def no_organisation() -> RejectedError:
    """The account belongs to none."""
    return rejected(
        Message("Zoho does not say which organisation this account belongs to"),
        hint=Message("sign in with a user of the CRM: crm-kpi auth zoho"),
    )


def other_environment(found: str, stated: str) -> RejectedError:
    """Test data for real, or the other way round."""
    return rejected(
        Message("this is a {found} organisation, and the settings say {stated}", found=found, stated=stated),
        hint=Message("set `environment: {found}`, or sign in to the other organisation", found=found),
    )
