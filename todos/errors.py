"""Refusals about todos."""

from django.utils.translation import gettext_noop as _

from web.errors import ProductError


class TodoNotFound(ProductError):
    code = "todo_not_found"
    status = 404
    message = _("There is no such todo.")


class NotYourTodo(ProductError):
    code = "not_your_todo"
    status = 403
    message = _("This todo belongs to another user.")


class VersionConflict(ProductError):
    """`details` holds the todo as it is now."""

    code = "version_conflict"
    status = 409
    message = _("This todo was changed in the meantime. Look at it and try again.")


class ReferenceNotFound(ProductError):
    """No todo fits the words; `details["near"]` lists the closest titles."""

    code = "todo_not_found"
    status = 404
    message = _("No todo matches these words.")


class ReferenceAmbiguous(ProductError):
    """Several todos fit the words; `details["candidates"]` lists them."""

    code = "todo_ambiguous"
    message = _("More than one todo matches these words.")


class ChangeNotFound(ProductError):
    code = "change_not_found"
    status = 404
    message = _("There is no such change.")


class ReminderNotFound(ProductError):
    code = "reminder_not_found"
    status = 404
    message = _("There is no such reminder.")


class NothingReminded(ReminderNotFound):
    message = _("Nothing has reminded you yet. Say a few words of the todo.")


class NothingToUndo(ProductError):
    """There never was a change, or all of them are undone."""

    code = "nothing_to_undo"
    status = 409
    message = _("There is nothing to undo here.")


class UnknownTag(ProductError):
    """`details["tag"]` lists the tags in use."""

    code = "unknown_tag"
    message = _("No todo has this tag.")
