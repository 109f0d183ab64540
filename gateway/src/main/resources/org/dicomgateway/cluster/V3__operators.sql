-- What operators ask one gateway for, and all of them do.

-- Why a copy is parked, in the gateway's own words; empty in any other state. No patient data.
ALTER TABLE copy ADD COLUMN reason text NOT NULL DEFAULT '';

CREATE INDEX copy_parked ON copy (home, local_id) WHERE state = 2;

-- What an operator ordered. The ids rise in the order in which they were committed.
CREATE TABLE operator_order (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The gateway that was asked, by whom, and from which address.
  node text NOT NULL,
  operator text NOT NULL,
  address text NOT NULL,
  -- 0 retry, 1 discard, 2 pause, 3 resume.
  action smallint NOT NULL,
  -- Empty, and 0: any.
  destination text NOT NULL,
  study text NOT NULL,
  delivery bigint NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL,
  -- It is not begun later than this. Null: it is, by a gateway that comes back.
  until timestamptz);

-- Who has to do it, and what came of it.
CREATE TABLE operator_answer (
  operator_order bigint NOT NULL REFERENCES operator_order ON DELETE CASCADE,
  member integer NOT NULL REFERENCES member ON DELETE CASCADE,
  answered_at timestamptz,
  -- To how many deliveries it was done; of a pause or a resume, 1 if it changed something.
  count bigint NOT NULL DEFAULT 0,
  -- Why it was not done, or empty.
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (operator_order, member));

CREATE INDEX operator_answer_open ON operator_answer (member, operator_order) WHERE answered_at IS NULL;
CREATE INDEX operator_answer_member ON operator_answer (member);

-- Destinations that are paused in the whole cluster: also on a gateway that joins later.
CREATE TABLE paused (
  destination text PRIMARY KEY,
  reason text NOT NULL,
  operator_order bigint NOT NULL REFERENCES operator_order);
