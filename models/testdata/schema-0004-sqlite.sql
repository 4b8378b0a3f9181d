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
