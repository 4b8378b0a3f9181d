-- Complaints that were taken over from an older register.
ALTER TABLE complaints ADD COLUMN reference TEXT NOT NULL DEFAULT '';      -- their number there
ALTER TABLE complaints ADD COLUMN import_digest TEXT NOT NULL DEFAULT '';  -- tells a row that is taken over from one that was; stays when it is erased
CREATE UNIQUE INDEX complaints_import ON complaints (import_digest) WHERE import_digest <> '';
