-- What a destination is sent can have another transfer syntax than what was received. NULL: the same one.
ALTER TABLE sent_as ADD COLUMN transfer_syntax TEXT;

PRAGMA user_version = 10;
