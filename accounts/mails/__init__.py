"""Mail addresses of accounts and mails about them: `changing` acts, `orders` are sent by `sending`."""
