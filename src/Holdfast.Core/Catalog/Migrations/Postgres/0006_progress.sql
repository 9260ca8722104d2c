-- What an operation is doing, in words for people, and how many bytes and files it has dealt with so far.
ALTER TABLE operations ADD COLUMN phase text;
ALTER TABLE operations ADD COLUMN bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN files bigint NOT NULL DEFAULT 0;
