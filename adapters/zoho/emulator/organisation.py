"""The org: itself, its people, roles, profiles, currencies, fiscal year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.zoho.emulator.answers import NOTHING, Answer, invalid_data, ok
from adapters.zoho.emulator.calls import Call, Endpoint
from adapters.zoho.emulator.parameters import header_moment, whole
from adapters.zoho.emulator.records import answer_rows, zoned
from adapters.zoho.emulator.state import State, quoted

_TYPES: Mapping[str, str] = {
    "AllUsers": "1",
    "ActiveUsers": "status = 'active'",
    "DeactiveUsers": "status = 'disabled'",
    "ConfirmedUsers": "confirm",
    "NotConfirmedUsers": "NOT confirm",
    "DeletedUsers": "status = 'deleted'",
    "ActiveConfirmedUsers": "status = 'active' AND confirm",
    "AdminUsers": "profile = :admin",
    "ActiveConfirmedAdmins": "status = 'active' AND confirm AND profile = :admin",
    "CurrentUser": "id = :me",
}


class Organisation:
    """The handlers."""

    def __init__(self, state: State) -> None:
        self.state = state

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Their routes."""
        settings = "/crm/v8/settings"
        profiles = self._kept("profile", "profiles")
        return (
            Endpoint("GET", "/crm/v8/org", self.org, "ZohoCRM.org.READ"),
            Endpoint("GET", "/crm/v8/org/currencies", self.currencies, "ZohoCRM.settings.currencies.READ"),
            Endpoint("GET", f"{settings}/fiscal_year", self.fiscal_year, "ZohoCRM.settings.fiscal_year.READ"),
            Endpoint("GET", f"{settings}/roles", self._kept("role", "roles"), "ZohoCRM.settings.roles.READ"),
            Endpoint("GET", f"{settings}/roles/{{id}}", self._kept("role", "roles"), "ZohoCRM.settings.roles.READ"),
            Endpoint("GET", f"{settings}/profiles", profiles, "ZohoCRM.settings.profiles.READ"),
            Endpoint("GET", "/crm/v8/users", self.users, "ZohoCRM.users.READ"),
            Endpoint("GET", "/crm/v8/users/{id}", self.user, "ZohoCRM.users.READ"),
        )

    def org(self, call: Call) -> Answer:
        """Name, zone, currency, edition, seats."""
        return ok({"org": [self.state.setting("org")]})

    def currencies(self, call: Call) -> Answer:
        """Nothing where the org has only one."""
        found = self.state.documents("currency")
        if not self.state.setting("org")["mc_status"]:
            return NOTHING
        speak = zoned(str(self.state.setting("zone", "UTC")))
        times = ("created_time", "modified_time")
        return ok({"currencies": [each | {name: speak(each[name]) for name in times} for each in found]})

    def fiscal_year(self, call: Call) -> Answer:
        """When the year begins."""
        return ok({"fiscal_year": {"calendar_type": "gregorian", **self.state.setting("fiscal_year")}})

    def users(self, call: Call) -> Answer:
        """A page of the users of a kind."""
        kind = call.query.get("type", "AllUsers")
        if kind not in _TYPES:
            raise invalid_data(param_name="type", supported_values=list(_TYPES))
        size, page = whole(call.query, "per_page", default=200, most=200), whole(call.query, "page", default=1)
        since = header_moment(call.headers, "if-modified-since") or ""
        found = self._users(_TYPES[kind], since=since, limit=size + 1, offset=(page - 1) * size)
        if not found:
            return NOTHING
        users, more = found[:size], len(found) > size
        info = {"per_page": size, "count": len(users), "page": page, "more_records": more}
        return ok({"users": users, "info": info})

    def user(self, call: Call) -> Answer:
        """One user."""
        found = self._users("id = :wanted", since="", limit=1, offset=0, wanted=call.parameters["id"])
        return ok({"users": found}) if found else NOTHING

    def _users(self, where: str, *, since: str, limit: int, offset: int, wanted: str = "") -> list[dict[str, Any]]:
        names = [name for name, field in self.state.fields("Users").items() if field.api_shown]
        admin = next(each["id"] for each in self.state.documents("profile") if each["name"] == "Administrator")
        values = {
            "admin": admin, "me": self.state.current_user, "wanted": wanted, "since": since, "limit": limit,
            "offset": offset,
        }  # fmt: skip
        rows = self.state.db.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM Users WHERE {where} AND Modified_Time >= :since "  # noqa: S608
            "ORDER BY created_time, id LIMIT :limit OFFSET :offset",
            values,
        ).fetchall()
        named = {
            kind: {each["id"]: each["name"] for each in self.state.documents(kind)} for kind in ("role", "profile")
        }
        found = []
        for user in answer_rows(self.state, "Users", names, rows):
            for kind, known in named.items():
                user[kind] = {"name": known.get(user[kind]), "id": user[kind]}
            found.append(user | {"Isonline": False, "microsoft": False, "sandboxDeveloper": False})
        return found

    def _kept(self, kind: str, root: str) -> Callable[[Call], Answer]:
        def handler(call: Call) -> Answer:
            wanted = call.parameters.get("id")
            found = [each for each in self.state.documents(kind) if wanted in (None, each["id"])]
            return ok({root: found}) if found else NOTHING

        return handler
