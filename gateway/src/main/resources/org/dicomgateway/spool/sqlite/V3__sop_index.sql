-- Where is this instance? And: is an older one with this UID still unfinished? What came first must arrive first.
-- Without finished_at: UIDs may be random, each entry lies on a page of its own then, and an instance that is finished
-- must not change that page a second time. An UID has few rows; whether one is finished, the row says.
DROP INDEX instance_by_sop;
CREATE INDEX instance_by_sop ON instance (sop_instance);

PRAGMA user_version = 3;
