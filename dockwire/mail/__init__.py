"""Notices to people: composed from facts, kept in the ledger's outbox until a server took them."""
