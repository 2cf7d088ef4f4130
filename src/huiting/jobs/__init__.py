"""Durable work: put, run, retry, cancel. Knows no kind of job.

The table of jobs is the truth in both ways of running it: a lease in the application's own
SQLite, or PostgreSQL with Procrastinate, which then only says which job to take next.
"""
