-- The bytes of an instance that were taken from a server, when the spool had none of its own any more. A server may encode
-- the same elements otherwise. So these columns are beside those for what was received: with those, copies and versions are
-- compared. NULL: nothing was taken.
ALTER TABLE instance ADD COLUMN restored_length INTEGER;  -- as length
ALTER TABLE instance ADD COLUMN restored_offset INTEGER;  -- as dataset_offset
ALTER TABLE instance ADD COLUMN restored_crc32c INTEGER;  -- as crc32c
ALTER TABLE instance ADD COLUMN restored_digest INTEGER;  -- as digest

PRAGMA user_version = 8;
