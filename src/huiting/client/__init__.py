"""A server of Huiting from Python: `Client`, what it answers, and its errors.

Knows the interface of the server (`/api/v1`), HTTP, and the types of `huiting.core`; nothing
of how the server works.
"""

from huiting.client.bulk import Wanted
from huiting.client.client import Client, Terms
from huiting.client.errors import Refused, StillRunning, Unavailable, Unreachable, Unreadable
from huiting.client.recordings import Told
from huiting.client.reports import Stretch
from huiting.client.shapes.answers import Form, Step
from huiting.client.shapes.bulk import Act as Deed
from huiting.client.shapes.calls import CallFilter, Sort
from huiting.client.shapes.jobs import State
from huiting.client.shapes.library import Decision, Kind
from huiting.client.shapes.live import Opening
from huiting.client.talking import Talk

__all__ = [
    "CallFilter",
    "Client",
    "Decision",
    "Deed",
    "Form",
    "Kind",
    "Opening",
    "Refused",
    "Sort",
    "State",
    "Step",
    "StillRunning",
    "Stretch",
    "Talk",
    "Terms",
    "Told",
    "Unavailable",
    "Unreachable",
    "Unreadable",
    "Wanted",
]
