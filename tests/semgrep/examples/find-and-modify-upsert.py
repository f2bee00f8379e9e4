def take(numbers, name):
    # ruleid: find-and-modify-upsert
    numbers.find_one_and_update({"_id": name}, {"$inc": {"next": 1}}, upsert=True)
    # ruleid: find-and-modify-upsert
    numbers.find_one_and_replace({"_id": name}, {"next": 1}, session=None, upsert=True)
    # ruleid: find-and-modify-upsert
    numbers.database.command({"findAndModify": "numbers", "query": {"_id": name}, "upsert": True})
    # ok: find-and-modify-upsert
    numbers.find_one_and_update({"_id": name}, {"$inc": {"next": 1}})
    # ok: find-and-modify-upsert
    numbers.update_one({"_id": name}, {"$inc": {"next": 1}}, upsert=True)
