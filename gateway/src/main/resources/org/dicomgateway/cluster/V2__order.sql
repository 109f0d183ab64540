-- What a member has delivered, and another member has delivered a newer version of since. It must not repair it.
CREATE TABLE replaced (
  home integer NOT NULL REFERENCES member ON DELETE CASCADE,
  local_id bigint NOT NULL,
  destination text NOT NULL,
  at timestamptz NOT NULL,
  -- Whether the member has noted it.
  noted boolean NOT NULL,
  PRIMARY KEY (home, local_id, destination));

CREATE INDEX replaced_new ON replaced (home) WHERE NOT noted;
CREATE INDEX replaced_at ON replaced (at);
