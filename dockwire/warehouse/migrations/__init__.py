"""How the warehouse's tables came to be."""
