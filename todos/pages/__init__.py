"""The pages of todos: views, forms, the list, and changes in words."""
