"""The one door to the domain: read → decide → intend → do → append the outcome."""

from __future__ import annotations

from ceremonies.conductor.answers import Answer, Done, RunbookAnswer, RunbookDone
from ceremonies.conductor.conductor import Conductor
from ceremonies.conductor.people import People

__all__ = ["Answer", "Conductor", "Done", "People", "RunbookAnswer", "RunbookDone"]
