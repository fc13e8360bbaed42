"""Takes one step with a recurring to-do, as apps do, and prints the dates that a reader of the collection expands from it, as JSON.
Arguments: URL, app password, and the step: make, leave-out, add, move or read."""

import json
import sys
from datetime import date

import caldav
import icalendar
import recurring_ical_events

url, password, step = sys.argv[1:]
uid = "series@phone"
first, left_out, added = date(2037, 1, 5), date(2037, 1, 12), date(2037, 1, 14)
from_day, to_day = date(2037, 1, 19), date(2037, 1, 20)

calendar = caldav.DAVClient(url=url, username="anyone", password=password).principal().calendars()[0]
if step == "make":
    calendar.save_todo(summary="Water", uid=uid, dtstart=first, due=first, rrule={"FREQ": "WEEKLY", "COUNT": 6})
elif step != "read":
    todo = calendar.todo_by_uid(uid)
    if step == "leave-out":
        todo.icalendar_component.add("exdate", left_out)
    elif step == "add":
        todo.icalendar_component.add("rdate", added)
    else:
        occurrence = icalendar.Todo()
        occurrence.add("uid", uid)
        occurrence.add("summary", "Water later")
        for name, day in [("recurrence-id", from_day), ("dtstart", to_day), ("due", to_day)]:
            occurrence.add(name, day)
        todo.icalendar_instance.add_component(occurrence)
    # The library would merge a changed occurrence itself.
    calendar.client.put(str(todo.url), todo.icalendar_instance.to_ical().decode(), {"Content-Type": "text/calendar"})

shown = calendar.todo_by_uid(uid).icalendar_instance
found = recurring_ical_events.of(shown, components=["VTODO"]).between(date(2037, 1, 1), date(2037, 12, 31))
print(json.dumps(sorted(str(one["due"].dt) for one in found)))
