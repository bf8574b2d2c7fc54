"""The page behind the link of `create_admin`: choose a password, once, and be signed in."""

from asgiref.sync import sync_to_async
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.entry.password_links import FIRST_SIGN_IN
from accounts.entry.passwords import hash_password
from accounts.entry.ways import PASSWORD
from database.units import database_read, database_unit
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address

from .entering import enter_or_ask

UNPROCESSABLE = 422


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
async def first_sign_in(request: HttpRequest) -> HttpResponse:
    await check_address("first-sign-in", address_of(request), REFRESHES_PER_PERSON)
    key = request.GET.get("key", "")
    user = await database_read(FIRST_SIGN_IN.user_of)(key)
    if user is None:
        raise Http404
    form: SetPasswordForm = SetPasswordForm(user, request.POST if request.method == "POST" else None)
    form.fields["new_password2"].label = _("New password again")
    if form.is_bound and await sync_to_async(form.is_valid)():
        hashed = await hash_password(form.cleaned_data["new_password1"])
        user = await database_unit(FIRST_SIGN_IN.store_password)(key, hashed, request, end_tokens=True)
        if user is None:
            raise Http404
        return await enter_or_ask(request, user, PASSWORD, page="admin:index")
    page = {"form": form, "username": user.username}
    status = UNPROCESSABLE if form.is_bound else 200
    return await sync_to_async(render)(request, "accounts/first_sign_in.html", page, status=status)
