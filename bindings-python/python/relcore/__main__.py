"""The command `relcore`, which is also `python -m relcore`."""

from __future__ import annotations

import signal
import sys

from relcore import _native


def main() -> int:
    """Runs the command line of this process; its exit code."""
    # Ctrl-C ends the command at once. Python's own handler would wait until it returns.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
