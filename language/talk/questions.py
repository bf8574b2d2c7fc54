"""What the assistant asks back, word for word: the next message is read by what was asked."""

ASK_TITLE = "What should I call it?"
OFFER = "Shall I add"
DELETE_OFFER = "Shall I delete"
