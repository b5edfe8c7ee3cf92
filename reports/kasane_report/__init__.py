"""Turns a run's folder into one self-contained HTML page."""
