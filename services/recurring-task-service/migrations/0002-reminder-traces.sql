-- In the trace of what a reminder goes on when it fires: that of the event that set it (W3C Trace Context).
ALTER TABLE reminders ADD COLUMN traceparent text;
