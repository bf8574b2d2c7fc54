"""What the assistant says when there is nothing to look up or change."""

ABILITIES = (
    "“add call the bank friday 3pm”, “what is due this week?”, “mark call the bank as done”, "
    "“move it to monday”, “delete the second one”, “undo that”"
)
SAID = {
    "help": "I am the basic assistant: I look after your todos and understand plain English commands. "
    f"For example: {ABILITIES}. Priorities (p1, urgent), #tags, notes and several requests in one message work too.",
    "who": "I am the basic assistant of Todo Chat: a program with fixed rules, not a person and not a language model. "
    "I manage your todos; with a model's key set, a smarter assistant takes my place.",
    "hello": "Hello! I am the basic assistant for your todos. Tell me what to add, or ask what is on your list.",
    "thanks": "You are welcome.",
    "bye": "Goodbye! Your list will be here.",
    "yes": "I have no open question. What would you like me to do?",
    "no": "All right, I leave everything as it is.",
    "not meant": "I am sorry that this was not it. Tell me in other words what to add, find or change.",
    "outside": "I am the basic assistant and can only help with your todos: add, find, change, finish and delete them.",
    "not yours": "I can only see and change your own todos, and only on your word. What can I do on your list?",
    "no more": "That is all of it.",
    "empty": "I could not read anything in that. Tell me what to add, or ask what is on your list.",
}
