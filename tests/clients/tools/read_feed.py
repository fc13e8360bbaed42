"""Reads a calendar as calendar apps do. Prints the dates of its events, from the first day to before the last one, and the
instants of its to-dos' alarms as JSON, by UID. Arguments: file, first and last day, and the zone of times without one."""

import json
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

path, first, last, zone = sys.argv[1:]
calendar = icalendar.Calendar.from_ical(Path(path).read_bytes())
query = recurring_ical_events.of(calendar)


def instant(moment):
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def due(event):
    """The end of a time, the last day of days."""
    if isinstance(event.end, datetime):
        return instant(event.end)
    return str(max(event.start, event.end - timedelta(days=1)))


dates = defaultdict(list)
for event in query.between(date.fromisoformat(first), date.fromisoformat(last)):
    dates[str(event["uid"])].append(due(event))

alarms = {}
for todo in calendar.walk("VTODO"):
    # Its own property of alarms needs a DTSTART, which a to-do may lack.
    found = icalendar.Alarms()
    found.set_start(todo.DTSTART or todo.DUE)
    found.set_end(todo.DUE or todo.DTSTART)
    found.set_local_timezone(ZoneInfo(zone))
    for alarm in todo.walk("VALARM"):
        found.add_alarm(alarm)
    alarms[str(todo["uid"])] = sorted(instant(time.trigger) for time in found.times)

print(json.dumps({"dates": {uid: sorted(found) for uid, found in dates.items()}, "alarms": alarms}))
