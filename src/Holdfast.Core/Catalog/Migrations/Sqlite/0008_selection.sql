-- What a restore of chosen paths puts back: JSON, paths in base64. Null for all other operations.
ALTER TABLE operations ADD COLUMN selection TEXT;
