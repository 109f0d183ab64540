-- What an operator asks after: what happened to a delivery on its way, and what waits where.

-- What happened to a delivery beside its receipt and its success: failed attempts, and what operators did. Nothing is
-- written here for what goes well. Bounded per delivery: its first event is kept, and its last ones; the same again and
-- again is one row that counts.
CREATE TABLE event (
  delivery    INTEGER NOT NULL,  -- delivery.id
  number      INTEGER NOT NULL,  -- in order of time
  kind        INTEGER NOT NULL,  -- 0 attempt, 1 parked, 2 retried, 3 rerouted, 4 discarded
  at          INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,  -- when it last happened like this
  times       INTEGER NOT NULL,
  destination TEXT,              -- whose attempt, or where an operator sent it
  status      INTEGER,           -- DIMSE status; NULL: no response
  reason      TEXT,
  PRIMARY KEY (delivery, number)
) WITHOUT ROWID;

-- delivery.state has another value: 4, discarded. An operator gave it up for good: it is done, and in no books.
-- instance.routed has another value: 2. No rule applied, and an operator gave the instance up.

-- What waits, per destination, by age; of no destination: what waits because none can be used.
CREATE INDEX delivery_waiting ON delivery (destination, id) WHERE state = 0;
DROP INDEX delivery_unassigned;
-- By age as well, so that a list of them has an order and can be left off.
DROP INDEX delivery_parked;
CREATE INDEX delivery_parked ON delivery (destination, id, bytes) WHERE state = 2;

PRAGMA user_version = 2;
