"""An event as a folder of files: event.toml, teams.csv, judges.csv, conflicts.csv, assignments.csv."""

from scoreboard.exchange.folder.reading import read_folder
from scoreboard.exchange.folder.writing import write_folder

__all__ = ["read_folder", "write_folder"]
