"""The benchmark of rounds, see scripts/bench."""
