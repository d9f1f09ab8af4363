"""Pure functions: facts in, a plan out. Nothing here reads, writes, waits or knows the time."""
