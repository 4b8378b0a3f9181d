-- Complaints that were taken over from an older register.
ALTER TABLE complaints ADD COLUMN reference TEXT NOT NULL DEFAULT '';      -- their number there
ALTER TABLE complaints ADD COLUMN import_digest TEXT NOT NULL DEFAULT '';  -- tells a row that is taken over from one that was; stays when it is erased
CREATE UNIQUE INDEX complaints_import ON complaints (import_digest) WHERE import_digest <> '';

-- For the figures of a week, a month, a year.
CREATE INDEX complaints_answered ON complaints (answered_at, received_at);
CREATE INDEX complaints_closed ON complaints (closed_at, received_at, year, department);
CREATE INDEX ledger_seen ON ledger (seen_at);
CREATE INDEX corrective_done ON corrective_measures (done_at, created_at);
CREATE INDEX satisfaction_at ON satisfaction_scores (at);
CREATE INDEX events_asked ON events (at) WHERE what = 'satisfaction asked';
