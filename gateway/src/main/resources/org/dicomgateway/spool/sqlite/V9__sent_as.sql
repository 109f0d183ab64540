-- What a destination with transforms is sent instead of an instance. A row is written, and synced, before the first byte
-- goes out, so that each attempt sends the same bytes. It ends when an operator retries the delivery, and with its history.
CREATE TABLE sent_as (
  delivery     INTEGER NOT NULL,  -- delivery.id
  destination  TEXT NOT NULL,     -- a delivery that goes elsewhere is transformed for that one
  version      TEXT NOT NULL,     -- of the transforms and their keys
  sop_instance TEXT NOT NULL,     -- SOP Instance UID of what is sent
  study_uid    TEXT NOT NULL,     -- Study Instance UID of what is sent, or empty
  series_uid   TEXT NOT NULL,     -- Series Instance UID of what is sent, or empty
  digest       INTEGER NOT NULL,  -- as instance.digest, of what is sent
  length       INTEGER NOT NULL,  -- bytes of the dataset that is sent
  PRIMARY KEY (delivery, destination)
) WITHOUT ROWID;
-- Which instance is this, that a destination has?
CREATE INDEX sent_as_by_sop ON sent_as (sop_instance);

PRAGMA user_version = 9;
