"""Programs of others, let in by a person: the authorization server (OAuth 2.1), on django-oauth-toolkit.

Its tables, token rules and parsing are the library's; its addresses, pages, limits and documents are ours.
"""
