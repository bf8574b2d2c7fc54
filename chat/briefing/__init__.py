"""The morning briefing and the plan of a week: off until asked for, at a person's hour, in a conversation of its own.

For others: `sweep.brief_for_ever`, the sweep of each process. What goes out by push and mail is put into the outbox.
"""
