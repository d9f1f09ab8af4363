"""One visible act each, page- or batch-sized, with the retries that people see in Prefect."""
