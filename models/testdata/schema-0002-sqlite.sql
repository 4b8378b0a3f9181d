-- What a mail is beside its text.
ALTER TABLE messages ADD COLUMN carrier TEXT NOT NULL DEFAULT 'mail';   -- mail, brief, telefoon, webformulier
ALTER TABLE messages ADD COLUMN answer_to TEXT NOT NULL DEFAULT '';     -- where a letter to the writer goes

CREATE TABLE forwards (                       -- the mail that somebody passed on
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    from_name  TEXT NOT NULL DEFAULT '',
    from_email TEXT NOT NULL DEFAULT '',
    sent_at    DATETIME,                      -- as it says; NULL unknown
    subject    TEXT NOT NULL DEFAULT '',
    text       TEXT NOT NULL DEFAULT '',
    language   TEXT NOT NULL DEFAULT ''
);

-- Why a mail of ours came back.
ALTER TABLE outbox ADD COLUMN bounce TEXT NOT NULL DEFAULT '' CHECK (bounce IN ('','permanent','temporary'));
ALTER TABLE outbox ADD COLUMN bounce_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_dead ON outbox (lower(recipient)) WHERE bounce = 'permanent';
CREATE INDEX outbox_answers ON outbox (lower(recipient), created_at) WHERE staff_id IS NULL AND kind <> 'acknowledgement';

CREATE TABLE held (                           -- mail of a complainant that limits.automatic left without a letter of its own
    id           INTEGER PRIMARY KEY,
    recipient    TEXT NOT NULL,               -- lower case
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    received_at  DATETIME NOT NULL,
    created_at   DATETIME NOT NULL,
    named_in     TEXT NOT NULL DEFAULT ''     -- key of the letter that named it
);
CREATE INDEX held_open ON held (recipient) WHERE named_in = '';

CREATE TABLE jobs (                           -- how far the scheduler is
    name       TEXT PRIMARY KEY,              -- review_list, ...
    planned_at DATETIME NOT NULL,             -- of the last run; before the first one, when the job was met
    ran_at     DATETIME                       -- NULL: never yet
) WITHOUT ROWID;
