"""The demo: a sample company and the processes that bring it to life on one machine."""
