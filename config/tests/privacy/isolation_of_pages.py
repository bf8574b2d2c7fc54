"""What is to be heard at each address of the pages; foreign and missing sound the same there."""

from functools import partial

from .isolation import Door, Doors

Thing = partial(Door, anothers="404", missing="404")
Open = partial(Door, unknown="own")


def button(own: str = "302", **fields: object) -> dict[str, Door]:
    return {"POST": Thing(own, **fields)}


def page(own: str = "200", **fields: object) -> dict[str, Door]:
    return {method: Thing(own, **fields) for method in ("GET", "HEAD")}


def own_page(own: str = "200", **fields: object) -> dict[str, Door]:
    return {method: Door(own, **fields) for method in ("GET", "HEAD")}


def own_button(own: str = "302", **fields: object) -> dict[str, Door]:
    return {"POST": Door(own, **fields)}


def entrance(posted: str) -> dict[str, Door]:
    return {"GET": Open("200"), "HEAD": Open("200"), "POST": Open(posted)}


# Who comes by a token did not sign in just now, and is asked who they are.
ASKED = {"by_token": "200"}
# What a reload of the answer to a form leads to.
FORM = dict.fromkeys(("GET", "HEAD"), Open("302"))
CONVERSATION = "c/<uuid:conversation_id>"
MESSAGE = f"{CONVERSATION}/messages/<uuid:message_id>"
SAID = {"message": "what is overdue?", "conversation_id": "{conversation_id}"}
PAGES: Doors = {
    "": own_page(),
    "accounts/login": entrance("422"),
    "accounts/login/passkey": {"POST": Open("422")},
    "accounts/login/passkey/options": {"POST": Open("422 validation_error")},  # no passkeys at this address
    # There after a right password, and no other way.
    "accounts/login/second-factor": dict.fromkeys(("GET", "HEAD"), Open("sign in")) | {"POST": Open("422")},
    "accounts/outside/<slug:slug>": dict.fromkeys(("GET", "HEAD"), Open("404")),  # no such provider
    "accounts/outside/<slug:slug>/callback": dict.fromkeys(("GET", "HEAD"), Open("404")),
    "accounts/register": entrance("422"),
    "accounts/register/passkey": entrance("422"),
    "accounts/register/passkey/options": {"POST": Open("422 validation_error")},
    "accounts/first-sign-in": dict.fromkeys(("GET", "HEAD", "POST"), Open("404")),  # there with a key, and no other way
    # From the login only, and never from another token.
    "accounts/token": {
        "POST": Door("200", unknown="401 token_missing", special={"namesake": "401 token_missing"}),
    },
    "accounts/logout": {"POST": Open("sign in", ends=True), "OPTIONS": Open("200")},
    "accounts/password/forgot": entrance("422"),
    # There with the key of a mail, and no other way.
    "accounts/password/reset": dict.fromkeys(("GET", "HEAD", "POST"), Open("410")),
    "accounts/email/confirm": dict.fromkeys(("GET", "HEAD", "POST"), Open("410")),
    "accounts/settings": own_page(),
    "accounts/settings/email": FORM | own_button("422", **ASKED),
    "accounts/settings/email/remove": FORM | own_button(**ASKED),
    "accounts/settings/mails": FORM | own_button(),
    "accounts/settings/theme": own_button(body={"theme": "dark"}),
    "accounts/settings/time-zone": FORM | own_button(body={"time_zone": "Europe/Berlin"}),
    "accounts/settings/habits": FORM | own_button(body={"language": "de", "clock_hours": "12", "first_weekday": "6"}),
    "accounts/settings/sign-ins/end": own_button("sign in"),
    "accounts/settings/sign-ins/<uuid:sign_in_id>/end": {"POST": Door("302", "302", "302")},
    "accounts/settings/passkeys": FORM | own_button("422", **ASKED),
    "accounts/settings/passkeys/options": own_button("422 validation_error"),
    "accounts/settings/passkeys/<uuid:passkey_id>/rename": FORM
    | {"POST": Door("302", "302", "302", body={"name": "taken"})},
    # The last way in stays.
    "accounts/settings/passkeys/<uuid:passkey_id>/remove": FORM | {"POST": Door("422", "302", "302", **ASKED)},
    "accounts/settings/outside/<slug:slug>": FORM | own_button("404", **ASKED),
    "accounts/settings/outside/<uuid:identity_id>/unlink": FORM | {"POST": Door("302", "302", "302", **ASKED)},
    "accounts/settings/second-factor/app": own_page() | own_button(**ASKED),  # without a ticket: anew
    "accounts/settings/second-factor/passkey": FORM | own_button("200", other="422", **ASKED),
    "accounts/settings/second-factor/codes": FORM | own_button("200", other="422", **ASKED),
    "accounts/settings/second-factor/end": FORM | own_button(**ASKED),
    "accounts/settings/tokens": FORM | own_button("422", **ASKED),
    "accounts/settings/tokens/<uuid:token_id>/revoke": {"POST": Door("302", "302", "302")},
    "accounts/settings/password": FORM | own_button("422", **ASKED),
    # Who has the address may end these mails: it can do nothing else.
    "notices/stop/<str:token>": dict.fromkeys(("GET", "HEAD", "POST"), Open("404")),
    "accounts/settings/briefing": own_button(),
    "accounts/settings/notices": own_button(body={"page": "on", "says_what": "true"}),
    "accounts/settings/notices/devices/<uuid:subscription_id>/end": {"POST": Door("302", "302", "302")},
    "accounts/settings/notices/test/<str:channel>": own_button(),
    "accounts/settings/webhooks": FORM | own_button("422", **ASKED),
    "accounts/settings/webhooks/<uuid:webhook_id>/secret": FORM | {"POST": Door("200", "302", "302", **ASKED)},
    "accounts/settings/webhooks/<uuid:webhook_id>/new-secret": FORM | {"POST": Door("200", "302", "302", **ASKED)},
    "accounts/settings/webhooks/<uuid:webhook_id>/test": {"POST": Door("302", "302", "302")},
    "accounts/settings/webhooks/<uuid:webhook_id>/switch": {"POST": Door("302", "302", "302")},
    "accounts/settings/webhooks/<uuid:webhook_id>/remove": {"POST": Door("302", "302", "302")},
    "accounts/settings/export": own_page(),
    "accounts/settings/erase": FORM | own_button("200", body={"username": "alice"}, other="422", **ASKED),
    "accounts/settings/programs/<int:program_id>/disconnect": FORM | {"POST": Door("302", "302", "302")},
    # From the login only, and never from another token. Nobody asks for anything here.
    "o/authorize": dict.fromkeys(
        ("GET", "POST"), Door("400", unknown="sign in", other="400", special={"namesake": "sign in"})
    ),
    "o/token": {"POST": Open("400 invalid_request")},
    "o/register": {"POST": Open("400 invalid_client_metadata")},
    "o/revoke": {"POST": Open("400 invalid_request")},
    ".well-known/oauth-authorization-server/o": dict.fromkeys(("GET", "HEAD"), Open("200")),
    ".well-known/oauth-protected-resource/api": dict.fromkeys(("GET", "HEAD"), Open("200")),
    ".well-known/oauth-protected-resource": dict.fromkeys(("GET", "HEAD"), Open("200")),
    ".well-known/oauth-protected-resource/mcp": dict.fromkeys(("GET", "HEAD"), Open("200")),
    **dict.fromkeys(("manifest.webmanifest", "worker.js", "offline"), dict.fromkeys(("GET", "HEAD"), Open("200"))),
    "todos": own_page(),
    "todos/new": own_page(),
    "todos/add": own_page("302") | own_button(body={"text": "new"}),
    "todos/parse": own_button("200", body={"text": "new"}),
    "todos/selection": own_button(body={"act": "complete"}),
    "todos/<uuid:todo_id>/edit": page() | button(body={"title": "taken", "version": "1", "priority": "none"}),
    "todos/<uuid:todo_id>/complete": button(),
    "todos/<uuid:todo_id>/reopen": button(),
    "todos/<uuid:todo_id>/delete": button(),
    "todos/<uuid:todo_id>/move": button(body={"to": "tomorrow"}),
    "todos/<uuid:todo_id>/restore": button(),
    "undo/change/<uuid:change_id>": button(),
    "undo/tool-call/<uuid:tool_call_id>": button(),
    "undo/turn/<uuid:message_id>": button(),
    "todos/export": own_page(),
    "todos/import": own_page("302") | own_button("422"),
    "calendar/make": own_page("302") | own_button("200"),
    "calendar/end": own_button(),
    # Who has the address may look: it is the key.
    "calendar/<str:secret>.ics": dict.fromkeys(("GET", "HEAD"), Open("200", "200", "404", special={"disabled": "404"})),
    # So is this one, of a button that was pressed before.
    "r/<str:button>": dict.fromkeys(("GET", "HEAD", "POST"), Open("410", "410", "404")),
    "notices": own_page(),
    "notices/<uuid:delivery_id>/<str:act>": {"POST": Door("302", "302", "302")},
    "c/send": own_page("302") | button(body=SAID),
    CONVERSATION: page(),
    f"{CONVERSATION}/change": button(body={"title": "taken"}),
    f"{CONVERSATION}/delete": button(),
    f"{CONVERSATION}/continue": button(),
    f"{CONVERSATION}/export": page(),
    f"{CONVERSATION}/restore": button(),
    f"{CONVERSATION}/follow": page(),
    f"{CONVERSATION}/stop": button(),
    f"{MESSAGE}/rate": button(mixed="404", body={"feedback": "up"}),
    f"{MESSAGE}/changes": page(mixed="200"),
    # Of an answer: only what a person said is edited.
    f"{MESSAGE}/edit": page("404", mixed="404") | button("404", mixed="404", body=SAID),
    f"{MESSAGE}/retry": own_page("302") | button(mixed="404"),
    # What a turn asks stands in its conversation.
    "approvals/<uuid:approval_id>": page("302")
    | button(body={"decision": "approve", "approve-{approval_id}": "{todo_id}"}),
}
