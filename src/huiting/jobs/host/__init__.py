"""The model host: a child process that holds models warm and runs several tasks at a time.

What native code does wrong ends the child and not the worker: it is started again, innocent
tasks are run again, and the guilty one is tried alone. Knows no model and no kind of task.
"""
