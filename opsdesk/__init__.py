"""The ground every app stands on: settings, money, time, jobs, audit, the look of the admin."""
