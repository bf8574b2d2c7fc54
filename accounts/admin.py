"""Accounts in the admin: users, and the tokens that keep them signed in."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from .models import RefreshToken, User
from .tokens import sign_out_everywhere


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["username", "email", "issuer", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "issuer", "date_joined"]
    search_fields = ["username", "email", "subject"]
    readonly_fields = ["issuer", "subject", "date_joined", "last_login"]
    actions = ["sign_out"]
    fieldsets = [
        *(DjangoUserAdmin.fieldsets or ()),
        ("Identity", {"fields": ["issuer", "subject", "time_zone", "tokens_not_before"]}),
    ]

    @admin.action(description="Refuse all tokens issued so far", permissions=["change"])
    def sign_out(self, request, queryset):
        for user in queryset:
            sign_out_everywhere(user)
        self.message_user(request, "All their tokens are refused from now on.")

    def get_deleted_objects(self, objs, request):
        """Whoever may delete a user may delete what belongs to the user, also what the admin only shows."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, perms_needed & {User._meta.verbose_name}, protected


@admin.register(RefreshToken)
class RefreshTokenAdmin(admin.ModelAdmin):
    """A record of sign-ins: nothing to add, change or delete. The hash of a token is nobody's business."""

    list_display = ["user", "family", "created_at", "expires_at", "rotated_at", "revoked_at"]
    list_filter = ["created_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "=family"]
    exclude = ["digest"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
