-- Messages.

-- Share types.

-- Shares.

-- Snapshots.

-- Quotas.

-- Operations.

-- Lists: an index for each order and filter that must stay fast with many rows.
