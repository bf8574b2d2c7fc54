"""Addresses of the todo pages and of what their buttons do."""

from django.urls import path

from .pages import views
from .pages.editing import edit
from .pages.moving import move
from .pages.new import new_todo
from .pages.selection import change_selected
from .transfer import views as transfer_views

urlpatterns = [
    path("todos", views.todos, name="todos"),
    path("todos/new", new_todo, name="new_todo"),
    path("todos/add", views.add, name="add_todo"),
    path("todos/parse", views.parse, name="parse_todo"),
    path("todos/selection", change_selected, name="change_selected"),
    path("todos/<uuid:todo_id>/edit", edit, name="edit_todo"),
    path("todos/<uuid:todo_id>/complete", views.complete, name="complete_todo"),
    path("todos/<uuid:todo_id>/reopen", views.reopen, name="reopen_todo"),
    path("todos/<uuid:todo_id>/delete", views.delete, name="delete_todo"),
    path("todos/<uuid:todo_id>/move", move, name="move_todo"),
    path("todos/<uuid:todo_id>/restore", views.restore, name="restore_todo"),
    path("undo/change/<uuid:change_id>", views.take_back, name="undo_change"),
    path("undo/tool-call/<uuid:tool_call_id>", views.take_back, name="undo_tool_call"),
    path("undo/turn/<uuid:message_id>", views.take_back, name="undo_turn"),
    path("todos/export", transfer_views.export_todos, name="export_todos"),
    path("todos/import", transfer_views.import_todos, name="import_todos"),
    path("calendar/make", transfer_views.make_calendar, name="make_calendar"),
    path("calendar/end", transfer_views.end_calendar, name="end_calendar"),
    path("calendar/<str:secret>.ics", transfer_views.calendar, name="calendar"),
]
