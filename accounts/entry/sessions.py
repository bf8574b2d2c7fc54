"""Sessions as Django keeps them in the database, found by SQL that is written once: every page begins with it."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from database.prepared import PreparedQuery, Slot

LIVE = PreparedQuery(
    lambda: Session.objects.filter(
        session_key=Slot("key", CharField()), expire_date__gt=Slot("now", DateTimeField())
    ).values_list("session_data")
)


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        for (stored,) in LIVE.rows(key=self.session_key, now=timezone.now()):
            return self.decode(stored)
        self._session_key = None
        return {}
