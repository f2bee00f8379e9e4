"""Who works here: editors, their roles, their sessions."""
