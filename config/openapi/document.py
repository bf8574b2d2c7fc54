"""The API document as generators and people need it: what each operation may answer, with examples, and true shapes."""

from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.types import DictStrAny

from accounts.scopes import SCOPES
from config.programs import scope_of

from .error_examples import errors_of
from .examples import ANSWERS, BODIES
from .shapes import references, shape

# What takes no key: an account that is gone asks nothing twice, and a retry of an answer that came is refused.
# A turn has a key of its own kind, and says so; in AG-UI the id of a message is one.
WITHOUT_KEY = {"eraseAccount", "retryMessage", "runAgent", "sendMessage"}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Makes the request safe to send again: the same key with the same request is answered as the first "
    "was, for 24 hours at least, and nothing is written twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
# Writes that read words such as “tomorrow”, or keep the moment.
READS_MOMENT = {
    "completeTodo",
    "createTodo",
    "deleteTodo",
    "reopenTodo",
    "restoreTodo",
    "sendMessage",
    "updateTodo",
    "writeTodos",
}
TYPED_AT = {
    "in": "header",
    "name": "X-Typed-At",
    "required": False,
    "description": "When the person wrote this (RFC 3339), where it waited for a network: “tomorrow” counts from "
    "then. At most 7 days ago; a later moment than now is now.",
    # Without the format: a generator of clients leaves an operation out whose header is a date-time.
    "schema": {"type": "string", "examples": ["2026-03-04T10:00:00+01:00"]},
}
# Programs of others, let in by a person (RFC 8414 says the same to those that ask the server).
PROGRAM_AUTH = {
    "type": "oauth2",
    "description": "Authorization code with PKCE (S256) and `resource` (RFC 8707), which is the address of `/api`.",
    "flows": {
        "authorizationCode": {
            "authorizationUrl": "/o/authorize",
            "tokenUrl": "/o/token",
            "refreshUrl": "/o/token",
            "scopes": SCOPES,
        }
    },
}
CONDITIONAL = {
    *("getConversation", "getTodo", "getWebhook"),
    *("listConversations", "listMessages", "listTodos", "listWebhooks"),
}
# Where what was made is found.
LOCATED = {"createTodo", "createWebhook"}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The ETag last seen; where the answer is still the same, it is 304 and has no body.",
    "schema": {"type": "string"},
}
HEADERS = {
    "X-Request-ID": "Finds the request in the logs.",
    "X-API-Version": "The version of this document that the answer follows.",
    "RateLimit": "What is left of each limit that the request counted in (`r`), and for how many seconds (`t`).",
    "RateLimit-Policy": "Those limits: uses (`q`) in so many seconds (`w`).",
    "Deprecation": "Since when this is given up (RFC 9745); `/api/changes` says what to use instead.",
    "Sunset": "From when it may be gone (RFC 8594).",
    "ETag": "The version of what is answered; send it as `If-Match` or `If-None-Match`.",
    "Location": "The address of what was made.",
    "Retry-After": "Whole seconds until it is worth trying again.",
    "WWW-Authenticate": "What kind of token is wanted (RFC 6750).",
    "Idempotent-Replayed": "`true` where the answer is the one that was given before.",
}


def finish(document: OpenAPISchema, statuses: dict[str, int]) -> None:
    """Complete what the library made of the operations; `statuses` is the status of each error code."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if takes_key(method, operation):
                operation["parameters"].append(IDEMPOTENCY_KEY)
            if operation["operationId"] in READS_MOMENT:
                operation["parameters"].append(TYPED_AT)
            if operation["operationId"] in CONDITIONAL:
                operation["parameters"].append(IF_NONE_MATCH)
                operation["responses"][304] = {"description": "Not modified since the ETag that was sent."}
            for status in common_refusals(path, operation):
                operation["responses"].setdefault(status, documented_error(status))
            add_examples(f"{method.upper()} {path}", operation, statuses)
            for parameter in operation["parameters"]:
                # Here the library repeats the examples of the schema, in the shape that they have there.
                parameter.pop("examples", None)
            operation.setdefault("security", [])
            let_programs_in(method, path, operation)
    document["components"]["securitySchemes"]["ProgramAuth"] = PROGRAM_AUTH
    say_that_answers_are_whole(document)
    say_one_schema_directly(document)
    shape(document, sorted(statuses))
    document["info"]["license"] = {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"}
    document["externalDocs"] = {
        "url": "/api/changes",
        "description": "What each version changed.",
    }
    document["servers"] = [{"url": "/", "description": "The host that this document came from."}]
    add_headers(document)


def let_programs_in(method: str, path: str, operation: DictStrAny) -> None:
    """Where a token of a program counts as well, with the scope that it needs."""
    scope = scope_of(method, path)
    if operation["security"] and scope:
        operation["security"].append({"ProgramAuth": [scope]})


def takes_key(method: str, operation: DictStrAny) -> bool:
    """Whether the operation takes an Idempotency-Key: nearly every write of who is signed in."""
    signed_in = bool(operation.get("security"))
    return method != "get" and signed_in and operation["operationId"] not in WITHOUT_KEY


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def say_that_answers_are_whole(document: OpenAPISchema) -> None:
    """Every field of an answer is always there; a default would be a value that nobody may leave out."""
    schemas, sent = document["components"]["schemas"], names_of_bodies(document)
    for name in schemas.keys() - sent:
        properties = schemas[name].get("properties", {})
        for field in properties.values():
            field.pop("default", None)
        if properties:
            schemas[name]["required"] = list(properties)


def say_one_schema_directly(document: OpenAPISchema) -> None:
    """pydantic wraps a schema that is named beside a default or a description; 3.1 needs no wrapping."""
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            if len(field.get("allOf", ())) == 1:
                field.update(field.pop("allOf")[0])


def names_of_bodies(document: OpenAPISchema) -> set[str]:
    """The schemas that requests are made of."""
    bodies = [
        operation["requestBody"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "requestBody" in operation
    ]
    names: set[str] = set()
    waiting = [name for body in bodies for name in references(body)]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += references(document["components"]["schemas"][name])
    return names


def add_headers(document: OpenAPISchema) -> None:
    """The headers of each answer, and what they say."""
    used: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                names = headers_of(method, path, operation, int(status))
                response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                used.update(names)
    document["components"]["headers"] = {
        name: {"description": words, "schema": {"type": "string"}} for name, words in HEADERS.items() if name in used
    }


def headers_of(method: str, path: str, operation: DictStrAny, status: int) -> list[str]:
    kept = any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    return [
        "X-Request-ID",
        "X-API-Version",
        *(["RateLimit", "RateLimit-Policy"] if operation.get("security") and status not in {401, 500, 503} else []),
        *(["Deprecation", "Sunset"] if operation.get("deprecated") else []),
        *(["ETag"] if has_etag(operation, path, status) else []),
        *(["Location"] if operation["operationId"] in LOCATED and status == 201 else []),
        *(["Idempotent-Replayed"] if kept and status < 300 else []),
        *(["WWW-Authenticate"] if status == 401 else []),
        *(["Retry-After"] if status in {409, 429, 503} else []),
    ]


def has_etag(operation: DictStrAny, path: str, status: int) -> bool:
    """Answers with one todo have the one for If-Match; those that a client may ask for again, one for If-None-Match."""
    if operation["operationId"] in CONDITIONAL:
        return status < 400
    return status < 300 and "Todo" in references(operation["responses"].get(status, {})) and "/undo" not in path


def common_refusals(path: str, operation: DictStrAny) -> list[int]:
    return [
        *([401, 429] if "security" in operation else []),
        *([403] if "{user_id}" in path else []),
        *([408, 413, 415] if "requestBody" in operation else []),
        *([422] if "requestBody" in operation or operation["parameters"] else []),
        500,
        503,
    ]


def documented_error(status: int) -> DictStrAny:
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}


def add_examples(name: str, operation: DictStrAny, statuses: dict[str, int]) -> None:
    """To what is sent and what is answered, and to each refusal one for every code that it may have."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        content["example"] = example_for(BODIES[name], media_type)
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if int(status) < 400:
                content["example"] = example_for(ANSWERS[name], media_type)
                continue
            codes = {code for code, of_code in statuses.items() if of_code == int(status)}
            content["examples"] = {code: {"value": value} for code, value in errors_of(name, codes).items()}


def example_for(examples: Any, media_type: str) -> Any:
    """The example itself, or the one of several media types."""
    return examples.get(media_type, examples)
