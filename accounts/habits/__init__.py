"""What a person is used to: kept with the account, first as their browser says, changed in the settings.

`stored.py` has the columns, `first.py` what the browser says, `section.py` and `views.py` the settings.
"""
