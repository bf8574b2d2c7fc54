import time

from django.test import SimpleTestCase

from chat.pages.claims import claims_change

CLAIMS = """
I added milk.
Done – I’ve moved it to Friday.
Completed “rent”.
OK. Deleted both.
I have just updated it
**Added:** milk
Added: milk
Added: **Buy milk** (due tomorrow)
Milk has been added to your list.
“Milk” has been **added**.
Your task was deleted.
The rent was moved to Friday.
Both todos have been marked as done.
All three were removed from your list.
✅ Milk
✅ Buy milk – added
✅ Added “milk”\\n✅ Added “eggs”
- ✅ milk\\n- ✅ eggs
✔️ Milk
- [x] milk
Done!
Done.
All done!
It's done.
Sure! Milk is now on your list.
Milk is on your list now.
The dentist is now due on Friday.
“Rent” is now marked as done.
It is gone.
They're off your list.
I went ahead and deleted all of them.
I've gone ahead and deleted it.
Successfully deleted 3 todos.
Okay, moved to Friday.
Got it — renamed to “x”.
I'm adding milk to your list.
I am now deleting it.
We have rescheduled it for Monday.
Sure, I've set the priority to high.
I undid the last change.
Your list has been cleared.
Everything was deleted.
I’ve crossed it off.
As you asked, I removed the two old ones.
Both were on the list, so I completed them.
Created a new todo: milk
* Added: milk\\n* Removed: eggs
Milk is no longer on your list.
🗑️ Deleted “milk”
Task created: Buy milk
New todo added: milk
Todo deleted.
Your todo has now been renamed.
Marked as done: rent
Milk and eggs were added.
Here is what I did: added milk, deleted eggs.
It's been deleted.
Priority set to high.
Consider it done.
I took it off your list.
Rent: done ✅ I've ticked it off.
Reminder set for 9am.
Changes made:\\n- milk → Friday
I did delete it.
I have now completed that for you, and the next one is due Friday.
Your reminder is set for 9 am now.
I put milk on your list.
Milk: added.
Updated the due date to Friday.
Milk added ✅
Your list was updated
Nice, it got moved to Tuesday
Great news! The dentist appointment has been **rescheduled** to Monday at 9am.
I've taken care of it – “milk” is on your list.
Your groceries are now all checked off.
Alright, that's been removed.
**“Rent”** → moved to Friday
1. ✅ Call mum
2. ✅ Book flights
Perfect! I have now updated the priority of “taxes” to urgent.
Milk, eggs and bread have all been added to your list for tomorrow.
Absolutely. Renamed it to “Buy oat milk”.
The task is deleted.
Removed: all done todos
Rescheduled: dentist → Tuesday
The meeting is now set for 3 pm.
Your reminder's been set.
I created three todos for you: tent, stove, lamp.
Got it, cancelled.
Noted! I added it with high priority.
I've also tagged both with #home.
Todo “Buy milk” created successfully.
“Buy milk” added to your list.
Successfully added “Buy milk”!
I’ve gone ahead & marked it complete.
Done: I deleted it.
Okay! I restored the rent from the trash.
Undone. The rent is back on your list.
All 5 tasks were marked complete.
That's off your list now.
It’s been pushed back to next week.
Task successfully completed!
I have postponed it by a week.
- Added milk
• Deleted eggs
Your shopping list has been emptied.
I've emptied the trash.
I just bumped that to tomorrow.
Marking “rent” as done now.
"""
OTHER_TALK = """
I added nothing.
You added it on Monday.
What should be added?
I can add it.
No todo was changed.
Nothing was deleted.
Should I have deleted it?
Was it added?
I could not add it.
I haven't added anything.
I have not deleted it.
It was not moved.
Would you like me to mark it as done?
Do you want it deleted?
You have 3 open todos.
You completed 4 todos this week.
You've marked rent as done.
Milk is on your list.
“Rent” is due on Friday.
“Rent” was completed yesterday.
It was added on Monday.
Completed todos: rent, laundry
Completed tasks:
Deleted todos stay in the trash for 30 days.
Todos are deleted after 30 days.
If you delete it, it can be restored.
Once it has been added, I can set a date.
When a todo is completed, the next one appears.
I will add it.
I'll move it to Friday if you like.
It will be deleted.
Let me know when it was done.
The rent is already marked as done.
I've already added that.
Here is your updated list:
Updated list:
- Rent, completed yesterday
Created: 3 March
- Created: 2026-03-01
Completed: 3
Completed: 3 of 5
This would delete 4 todos: a, b.
Say “yes” to have them deleted.
To have it deleted, say so.
The todo that was added last is milk.
The last change was made by you.
None of them were deleted.
Neither was changed.
Your next todo is “I deleted everything”.
It is set to high priority.
It is scheduled for Friday.
It is marked as urgent.
Rent is now overdue.
It is now 5 pm.
Nothing has been changed.
The one I added is due Friday.
You asked whether I added milk.
All set for today: nothing is due.
I can't find a todo that was deleted.
You can undo this once it has been done.
All right, nothing was changed.
The meeting got a date: Friday.
It was due on Friday.
Your oldest todo was created in January.
Set a date first.
Put it in quotes.
I have three questions.
I have found two todos.
I found 3 todos.
I looked at your list.
I made no changes.
Three todos are done.
It's done already.
Your list is empty.
There is nothing to delete.
Which of the two should I delete?
I can’t delete other people's todos.
The oldest one is “rent”, created on 3 March.
Shall I go ahead and remove them?
Before I delete these, are you sure?
I need to know which one you mean before anything is changed.
You moved the dentist twice last week.
This task was last updated on Monday.
These are done: laundry, taxes.
Here are the tasks you completed: rent, taxes.
Two of your todos are due today.
It looks like that has already been completed.
I wasn't able to add it: the date is in the past.
Adding it failed.
I tried to delete it, but it could not be found.
The todo could not be deleted.
“Rent” is open and has high priority.
Your most recently added todo is milk.
It has been on your list since Monday.
It has been overdue for three days.
Say “undo” and I will put it back.
Notes: call the plumber; moved house in May
Priority: high. Due: Friday. Repeats: every week.
Nothing on your list has been marked urgent.
I would have moved it to Friday.
You can have tasks marked as done by saying so.
If that is right, I will delete both.
What I can do: add, list, complete, change and delete todos.
The trash keeps what was deleted for 30 days.
I have no todo called milk.
I'm here to help with your todos.
Have you added milk?
I don't see anything that was removed.
Everything is done for today.
There are 4 completed tasks.
Only you can approve this; nothing has been deleted yet.
I've looked: you have 3 open todos.
I have listed them by date.
Your todo list was empty.
Your next task is to call mum.
"""
LISTS = (
    "Open:\n- milk\n\nCompleted:\n- rent",
    "✅ Rent\n⬜ Milk",
    "- [x] rent\n- [ ] milk",
    "You have 2 todos:\n1. milk\n2. Finish what I created",
    "**Done**\n- rent\n\n**Open**\n- milk",
    "✅ Here are your todos: milk",
    "✅ **Completed tasks**\n- rent",
)
IN_OTHER_LANGUAGES = (
    "Ich habe Milch hinzugefügt.",
    "„Miete“ wurde gelöscht.",
    "J’ai ajouté le lait.",
    "Le loyer a été supprimé.",
    "He añadido la leche.",
    "Se ha eliminado la tarea.",
)
UNITS = (
    "I added ",
    "“",
    '"a',
    "was added ",
    "added: ",
    "if x, ",
    "(",
    "**",
    "'a ",
    "all all ",
    "now ",
    "- ",
    "is on ",
    "ok ",
)


class ClaimTests(SimpleTestCase):
    def test_a_change_that_is_reported_as_done_is_a_claim(self):
        for text in [*CLAIMS.strip().split("\n"), *IN_OTHER_LANGUAGES]:
            with self.subTest(text):
                self.assertTrue(claims_change(text.replace("\\n", "\n")))

    def test_other_talk_is_none(self):
        for text in [*OTHER_TALK.strip().split("\n"), "Ich habe nichts gelöscht.", "Soll ich Milch hinzufügen?"]:
            with self.subTest(text):
                self.assertFalse(claims_change(text))

    def test_a_list_of_done_and_open_todos_is_none(self):
        for text in LISTS:
            with self.subTest(text):
                self.assertFalse(claims_change(text))

    def test_the_last_of_many_sentences_is_read(self):
        self.assertTrue(claims_change("Nothing is due. " * 3_000 + "I deleted both."))

    def test_a_long_answer_is_read_in_a_moment(self):
        for unit in UNITS:
            with self.subTest(unit):
                started = time.thread_time()
                claims_change((unit * 60_000)[:60_000] + "?")
                claims_change((unit * 60_000)[:60_000] + ".")
                # 30 ms here; a pattern that looks at each place from each place takes minutes.
                self.assertLess(time.thread_time() - started, 2)
