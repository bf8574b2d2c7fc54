"""What event streams share: how a connection is kept while nothing is said, and the headers of a stream."""

KEEP_ALIVE_SECONDS = 10
KEEP_ALIVE = ": keep-alive\n\n"
# The second is for nginx and what is built on it, which would keep back what comes in small pieces.
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
