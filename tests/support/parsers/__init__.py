"""Strict readers of the reports for other programs.

Each reads what its format's specification allows and nothing else, and
raises ValueError for the rest, so that a report which a lenient reader
would take by chance does not pass a test.
"""
