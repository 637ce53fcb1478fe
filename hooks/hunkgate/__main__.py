"""``python -m hunkgate`` is the command ``hunkgate``."""

from hunkgate.cli import run

if __name__ == "__main__":
    run()
