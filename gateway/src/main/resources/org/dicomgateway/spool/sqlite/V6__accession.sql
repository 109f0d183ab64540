-- Accession numbers are typed by people, who do not keep to upper and lower case: a search ignores it (of ASCII letters).
DROP INDEX series_by_accession;
CREATE INDEX series_by_accession ON series (accession_number COLLATE NOCASE);

PRAGMA user_version = 6;
