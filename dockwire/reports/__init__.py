"""Comparisons and tables for people; pandas lives here and nowhere else."""
