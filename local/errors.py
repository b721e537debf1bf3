"""The one error of `make run`."""


class CannotRun(RuntimeError):
    """Something on this machine prevents the start, or ended the run; the message says what to do."""
