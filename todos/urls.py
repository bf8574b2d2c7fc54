"""Addresses of the todo pages and of what their buttons do."""

from django.urls import path

from . import views

urlpatterns = [
    path("todos", views.todos, name="todos"),
    path("todos/add", views.add, name="add_todo"),
    path("todos/<uuid:todo_id>/edit", views.edit, name="edit_todo"),
    path("todos/<uuid:todo_id>/complete", views.complete, name="complete_todo"),
    path("todos/<uuid:todo_id>/reopen", views.reopen, name="reopen_todo"),
    path("todos/<uuid:todo_id>/delete", views.delete, name="delete_todo"),
    path("todos/<uuid:todo_id>/restore", views.restore, name="restore_todo"),
]
