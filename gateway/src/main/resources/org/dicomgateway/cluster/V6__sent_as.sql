-- What a gateway sends otherwise than it received it, and what a gateway brings along when it joins.

-- What a destination is sent instead of an instance. A row is committed before the first byte goes out, so that whoever
-- takes the instance over sends the same bytes. It goes when the instance is done: it tells which pseudonym is whose.
CREATE TABLE sent_as (
  -- As in instance. No reference: the instance may not be there yet.
  home integer NOT NULL REFERENCES member ON DELETE CASCADE,
  local_id bigint NOT NULL,
  destination text NOT NULL,
  -- Of the transforms and their keys. Empty: none.
  version text NOT NULL,
  -- Of what is sent.
  sop_instance text NOT NULL,
  study text NOT NULL,
  series text NOT NULL,
  digest bigint NOT NULL,
  length bigint NOT NULL,
  -- Null: that in which the instance was received.
  transfer_syntax text,
  at timestamptz NOT NULL,
  PRIMARY KEY (home, local_id, destination));

CREATE INDEX sent_as_at ON sent_as (at);

-- By which transforms, tables and keys a gateway works: a digest. Empty: it has not said, or has none.
ALTER TABLE member ADD COLUMN transforms text NOT NULL DEFAULT '';

-- What a gateway had received before it joined, and the cluster does not have yet: it is on that gateway's disk alone.
-- The ids are drawn when it joins, before it receives anything more: what it receives afterwards is newer.
CREATE TABLE adoption (
  home integer NOT NULL REFERENCES member ON DELETE CASCADE,
  local_id bigint NOT NULL,
  -- Of the row in instance that it gets.
  id bigint NOT NULL,
  PRIMARY KEY (home, local_id));
