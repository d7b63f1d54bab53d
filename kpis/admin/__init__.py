"""Pages about figures: how well it goes, against which target, and when it was computed."""

from kpis.admin import home, metrics, rows, runs, scorecards, targets

__all__ = ["home", "metrics", "rows", "runs", "scorecards", "targets"]
