"""What an adapter is: frozen values and one Protocol, no logic.

An adapter never does I/O. Its `pull`, `push` and `inspect` hand out generators that *yield an effect when they need the
world* and *yield a page, a deletion list, an end or a receipt when they have one*. `connector.transport` performs the
effects and sends the answers back, so retries, rate limits, credits, redaction and atomic writes exist once.

A whole adapter, in pseudo code::

    def _talk(state):
        listed = yield ListFiles("deals*.csv")
        with_bytes = yield OpenFile(listed[0].path)
        for rows in read(with_bytes):
            yield Page(module="deals", columns=rows, count=len(rows))
        yield Finished(module="deals", snapshot=True, arrived=..., next_state={...})

`effect` is what it asks of the world, `access` how requests reach their vendor, `reading` and `writing` what it says in
a pull and in a push, `first_day` what it says when it is set up, `adapter` what it is.
"""

from connector.contract.access import (
    Access,
    HttpAccess,
    IntroduceTalk,
    Introduction,
    Refusal,
    SignIn,
    SignInTalk,
)
from connector.contract.adapter import (
    Adapter,
    AdapterType,
    Capabilities,
    Capability,
)
from connector.contract.effect import (
    Effect,
    FileInfo,
    HttpRequest,
    HttpResponse,
    ListFiles,
    OpenFile,
    Wait,
    WriteFile,
)
from connector.contract.first_day import (
    ANY_MODULE,
    Asked,
    FieldInfo,
    Granted,
    GrantTalk,
    GrantType,
    InspectTalk,
    ModuleInfo,
    OrganisationInfo,
    SurveyTalk,
)
from connector.contract.reading import (
    PAGE_ROWS,
    Conversation,
    Deletions,
    Finished,
    Page,
    PullEvent,
    PullTalk,
    State,
    Unreadable,
    Withheld,
)
from connector.contract.writing import (
    Cell,
    Change,
    FieldShape,
    Place,
    PlaceTalk,
    PushTalk,
    Receipt,
    WriteTarget,
)

__all__ = [
    "ANY_MODULE",
    "PAGE_ROWS",
    "Access",
    "Adapter",
    "AdapterType",
    "Asked",
    "Capabilities",
    "Capability",
    "Cell",
    "Change",
    "Conversation",
    "Deletions",
    "Effect",
    "FieldInfo",
    "FieldShape",
    "FileInfo",
    "Finished",
    "GrantTalk",
    "GrantType",
    "Granted",
    "HttpAccess",
    "HttpRequest",
    "HttpResponse",
    "InspectTalk",
    "IntroduceTalk",
    "Introduction",
    "ListFiles",
    "ModuleInfo",
    "OpenFile",
    "OrganisationInfo",
    "Page",
    "Place",
    "PlaceTalk",
    "PullEvent",
    "PullTalk",
    "PushTalk",
    "Receipt",
    "Refusal",
    "SignIn",
    "SignInTalk",
    "State",
    "SurveyTalk",
    "Unreadable",
    "Wait",
    "Withheld",
    "WriteFile",
    "WriteTarget",
]
