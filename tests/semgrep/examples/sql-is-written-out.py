FOUND = "SELECT doc FROM terms WHERE term = ?"


def find(db, term, table):
    # ruleid: sql-is-written-out
    db.execute(f"SELECT doc FROM terms WHERE term = '{term}'")
    # ruleid: sql-is-written-out
    db.execute("SELECT doc FROM terms WHERE term = '%s'" % term)
    # ruleid: sql-is-written-out
    db.executescript("SELECT doc FROM terms WHERE term = " + term)
    # ok: sql-is-written-out
    db.execute("SELECT doc FROM terms WHERE term = ?", (term,))
    # ok: sql-is-written-out
    db.execute(f"{FOUND} LIMIT 1", (term,))
    # ok: sql-is-written-out
    db.execute(f"DELETE FROM {table} WHERE doc = ?", (term,))
