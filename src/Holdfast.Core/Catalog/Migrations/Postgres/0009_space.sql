-- What a repository held when it was last verified: the bytes of what its snapshots restore to, of them those that are there once, and
-- what they take in the store.
ALTER TABLE repositories ADD COLUMN logical_bytes BIGINT;
ALTER TABLE repositories ADD COLUMN unique_bytes BIGINT;
ALTER TABLE repositories ADD COLUMN stored_bytes BIGINT;
