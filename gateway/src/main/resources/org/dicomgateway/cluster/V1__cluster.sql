-- What the gateways of a cluster have in common. Each gateway keeps its own log and ledger as well.

-- A spool of a gateway. A gateway whose disk was lost comes back as a new member.
CREATE TABLE member (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node text NOT NULL,
  spool uuid NOT NULL UNIQUE,
  -- Rises whenever the member starts, or another one declares it dead. What an earlier epoch does has no effect.
  epoch bigint NOT NULL,
  -- 0 works; 1 was declared dead; 2 left in order.
  state smallint NOT NULL,
  -- Rises while it works.
  beat bigint NOT NULL,
  software text NOT NULL,
  since timestamptz NOT NULL);

CREATE UNIQUE INDEX member_working ON member (node) WHERE state = 0;

-- The highest id of its spool that a member has kept here. Beside member, so that no beat waits for a commit.
CREATE TABLE progress (
  member integer PRIMARY KEY REFERENCES member,
  last_id bigint NOT NULL);

-- A table pack_ID with the bytes of instances. It is dropped as a whole.
CREATE TABLE pack (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member integer NOT NULL REFERENCES member,
  epoch bigint NOT NULL,
  filling boolean NOT NULL,
  created timestamptz NOT NULL);

-- An instance that a sender got success for.
CREATE TABLE instance (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Who delivers it, and by which id of its spool.
  home integer NOT NULL REFERENCES member,
  local_id bigint NOT NULL,
  sop_instance text NOT NULL,
  study text NOT NULL,
  received_at timestamptz NOT NULL,
  -- JSON, as in the log. Empty when the instance is done: it names the patient.
  metadata text NOT NULL,
  length bigint NOT NULL,
  dataset_offset integer NOT NULL,
  crc32c integer NOT NULL,
  -- Where its bytes are. No reference: a pack may go when nothing in it is open.
  pack bigint NOT NULL,
  -- 0 something is left to do; 1 done.
  state smallint NOT NULL DEFAULT 0,
  done_at timestamptz,
  -- Who is taking it over, in which epoch.
  adopter integer REFERENCES member,
  adopter_epoch bigint,
  UNIQUE (home, local_id));

CREATE INDEX instance_open ON instance (home, local_id) WHERE state = 0;
CREATE INDEX instance_in_pack ON instance (pack) WHERE state = 0;
CREATE INDEX instance_adopted ON instance (adopter) WHERE state = 0 AND adopter IS NOT NULL;
CREATE INDEX instance_done ON instance (done_at) WHERE state = 1;
CREATE INDEX instance_by_study ON instance (study);
CREATE INDEX instance_by_sop ON instance (sop_instance);

-- One copy of an instance, as the member that delivers it knows it.
CREATE TABLE copy (
  home integer NOT NULL,
  local_id bigint NOT NULL,
  place smallint NOT NULL,
  instance bigint NOT NULL REFERENCES instance ON DELETE CASCADE,
  route text NOT NULL,
  -- Null while none is chosen.
  destination text,
  -- DeliveryState, by its place: pending, delivered, parked, merged, discarded, superseded, held.
  state smallint NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (home, local_id, place));

CREATE INDEX copy_of_instance ON copy (instance);

-- How many associations to a destination each member may have open, and who waits for more.
CREATE TABLE place (
  destination text NOT NULL,
  member integer NOT NULL REFERENCES member ON DELETE CASCADE,
  -- What was held in an earlier epoch no longer counts.
  epoch bigint NOT NULL,
  held integer NOT NULL,
  -- Null, or past: it does not wait.
  waits_until timestamptz,
  waits_since timestamptz,
  PRIMARY KEY (destination, member));

-- Where the deliveries of a route with one affinity key go. The first gateway that chooses decides for all.
CREATE TABLE affinity (
  route text NOT NULL,
  key text NOT NULL,
  copy integer NOT NULL,
  destination text NOT NULL,
  chosen_at timestamptz NOT NULL,
  PRIMARY KEY (route, key, copy));

-- Who had an instance before another member took it over, and by which id. That member gives it up when it comes back.
CREATE TABLE taken_over (
  home integer NOT NULL REFERENCES member,
  local_id bigint NOT NULL,
  instance bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (home, local_id));

CREATE INDEX taken_over_instance ON taken_over (instance);
CREATE INDEX taken_over_at ON taken_over (at);
