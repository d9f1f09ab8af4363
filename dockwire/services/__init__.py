"""One module per flow: load, decide, act, record. Runs without Prefect."""
