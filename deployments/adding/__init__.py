"""``dockwire connection add``: from a merchant's yes to a connection that imports, in one conversation."""
