"""Addresses of signing in and of a person's settings."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from .habits.views import change_habits
from .mails import views as mails
from .outside import views as outside
from .pages import views
from .pages.first_sign_in import first_sign_in
from .passkeys import signing_up
from .passkeys import views as passkeys
from .programs.urls import urlpatterns as of_programs
from .second_factor import views as second_factor

urlpatterns = [
    *of_programs,
    path("accounts/login", views.login, name="login"),
    path("accounts/login/passkey", passkeys.enter_by_passkey, name="enter_by_passkey"),
    path("accounts/login/passkey/options", passkeys.entering_options, name="entering_options"),
    path("accounts/login/second-factor", second_factor.ask, name="second_factor"),
    path("accounts/outside/<slug:slug>", outside.leave, name="leave_for_outside"),
    path("accounts/outside/<slug:slug>/callback", outside.come_back, name="outside_callback"),
    path("accounts/token", views.access_token, name="access_token"),
    path("accounts/logout", LogoutView.as_view(), name="logout"),
    path("accounts/register", views.register, name="register"),
    path("accounts/register/passkey", signing_up.register_by_passkey, name="register_by_passkey"),
    path("accounts/register/passkey/options", signing_up.signing_up_options, name="signing_up_options"),
    path("accounts/first-sign-in", first_sign_in, name="first_sign_in"),
    path("accounts/password/forgot", mails.forgot_password, name="forgot_password"),
    path("accounts/password/reset", mails.reset_password, name="reset_password"),
    path("accounts/email/confirm", mails.confirm_email, name="confirm_email"),
    path("accounts/settings", views.settings, name="settings"),
    path("accounts/settings/theme", views.change_theme, name="change_theme"),
    path("accounts/settings/time-zone", views.change_time_zone, name="change_time_zone"),
    path("accounts/settings/habits", change_habits, name="change_habits"),
    path("accounts/settings/sign-ins/end", views.end_sign_ins, name="end_sign_ins"),
    path("accounts/settings/sign-ins/<uuid:sign_in_id>/end", views.end_sign_in, name="end_sign_in"),
    path("accounts/settings/passkeys", passkeys.add, name="add_passkey"),
    path("accounts/settings/passkeys/options", passkeys.adding_options, name="adding_options"),
    path("accounts/settings/passkeys/<uuid:passkey_id>/rename", passkeys.rename, name="rename_passkey"),
    path("accounts/settings/passkeys/<uuid:passkey_id>/remove", passkeys.remove, name="remove_passkey"),
    path("accounts/settings/second-factor/app", second_factor.set_up_app, name="set_up_app"),
    path("accounts/settings/second-factor/passkey", second_factor.require_passkey, name="require_passkey"),
    path("accounts/settings/second-factor/codes", second_factor.renew_codes, name="renew_codes"),
    path("accounts/settings/second-factor/end", second_factor.end, name="end_second_factor"),
    path("accounts/settings/outside/<uuid:identity_id>/unlink", outside.unlink, name="unlink_outside"),
    path("accounts/settings/outside/<slug:slug>", outside.begin_linking, name="link_outside"),
    path("accounts/settings/tokens", views.make_personal_token, name="make_personal_token"),
    path("accounts/settings/tokens/<uuid:token_id>/revoke", views.revoke_token, name="revoke_personal_token"),
    path("accounts/settings/email", mails.change_email, name="change_email"),
    path("accounts/settings/email/remove", mails.remove_email, name="remove_email"),
    path("accounts/settings/mails", mails.choose_mails, name="choose_mails"),
    path("accounts/settings/password", views.change_password, name="change_password"),
]
