"""How sure a ranking is: draws of the joint posterior, intervals, chances, and the visits that would help most."""
