"""The nouns of the trade: frozen, without input or output."""
