"""The folder that goes on the path of the user's own Python for a recorded run: nothing in it imports hunkgate."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODULE = "hunkgate_recorder"
