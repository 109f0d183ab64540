-- The ledger: what the spool holds, where it must go, how far it got. An index of the log, rebuilt from it when lost.
--
-- Times are milliseconds since 1970 (UTC): datetime(due / 1000, 'unixepoch'). Text that came over the network is only
-- ever a value here, never part of a name. Every index below serves one question that must not become slower as the
-- backlog or the history grows; partial ones hold only the rows the question is about.

-- What instances of one series that came the same way have in common. An instance points here, which keeps its own
-- row, and the indexes for searching by study, patient and accession number, small. Rows without an instance are
-- removed when history is forgotten.
CREATE TABLE series (
  id               INTEGER PRIMARY KEY,
  series_uid       TEXT NOT NULL,  -- Series Instance UID, or empty
  study_uid        TEXT NOT NULL,  -- Study Instance UID, or empty
  patient_id       TEXT NOT NULL,
  accession_number TEXT NOT NULL,
  modality         TEXT NOT NULL,
  sop_class        TEXT NOT NULL,
  transfer_syntax  TEXT NOT NULL,
  calling_ae       TEXT NOT NULL,
  called_ae        TEXT NOT NULL,
  remote_host      TEXT NOT NULL,
  UNIQUE (series_uid, study_uid, patient_id, accession_number, modality, sop_class, transfer_syntax,
          calling_ae, called_ae, remote_host)
);
CREATE INDEX series_by_study ON series (study_uid);
CREATE INDEX series_by_patient ON series (patient_id);
CREATE INDEX series_by_accession ON series (accession_number);

-- One received instance; the same SOP instance received twice is two rows.
CREATE TABLE instance (
  id             INTEGER PRIMARY KEY,        -- the spool's own key, in order of receipt, never used again
  series         INTEGER NOT NULL,           -- series.id
  sop_instance   TEXT NOT NULL,              -- SOP Instance UID
  received_at    INTEGER NOT NULL,
  dataset_length INTEGER NOT NULL,           -- bytes of the dataset
  length         INTEGER NOT NULL,           -- bytes of the part-10 stream
  dataset_offset INTEGER NOT NULL,           -- where the dataset begins in it
  crc32c         INTEGER NOT NULL,           -- of the part-10 stream
  segment        INTEGER,                    -- log segment that holds the stream; NULL when it has a file of its own
  record_offset  INTEGER,                    -- of the record in the segment
  file           INTEGER NOT NULL,           -- 1: there is a file of its own
  rules_version  INTEGER NOT NULL,           -- the rules that made the plan
  routed         INTEGER NOT NULL,           -- 0: no rule applied, held until the rules change
  finished_at    INTEGER                     -- when the last delivery was done; NULL while the bytes are wanted
);
-- Where is this instance? And: is an older one with this UID still unfinished? What came first must arrive first.
CREATE INDEX instance_by_sop ON instance (sop_instance, finished_at);
CREATE INDEX instance_by_series ON instance (series);
CREATE INDEX instance_by_receipt ON instance (received_at);
CREATE INDEX instance_unfinished ON instance (id) WHERE finished_at IS NULL;
CREATE INDEX instance_unrouted ON instance (id) WHERE routed = 0;
-- What keeps a segment of the log from being used again.
CREATE INDEX instance_in_segment ON instance (segment, record_offset) WHERE finished_at IS NULL AND segment IS NOT NULL;
-- Files that can be deleted, and history that can be forgotten.
CREATE INDEX instance_file_done ON instance (id) WHERE finished_at IS NOT NULL AND file = 1;
CREATE INDEX instance_done ON instance (finished_at) WHERE finished_at IS NOT NULL AND file = 0;

-- One copy that one destination must get. Being sent is not a state: after a crash it is pending again. Being held is
-- none either: a pending delivery is held while books.present of its destination is 0. Merged is what another route has
-- sent, or will send, to the same destination: it is done without an attempt, and in no books; it becomes pending when
-- the other one goes elsewhere.
CREATE TABLE delivery (
  id                INTEGER PRIMARY KEY,                     -- instance × 1024 + place in the plan
  instance          INTEGER GENERATED ALWAYS AS (id / 1024) VIRTUAL,
  route             TEXT NOT NULL,
  copy              INTEGER NOT NULL,                        -- 1 for the route's first copy, 2 for the second …
  destination       TEXT,                                    -- NULL: pending, and none can be used now; in no books
  candidates        TEXT,                                    -- who may get it, one per line; NULL: only destination
  refused           TEXT,                                    -- candidates that refused it, one per line
  next_when_refused INTEGER NOT NULL,                        -- 1: what one refuses goes to another before it is parked
  priority          INTEGER NOT NULL,                        -- higher goes first
  bytes             INTEGER NOT NULL,                        -- the instance's dataset_length, so that sums need no join
  state             INTEGER NOT NULL,                        -- 0 pending, 1 delivered, 2 parked, 3 merged
  attempts          INTEGER NOT NULL,                        -- that counted, at this destination
  due               INTEGER NOT NULL,                        -- not before
  last_status       INTEGER,                                 -- DIMSE status of the last attempt; NULL: no response
  last_error        TEXT,                                    -- why the last attempt failed
  settled_at        INTEGER                                  -- when it was delivered, parked or merged
);
CREATE INDEX delivery_due ON delivery (destination, priority, due) WHERE state = 0;
CREATE INDEX delivery_parked ON delivery (destination, bytes) WHERE state = 2;
-- What waits for a destination, and what could go to another one.
CREATE INDEX delivery_unassigned ON delivery (destination, id) WHERE state = 0 AND destination IS NULL;
CREATE INDEX delivery_movable ON delivery (destination, id) WHERE state = 0 AND candidates IS NOT NULL;

-- Where a route's deliveries with the same key went last: what belongs together stays together. Forgotten with history.
CREATE TABLE affinity (
  route       TEXT NOT NULL,
  key         TEXT NOT NULL,     -- Study or Series Instance UID, or Patient ID: what the route asks for
  copy        INTEGER NOT NULL,
  destination TEXT NOT NULL,
  last_used   INTEGER NOT NULL,  -- a minute early at most
  PRIMARY KEY (route, key, copy)
) WITHOUT ROWID;
CREATE INDEX affinity_by_use ON affinity (last_used);

-- Running totals per destination: received = delivered + pending + parked, forgotten ones included.
CREATE TABLE books (
  destination   TEXT PRIMARY KEY,
  present       INTEGER NOT NULL,            -- 0: not in the configuration; what is pending here is held
  received      INTEGER NOT NULL DEFAULT 0,  -- given to it since the ledger began, and not taken away again
  delivered     INTEGER NOT NULL DEFAULT 0,
  pending       INTEGER NOT NULL DEFAULT 0,
  pending_bytes INTEGER NOT NULL DEFAULT 0,  -- of the datasets of what is pending
  parked        INTEGER NOT NULL DEFAULT 0,
  forgotten     INTEGER NOT NULL DEFAULT 0   -- of the delivered, those whose rows are gone
) WITHOUT ROWID;

-- Running totals per log segment, only of those that hold something unfinished.
CREATE TABLE segment (
  sequence   INTEGER PRIMARY KEY,
  unfinished INTEGER NOT NULL,  -- instances
  bytes      INTEGER NOT NULL   -- of their part-10 streams
);

-- How far the ledger is. One row.
CREATE TABLE position (
  id                 INTEGER PRIMARY KEY CHECK (id = 1),
  segment            INTEGER NOT NULL,  -- everything in the log before this place is applied
  record_offset      INTEGER NOT NULL,
  last_instance      INTEGER NOT NULL,  -- the highest instance id ever applied
  destinations_known INTEGER NOT NULL,  -- 1: a destination without a row in books is not in the configuration
  syncs              INTEGER NOT NULL   -- times that everything before was forced to the disk
);
INSERT INTO position VALUES (1, 0, 0, 0, 0, 0);

PRAGMA application_id = 0x44474C31; -- "DGL1": what makes the file a ledger
PRAGMA user_version = 1;            -- this migration; a ledger that has the newest is opened as it is
