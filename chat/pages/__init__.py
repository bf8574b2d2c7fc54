"""The pages of the chat: views, rendering, Markdown, streams and live updates."""
