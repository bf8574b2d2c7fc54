"""Where the program is reached: scheme, host and port, as the request at hand names them."""

from django.http import HttpRequest


def own_origin(request: HttpRequest) -> str:
    """Without a slash at the end. The host is one that ALLOWED_HOSTS names."""
    return f"{request.scheme}://{request.get_host()}"
