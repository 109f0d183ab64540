-- What a gateway knows that another one may be asked for by a sender: storage commitment.

-- Empty: a gateway of the version before received it.
ALTER TABLE instance ADD COLUMN sop_class text NOT NULL DEFAULT '';

-- What was found when the destination was last asked whether it holds the copy, and when that was. CopyState, by its
-- place: 0 it was not checked, verified, missing, differing, unverifiable, replaced.
ALTER TABLE copy ADD COLUMN found smallint NOT NULL DEFAULT 0;
ALTER TABLE copy ADD COLUMN checked_at timestamptz;

-- What the destination last reported about its storage commitment: a failure reason, or 0; and when.
ALTER TABLE copy ADD COLUMN failure integer NOT NULL DEFAULT 0;
ALTER TABLE copy ADD COLUMN answered_at timestamptz;
