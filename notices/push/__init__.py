"""Web Push: browsers that take notices, the installation's keys, encryption for each, and the push services.

Nothing else in the program knows how a push is sent (RFC 8030, 8188, 8291, 8292).
"""
