"""The command line, without the commands that need Prefect (those are added by ``deployments``)."""
