"""What the fields of a todo may hold and mean: priorities, times, repeats, rules for text, orders, open or overdue."""
