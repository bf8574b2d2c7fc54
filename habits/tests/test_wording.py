"""How days, times and weeks read."""

import datetime

from django.test import SimpleTestCase

from habits.values import SATURDAY, SUNDAY, UNSAID, Habits
from habits.weeks import day_in_week, week_begins, weekday_order
from habits.wording import day_text, long_day_text, short_day_text, time_text

AMERICAN = Habits(12, SUNDAY, day_first=False)
FRIDAY = datetime.date(2026, 3, 6)


class Wording(SimpleTestCase):
    def test_a_clock_of_twelve_hours_has_no_hour_0_and_none_above_12(self):
        hours = [time_text(datetime.time(hour, 5), AMERICAN) for hour in (0, 1, 11, 12, 13, 23)]
        self.assertEqual(hours, ["12:05 am", "1:05 am", "11:05 am", "12:05 pm", "1:05 pm", "11:05 pm"])
        self.assertEqual(time_text(datetime.time(0, 5, 9), UNSAID, seconds=True), "00:05:09")

    def test_the_order_of_day_and_month_holds_in_all_lengths(self):
        for habits, words in (
            (UNSAID, ["Friday 6 March", "Friday 6 March 2026", "6 March 2026", "6 Mar 2026"]),
            (AMERICAN, ["Friday, March 6", "Friday, March 6, 2026", "March 6, 2026", "Mar 6, 2026"]),
        ):
            long = [long_day_text(FRIDAY, habits, year=year) for year in (False, True)]
            self.assertEqual([*long, day_text(FRIDAY, habits), short_day_text(FRIDAY, habits)], words)

    def test_a_week_begins_where_the_person_begins_it(self):
        self.assertEqual(weekday_order(AMERICAN), [6, 0, 1, 2, 3, 4, 5])
        self.assertEqual(week_begins(FRIDAY, AMERICAN), datetime.date(2026, 3, 1))
        self.assertEqual(week_begins(FRIDAY, UNSAID), datetime.date(2026, 3, 2))
        self.assertEqual(week_begins(FRIDAY, Habits(first_weekday=SATURDAY)), datetime.date(2026, 2, 28))
        self.assertEqual(day_in_week(FRIDAY, SUNDAY, AMERICAN, weeks=1), datetime.date(2026, 3, 8))
        self.assertEqual(day_in_week(FRIDAY, SUNDAY, UNSAID), datetime.date(2026, 3, 8))
        self.assertEqual(week_begins(datetime.date.min, AMERICAN), datetime.date.min)
