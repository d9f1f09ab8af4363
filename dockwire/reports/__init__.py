"""Comparisons and tables for people; pandas lives here and in the stock decision, nowhere else."""
