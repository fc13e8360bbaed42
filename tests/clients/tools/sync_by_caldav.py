"""Syncs to-dos with a server as apps do. Prints what a second client sees as JSON. Arguments: URL and app password."""

import json
import sys
from datetime import date

import caldav

url, password = sys.argv[1:]


def open_collection():
    client = caldav.DAVClient(url=url, username="anyone", password=password)
    calendars = client.principal().calendars()
    assert len(calendars) == 1, calendars
    return calendars[0]


phone, laptop = open_collection(), open_collection()
before = laptop.get_objects_by_sync_token()

made = phone.save_todo(
    summary="Water the plants", uid="plants@phone", due=date(2027, 3, 10), priority=1
)
phone.save_todo(summary="Call the bank", uid="bank@phone")
phone.save_todo(summary="No more needed", uid="gone@phone")

seen = laptop.get_objects_by_sync_token(before.sync_token, load_objects=True)
arrived = sorted(str(one.icalendar_component["summary"]) for one in seen)

changed = phone.todo_by_uid("bank@phone")
changed.icalendar_component["summary"] = "Call the bank again"
changed.icalendar_component.add("x-phone-colour", "green")
changed.save()
phone.todo_by_uid("plants@phone").complete()
phone.todo_by_uid("gone@phone").delete()

later = laptop.get_objects_by_sync_token(seen.sync_token, load_objects=False)
open_todos = laptop.todos()
bank = laptop.todo_by_uid("bank@phone")
plants = laptop.todo_by_uid("plants@phone")
print(
    json.dumps(
        {
            "arrived": arrived,
            "later": len(list(later)),
            "open": sorted(str(one.icalendar_component["summary"]) for one in open_todos),
            "kept": str(bank.icalendar_component["x-phone-colour"]),
            "completed": str(plants.icalendar_component["status"]),
        }
    )
)
