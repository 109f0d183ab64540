-- Rules that all gateways work by.

-- Versions of routing.conf that operators published, and those that gateways are looking at.
CREATE TABLE rules (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Rises in the order in which they were published. Null: not every gateway has said yet whether it can use it.
  version bigint UNIQUE,
  -- The content of the file. No password stands in it, unless an operator wrote one there.
  text text NOT NULL,
  -- The gateway that was asked, by whom, and from which address.
  node text NOT NULL,
  operator text NOT NULL,
  address text NOT NULL,
  -- The version that was published again; 0: it is new.
  again bigint NOT NULL,
  at timestamptz NOT NULL);

-- What each gateway says of it.
CREATE TABLE rules_answer (
  rules bigint NOT NULL REFERENCES rules ON DELETE CASCADE,
  member integer NOT NULL REFERENCES member ON DELETE CASCADE,
  -- Why it cannot be used there, or empty.
  problem text NOT NULL,
  -- When it came into force there; null: it has not.
  in_force_at timestamptz,
  PRIMARY KEY (rules, member));

CREATE INDEX rules_answer_member ON rules_answer (member);

-- Of the routing.conf that a gateway works by: SHA-256, in hexadecimal digits. Empty: it has not said.
ALTER TABLE member ADD COLUMN rules text NOT NULL DEFAULT '';
