"""Runs everything until Ctrl-C, and says in a sentence why it cannot."""

import signal
import sys
from argparse import ArgumentParser
from typing import NoReturn


def main() -> int:
    """Run until Ctrl-C or SIGTERM and return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job inherits it as ignored
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        _parse(sys.argv[1:])
        # Imported only now, so that Ctrl-C is a stop from the beginning.
        from local.errors import CannotRun  # noqa: PLC0415
        from local.run import run  # noqa: PLC0415
        from local.settings import load_settings  # noqa: PLC0415

        try:
            return run(load_settings())
        except CannotRun as error:
            print(f"Bellwether cannot run: {error}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 0


def _parse(words: list[str]) -> None:
    """Print the usage and exit if there is a word: the settings are variables."""
    ArgumentParser(
        prog="python -m local",
        description="Run the whole system on this machine until Ctrl-C, as `make run` does after the installation.",
        epilog="Variables: PORT (8000), LOCAL_DIR (.local), MONGO_URL and REDIS_URL for servers of your own.",
    ).parse_args(words)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
