CREATE TABLE expunges (                       -- mails of erased complaints whose copies are still to go from the folders of a mailbox
    id           INTEGER PRIMARY KEY,
    mailbox      TEXT NOT NULL,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    identity     TEXT NOT NULL DEFAULT '',    -- of a mail that came in; '' one that we sent
    message_id   TEXT NOT NULL DEFAULT '',    -- to find it by; '' by its day
    at           DATETIME NOT NULL,           -- INTERNALDATE, or when we sent it
    look_at      DATETIME NOT NULL            -- not before; later than now when the server could not
);
CREATE INDEX expunges_due ON expunges (mailbox, look_at);
CREATE INDEX expunges_complaint ON expunges (complaint_id);

-- Who else has these bytes, and which mails are these messages.
CREATE INDEX messages_raw ON messages (raw) WHERE raw IS NOT NULL;
CREATE INDEX ledger_stored ON ledger (stored_as) WHERE stored_as IS NOT NULL;
CREATE INDEX ledger_first ON ledger (first_id) WHERE first_id IS NOT NULL;

CREATE INDEX term_changes_complaint ON term_changes (complaint_id);

-- What time brings is read off the rows of a complaint.
DROP TABLE due;
