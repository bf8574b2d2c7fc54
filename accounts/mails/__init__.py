"""Mail addresses of accounts and mails about them: `changing` and `resetting` act, `orders` are sent by `sending`."""
