-- What an operation is doing, in words for people, and how many bytes and files it has dealt with so far.
ALTER TABLE operations ADD COLUMN phase TEXT;
ALTER TABLE operations ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
