"""An event's description becomes its roster: people, teams, rubric, panels."""
