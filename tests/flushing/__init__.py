"""Puts the migrated database back where Django would empty it."""
