"""``python -m scoreboard``."""

from scoreboard.cli.main import main

main()
