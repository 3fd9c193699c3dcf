"""The SDK, pointed at a stand-in; its answers as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import TokenStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import Initializer, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.record import Record
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.util import Choice
from zohocrmsdk.src.com.zoho.crm.api.util.api_response import APIResponse

Steps = dict[str, Any]
"""What was found, by the name of the step."""


@dataclass(frozen=True)
class Access:
    """Where the stand-in is, who signs in, and a folder for the SDK's files."""

    url: str
    client_id: str
    client_secret: str
    refresh_token: str
    folder: Path

    @property
    def log(self) -> Path:
        """The SDK's own: it says there what it could not read, and answers None."""
        return self.folder / "sdk.log"

    def log_end(self) -> str:
        """Why something broke."""
        return self.log.read_text("utf-8")[-2_000:] if self.log.exists() else ""


class Tokens(TokenStore):
    """Keeps tokens as long as the process lives."""

    def __init__(self) -> None:
        self.kept: list[OAuthToken] = []

    def find_token(self, token: OAuthToken) -> OAuthToken | None:
        """The one token there is."""
        return self.kept[-1] if self.kept else None

    def find_token_by_id(self, id: str) -> OAuthToken | None:
        """The same, when it is asked for by its id."""
        return next((each for each in self.kept if each.get_id() == id), None)

    def save_token(self, token: OAuthToken) -> None:
        """It has been renewed."""
        self.kept = [token]

    def delete_token(self, id: str) -> None:
        """By its id."""
        self.kept = [each for each in self.kept if each.get_id() != id]

    def get_tokens(self) -> list[OAuthToken]:
        """All."""
        return self.kept

    def delete_tokens(self) -> None:
        """None is left."""
        self.kept = []


def initialise(access: Access) -> Steps:
    """The SDK signs in, and asks who the current user is."""
    tokens = Tokens()
    Initializer.initialize(
        DataCenter.Environment(access.url, f"{access.url}/oauth/v2/token", access.url),
        OAuthToken(access.client_id, access.client_secret, refresh_token=access.refresh_token),
        store=tokens,
        sdk_config=SDKConfig(read_timeout=30, connect_timeout=10),
        resource_path=str(access.folder),
        logger=Logger.get_instance(Logger.Levels.INFO, str(access.log)),
    )
    (token,) = tokens.kept
    return {"api_domain": token.get_api_domain(), "user": token.get_user_signature().get_name()}


def parameters(values: Mapping[Any, Any]) -> ParameterMap:
    """For a call of the SDK."""
    found = ParameterMap()
    for name, value in values.items():
        found.add(name, value)
    return found


def answered(response: APIResponse | None) -> Any:
    """The object that the SDK made of an answer.

    Raises:
        ValueError: it could not read it.
    """
    if response is None:
        raise ValueError("the SDK could not read the answer")
    return response.get_object()


def plain(value: Any) -> Any:
    """An object of the SDK as dictionaries, lists and texts, by its getters."""
    if isinstance(value, Choice):
        return plain(value.get_value())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Record):
        return plain(value.get_key_values())
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if type(value).__module__.startswith("zohocrmsdk."):
        getters = [name for name in dir(value) if name.startswith("get_")]
        return {name.removeprefix("get_"): plain(getattr(value, name)()) for name in getters}
    return value
