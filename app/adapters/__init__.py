"""The outside world behind the rooms' protocols; documents and foreign objects never leave here."""
