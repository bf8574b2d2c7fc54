"""The form that takes a file."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .importing import MEDIA_TYPES


class ImportForm(forms.Form):
    file = forms.FileField(error_messages={"required": _("Choose a file.")})

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if self.media_type(file) is None:
            raise forms.ValidationError(_("Choose a file that ends in .json or .csv."))
        return file

    def media_type(self, file: UploadedFile) -> str | None:
        """By the name: browsers send whatever the system calls a CSV file."""
        return MEDIA_TYPES.get((file.name or "").lower().rpartition(".")[2])

    def upload(self) -> tuple[bytes, str]:
        """The content and media type, of a valid form."""
        file: UploadedFile = self.cleaned_data["file"]
        return file.read(), self.media_type(file) or ""
