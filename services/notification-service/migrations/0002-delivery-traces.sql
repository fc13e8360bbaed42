-- In the trace of what an attempt to deliver is recorded: that of the reminder (W3C Trace Context).
ALTER TABLE deliveries ADD COLUMN traceparent text;
