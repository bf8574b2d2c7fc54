"""What audit pages of the admin share: everything can be read, nothing can be added, changed or deleted."""

import json

from django.http import HttpRequest
from django.utils.html import format_html


class ReadOnly:
    """An audit that the audited could change is none."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def pretty_json(value: object) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
