"""The page that ends mails. A GET shows a button and changes nothing, because mail scanners follow links."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from database.units import database_unit

from .signing import owner_id_of, stop_mails


# Mail programs post here by themselves, without a cookie; the token says whose mails end.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
async def stop(request: HttpRequest, token: str) -> HttpResponse:
    owner_id = owner_id_of(token)
    if owner_id is None:
        raise Http404
    if request.method == "POST":
        await database_unit(stop_mails)(owner_id)
    return render(request, "notices/stop.html", {"stopped": request.method == "POST"})
