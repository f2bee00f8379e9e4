"""What writes pages: from a change in the database to replaced files, and the proof that they are right."""
