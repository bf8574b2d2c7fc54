"""The pages as an app: without a network, on a phone, after a deployment, with notices."""
