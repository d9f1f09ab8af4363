"""When and in what order: one flow per file, each reads as a sentence."""
