"""accounts: people, departments, positions, who may do what."""
