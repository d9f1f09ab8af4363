"""Servers that behave like remote systems, for tests, demonstrations and replayed traffic.

They are built from the vendors' own documents and share no code with our clients.
"""
