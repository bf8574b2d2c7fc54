"""The page of todos: lists, buttons, forms, the line for a new one."""
