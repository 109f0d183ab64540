-- The order of versions: what was received again under the same SOP Instance UID with other content.

-- 1: another instance has, or had, the same SOP Instance UID. Only such a delivery is looked at for its older ones.
ALTER TABLE delivery ADD COLUMN versioned INTEGER NOT NULL DEFAULT 0;

-- Where an instance was sent to: for instances with a versioned delivery, and for those that got no answer. It outlives
-- the rows of its instance until none with its UID is left. An older version is not sent where a newer one stands here.
CREATE TABLE sent (
  sop_instance TEXT NOT NULL,
  destination  TEXT NOT NULL,
  instance     INTEGER NOT NULL,  -- instance.id
  length       INTEGER NOT NULL,  -- of its part-10 stream; with the checksum that tells another version from a resend
  crc32c       INTEGER NOT NULL,
  answer       INTEGER NOT NULL,  -- 0 it is being sent, 1 none came: it may be there, 2 it is there
  unwritten    INTEGER NOT NULL,  -- 1: the journal does not have it yet, and needs it
  PRIMARY KEY (sop_instance, destination, instance)
) WITHOUT ROWID;
CREATE INDEX sent_unwritten ON sent (instance) WHERE unwritten = 1;
CREATE INDEX sent_now ON sent (instance) WHERE answer = 0;

-- delivery.state has another value: 5, superseded. A newer version was sent to its destination first: it is done, and in
-- the books.
-- event.kind has another value: 5, superseded.
ALTER TABLE books ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE books ADD COLUMN superseded_forgotten INTEGER NOT NULL DEFAULT 0;  -- of these, those whose rows are gone

UPDATE delivery SET versioned = 1 FROM (
  SELECT i.id AS instance FROM instance i WHERE i.sop_instance IN (
    SELECT sop_instance FROM instance GROUP BY sop_instance HAVING count(*) > 1)) AS again
WHERE delivery.id BETWEEN again.instance * 1024 AND again.instance * 1024 + 1023;
INSERT OR IGNORE INTO sent
  SELECT i.sop_instance, d.destination, i.id, i.length, i.crc32c, 2, 1
  FROM delivery d JOIN instance i ON i.id = d.id / 1024 WHERE d.versioned = 1 AND d.state = 1;

PRAGMA user_version = 4;
