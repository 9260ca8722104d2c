-- The W3C trace context of the request that asked for it, where that was traced.
ALTER TABLE operations ADD COLUMN trace_parent TEXT;
