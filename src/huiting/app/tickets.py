"""Tickets of calls whose customer speaks another language, as the settings ask for them."""

from collections.abc import Callable

from huiting.app.hiding import hiding
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.ticket import Ticket
from huiting.quality.advice import HOME, Translator, ticket_of
from huiting.quality.asking.translation import translator

Ticketing = Callable[[Analysis, Judgement | None], Ticket | None]
"""Returns the ticket of a call that is due one."""


def ticketing(settings: Settings, readers: Readers) -> Ticketing:
    """Return what makes tickets, translated where a language model is set.

    Personal data is taken out of what the model is shown, unless the settings say otherwise.

    Raises:
        InputError: the team's entities cannot be read.
        ConfigError: the language model is set wrongly.
    """
    into = next(iter(settings.home_languages), HOME[0])
    model = readers.language_model
    by = None
    if model is not None:
        by = Translator(model.name, translator(model), hiding(settings, readers))

    def ticket(analysis: Analysis, judgement: Judgement | None) -> Ticket | None:
        return ticket_of(analysis, judgement, into=into, translator=by)

    return ticket
