"""The pages as an app of a phone: its manifest, its service worker, and what may be kept for when there is no network.

The worker itself is `static/worker/`.
"""
