"""Mail: `sending.send_mail` is the one way it is sent, by the server of EMAIL_URL; `testing` is one for tests."""
