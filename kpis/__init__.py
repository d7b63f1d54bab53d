"""kpis: daily facts, metrics, targets, scorecards, the nightly run."""
