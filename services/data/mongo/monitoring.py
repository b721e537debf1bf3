"""Records a span and the duration of each MongoDB command."""

from opentelemetry.trace import Span, SpanKind
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.data.ports import ObserveDuration
from shared.telemetry import tracing

_Finished = CommandSucceededEvent | CommandFailedEvent
WAITING_COMMAND = "getMore"  # nearly always the change feed's, which waits in it on purpose


class MongoSpans(CommandListener):
    """Records a span per command with its database and collection, but no contents.

    The driver calls it in the command's thread, where motor has set the caller's context.
    """

    def __init__(self) -> None:
        self._spans: dict[tuple[int, object], Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        """Begin the span."""
        attributes = {
            "db.system.name": "mongodb",
            "db.operation.name": event.command_name,
            "db.namespace": event.database_name,
        }
        collection = event.command.get(event.command_name)
        if isinstance(collection, str):
            attributes["db.collection.name"] = collection
        if span := tracing.begin(f"mongodb {event.command_name}", SpanKind.CLIENT, attributes):
            self._spans[_key(event)] = span

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """End the span."""
        if span := self._spans.pop(_key(event), None):
            tracing.end(span)

    def failed(self, event: CommandFailedEvent) -> None:
        """End the span as failed."""
        if span := self._spans.pop(_key(event), None):
            tracing.end(span, "CommandFailed")


def _key(event: CommandStartedEvent | _Finished) -> tuple[int, object]:
    return event.request_id, event.connection_id


class CommandDurations(CommandListener):
    """Observes the duration of each command."""

    def __init__(self, observe: ObserveDuration) -> None:
        self._observe = observe

    def started(self, event: CommandStartedEvent) -> None:
        """Do nothing: the end of the command has its duration."""

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Observe a command that succeeded."""
        self._record(event.command_name, "ok", event.duration_micros)

    def failed(self, event: CommandFailedEvent) -> None:
        """Observe a command that failed or was not answered."""
        self._record(event.command_name, "failed", event.duration_micros)

    def _record(self, command: str, outcome: str, micros: int) -> None:
        if command != WAITING_COMMAND:
            self._observe(command, outcome, micros / 1e6)
