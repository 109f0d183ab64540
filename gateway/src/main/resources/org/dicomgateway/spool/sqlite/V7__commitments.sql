-- What the destinations say that are asked for storage commitment (PS3.4 Annex J). A row begins with a delivery to such a
-- destination, and ends with its history.
CREATE TABLE commitment (
  delivery      INTEGER PRIMARY KEY,  -- delivery.id
  destination   TEXT NOT NULL,
  delivered_at  INTEGER NOT NULL,     -- tells the delivery from one that is made again
  due           INTEGER,              -- when to ask, not before; NULL: not any more, or not before it is delivered again
  requests      INTEGER NOT NULL,     -- how often it was asked for
  reported_at   INTEGER,              -- the last report about it
  reason        INTEGER,              -- the Failure Reason of that report; NULL: committed
  sent_again_at INTEGER               -- when it was last sent again
);
CREATE INDEX commitment_due ON commitment (destination, due, reason, delivered_at) WHERE due IS NOT NULL;

PRAGMA user_version = 7;
