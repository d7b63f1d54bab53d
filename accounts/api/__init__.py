"""What the API tells of its callers."""
