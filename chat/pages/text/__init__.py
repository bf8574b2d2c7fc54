"""The text of an answer as it is drawn: Markdown, lists of todos, claims that nothing backs. Pure."""
