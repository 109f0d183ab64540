-- What was sent, known exactly; and whether the destinations hold it.

-- The digest of the dataset alone, as it was sent: CRC-32 in the upper half, CRC-32C in the lower one. NULL: received by
-- a version of the gateway that made none.
ALTER TABLE instance ADD COLUMN digest INTEGER;
-- instance.file has another value: 2. The file is kept after the last delivery.

-- Whether the destination of a delivered delivery holds what was sent. A row begins with a delivery to a destination
-- that is checked, or with an operator's request. It ends when the delivery is sent again, and with its history.
CREATE TABLE copy (
  delivery    INTEGER PRIMARY KEY,  -- delivery.id
  destination TEXT NOT NULL,
  state       INTEGER NOT NULL,     -- 0 not checked, 1 verified, 2 missing, 3 differing, 4 unverifiable, 5 replaced
  due         INTEGER,              -- the next check, not before; NULL: none
  checked_at  INTEGER,              -- the last check
  how         TEXT,                 -- how it was checked
  detail      TEXT,                 -- what was found, if it was not verified
  md5         TEXT                  -- of the server's file, when its dataset was last compared with what was sent
);
CREATE INDEX copy_due ON copy (destination, due) WHERE due IS NOT NULL;

-- Running totals of the table copy.
CREATE TABLE copies (
  destination TEXT NOT NULL,
  state       INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  PRIMARY KEY (destination, state)
) WITHOUT ROWID;

-- event.kind has another value: 6, sent again, because the destination did not hold it.

PRAGMA user_version = 5;
