"""How Django's own apps are configured here."""

from django.contrib.admin.apps import AdminConfig


class AuditedAdminConfig(AdminConfig):
    """The admin, which writes down who looks at what."""

    default_site = "accounts.audit.AuditedSite"
