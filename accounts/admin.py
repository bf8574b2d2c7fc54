"""Accounts in the admin: users, and what keeps them signed in."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

from .audit import BigTableAdmin, BoundedPaginator, id_of, named
from .entry.sign_ins import sign_out_everywhere
from .models import Reading, SignIn, User
from .programs.clients.redirects import fault_of_redirect

# Of a reading, the ids that it is found by.
READ_ABOUT = ("object_id", "conversation_id", "owner_id", "reader_id")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["username", "email", "issuer", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "issuer", "date_joined"]
    search_fields = ["username", "email", "subject"]
    # A form would cut the fraction of a second from the last, and so sign the user out with any change.
    readonly_fields = ["issuer", "subject", "date_joined", "last_login", "tokens_not_before"]
    actions = ["sign_out"]
    fieldsets = [
        *(DjangoUserAdmin.fieldsets or ()),
        (_("Identity"), {"fields": ["issuer", "subject", "time_zone", "tokens_not_before"]}),
    ]

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request, queryset):
        for user in queryset:
            sign_out_everywhere(user)
        self.message_user(request, gettext("All their tokens and logins are refused from now on."))

    def get_deleted_objects(self, objs, request):
        """Whoever may delete a user may delete what belongs to the user, also what the admin only shows."""
        _, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        # How many of each is enough to decide by: titles are what people wrote.
        return (
            [gettext("What people wrote is not listed here.")],
            counts,
            perms_needed & {User._meta.verbose_name},
            protected,
        )


# The library shows what belongs to people alone, and makes programs of kinds that are not known here.
for model in (AccessToken, Application, Grant, IDToken, RefreshToken):
    admin.site.unregister(model)


class ProgramForm(forms.ModelForm):
    def clean_redirect_uris(self) -> str:
        addresses = self.cleaned_data["redirect_uris"].split()
        for address in addresses:
            if fault := fault_of_redirect(address):
                raise ValidationError(f"{address} {fault}.")
        return " ".join(addresses)


@admin.register(Application)
class ProgramAdmin(admin.ModelAdmin):
    """Programs of others: those that registered themselves, and those that an operator makes. All are public."""

    form = ProgramForm
    list_display = ["client_id", "name", "registration_source", "created", "updated"]
    list_filter = ["registration_source", "created"]
    search_fields = ["=client_id", "name"]
    fields = ["client_id", "name", "redirect_uris", "registration_source", "created", "updated"]
    readonly_fields = ["registration_source", "created", "updated"]
    ordering = ["-id"]
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def save_model(self, request, obj, form, change):
        obj.client_type = Application.CLIENT_PUBLIC
        obj.authorization_grant_type = Application.GRANT_AUTHORIZATION_CODE
        obj.hash_client_secret = False  # nobody is told it
        super().save_model(request, obj, form, change)


@admin.register(SignIn)
class SignInAdmin(BigTableAdmin):
    """A record of sign-ins: nothing to add, change or delete. The key of a session is nobody's business."""

    list_display = ["user", "user_agent", "created_at", "last_used_at", "ended_at"]
    list_filter = ["created_at", "ended_at"]
    list_select_related = ["user"]
    search_help_text = _("A username, or an id")
    exclude = ["session_key"]

    def ways(self, rows, typed):
        return [rows.filter(user__in=named(typed)), rows.filter(pk=id_of(typed))]


@admin.register(Reading)
class ReadingAdmin(BigTableAdmin):
    """Which administrator looked at what. Reading it is not recorded: it holds nothing that people wrote."""

    list_display = ["read_at", "reader", "what", "object_id", "owner"]
    list_filter = ["read_at"]
    search_help_text = _("The id of what was looked at, of its conversation, its owner or the reader; or a username")
    fields = ["id", "read_at", "reader", "reader_id", "what", "object_id", "conversation_id", "owner", "address"]

    def ways(self, rows, typed):
        ids = [*named(typed), id_of(typed)]
        return [rows.filter(**{f"{column}__in": ids}) for column in READ_ABOUT]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(reader_name=username_of("reader_id"), owner_name=username_of("owner_id"))
        )

    @admin.display(description="reader")
    def reader(self, reading):
        return reading.reader_name or reading.reader_id

    @admin.display(description="owner")
    def owner(self, reading):
        return reading.owner_name or reading.owner_id


def username_of(column: str) -> Subquery:
    """The name to an id, as long as there is an account."""
    return Subquery(User.objects.filter(pk=OuterRef(column)).values("username"))
