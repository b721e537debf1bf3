"""A span for each command to MongoDB, in the trace of the request that waits for it."""

from opentelemetry.trace import Span, SpanKind
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.telemetry import tracing

_Finished = CommandSucceededEvent | CommandFailedEvent


class MongoSpans(CommandListener):
    """Tells of the command, the database and the collection, never of what is in them.

    The driver calls it in the thread that runs the command, in which motor has put the context of the caller.
    """

    def __init__(self) -> None:
        self._begun: dict[tuple[int, object], Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        """Begin the span."""
        about = {
            "db.system.name": "mongodb",
            "db.operation.name": event.command_name,
            "db.namespace": event.database_name,
        }
        collection = event.command.get(event.command_name)
        if isinstance(collection, str):
            about["db.collection.name"] = collection
        if span := tracing.begin(f"mongodb {event.command_name}", SpanKind.CLIENT, about):
            self._begun[_key(event)] = span

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """End the span."""
        if span := self._begun.pop(_key(event), None):
            tracing.end(span)

    def failed(self, event: CommandFailedEvent) -> None:
        """End the span as failed."""
        if span := self._begun.pop(_key(event), None):
            tracing.end(span, "CommandFailed")


def _key(event: CommandStartedEvent | _Finished) -> tuple[int, object]:
    return event.request_id, event.connection_id
