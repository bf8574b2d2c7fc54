"""Where requests go, and with which key: from the settings as people write them, Azure's two ways included."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit, urlunsplit

OPENAI = "https://api.openai.com/v1"
ENDPOINTS = {"/chat/completions": "chat_completions", "/responses": "responses"}
AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".azure-api.net")


@dataclass(frozen=True)
class Address:
    """`api` is the wire format. `key_header` has the key where it does not go as a bearer token."""

    base_url: str
    api: str
    query: dict[str, str] = field(default_factory=dict)
    key_header: str = ""


def server_address(base_url: str, model: str, api: str) -> Address:
    """Of OPENAI_BASE_URL, which may end in an endpoint, have an `api-version`, or be an Azure resource alone."""
    parts = urlsplit(base_url.strip() or OPENAI)
    path, host = parts.path.rstrip("/"), parts.hostname or ""
    for endpoint, of_endpoint in ENDPOINTS.items():
        if path.endswith(endpoint):
            path = path.removesuffix(endpoint)
            api = of_endpoint if api == "auto" else api
    if api == "auto":
        api = "responses" if host == "api.openai.com" else "chat_completions"
    query = dict(parse_qsl(parts.query))
    is_azure = host.endswith(AZURE_HOSTS) or "api-version" in query
    if is_azure and path in {"", "/openai"}:
        path = azure_path(model, api, has_version="api-version" in query)
    url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    return Address(url, api, query, "api-key" if is_azure else "")


def azure_path(model: str, api: str, *, has_version: bool) -> str:
    """Of a resource alone: the newer address, or with a version that of a deployment, which is named as the model."""
    if not has_version:
        return "/openai/v1"
    return "/openai" if api == "responses" else f"/openai/deployments/{model}"
