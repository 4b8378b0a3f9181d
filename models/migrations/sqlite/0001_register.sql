-- The whole register. Times are UTC text that sorts as time; dates are YYYY-MM-DD in the organisation's time zone.

CREATE TABLE staff (
    id         INTEGER PRIMARY KEY,
    email      TEXT NOT NULL UNIQUE,          -- lower case; the entry's own address
    name       TEXT NOT NULL,
    joined_at  DATETIME NOT NULL,
    left_at    DATETIME                       -- no longer in the configuration
);

CREATE TABLE complainants (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL DEFAULT '',
    title      TEXT NOT NULL DEFAULT '',      -- mevrouw, heer: only as the person signed
    email      TEXT NOT NULL DEFAULT '',      -- as written
    email_key  TEXT NOT NULL DEFAULT '',      -- lower case, to compare
    phone      TEXT NOT NULL DEFAULT '',
    address    TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL
);
CREATE INDEX complainants_email ON complainants (email_key) WHERE email_key <> '';

CREATE TABLE complaints (
    id                INTEGER PRIMARY KEY,
    number            TEXT NOT NULL UNIQUE,
    year              INTEGER NOT NULL,       -- of receipt
    serial            INTEGER NOT NULL,
    stage             TEXT NOT NULL CHECK (stage IN ('registered','investigation','answer','correction','aftercare','closed',
                                                     'inadmissible','not_a_complaint','withdrawn','duplicate')),
    stage_since       DATETIME NOT NULL,
    received_at       DATETIME NOT NULL,
    received_on       TEXT NOT NULL,          -- day 0 of the clock
    registered_at     DATETIME NOT NULL,
    mailbox           TEXT NOT NULL,
    token             TEXT NOT NULL UNIQUE,   -- of the complainant's Reply-To
    carrier           TEXT NOT NULL,
    channel           TEXT NOT NULL,
    capacity          TEXT NOT NULL DEFAULT '',
    language          TEXT NOT NULL,
    subject           TEXT NOT NULL DEFAULT '',
    facts             TEXT NOT NULL DEFAULT '',
    facts_on          TEXT NOT NULL DEFAULT '',
    desired_solution  TEXT NOT NULL DEFAULT '',
    complainant_id    INTEGER NOT NULL REFERENCES complainants (id),
    anonymous         BOOLEAN NOT NULL DEFAULT FALSE,
    shielded          BOOLEAN NOT NULL DEFAULT FALSE,
    sober             BOOLEAN NOT NULL DEFAULT FALSE,
    practice          BOOLEAN NOT NULL DEFAULT FALSE,
    department        TEXT NOT NULL DEFAULT '',
    handler_id        INTEGER REFERENCES staff (id),
    profile           TEXT NOT NULL,
    answer_due        TEXT NOT NULL,
    severity          TEXT NOT NULL DEFAULT '',
    verdict           TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('','founded','partly_founded','unfounded')),
    solution          TEXT NOT NULL DEFAULT '' CHECK (solution IN ('','solved','partly_solved','unsolved')),
    end_reason        TEXT NOT NULL DEFAULT '', -- of inadmissible and the other side ends
    end_words         TEXT NOT NULL DEFAULT '',
    satisfaction      INTEGER CHECK (satisfaction BETWEEN 1 AND 5),
    answered_at       DATETIME,
    closed_at         DATETIME,
    last_activity_at  DATETIME NOT NULL,
    linked_to         INTEGER REFERENCES complaints (id),
    erased_at         DATETIME,
    UNIQUE (year, serial)
);
CREATE INDEX complaints_complainant ON complaints (complainant_id);
CREATE INDEX complaints_handler ON complaints (handler_id, stage);
CREATE INDEX complaints_stage ON complaints (stage, answer_due);
CREATE INDEX complaints_received ON complaints (received_at);

CREATE TABLE named_staff (                    -- staff whom the complaint names
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    staff_id     INTEGER NOT NULL REFERENCES staff (id),
    about        BOOLEAN,                     -- NULL: asked, not answered yet
    decided_by   INTEGER REFERENCES staff (id),
    decided_at   DATETIME,
    PRIMARY KEY (complaint_id, staff_id)
);

CREATE TABLE blobs (                          -- bytes by content; above 256 KiB they lie in data_dir/blobs
    sha256     TEXT PRIMARY KEY,
    size       INTEGER NOT NULL,
    data       BLOB,
    created_at DATETIME NOT NULL
);

CREATE TABLE messages (
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER REFERENCES complaints (id),
    direction    TEXT NOT NULL CHECK (direction IN ('in','out','note')),
    kind         TEXT NOT NULL DEFAULT '',    -- of mail that went out: CONTRACT section 4
    mailbox      TEXT NOT NULL DEFAULT '',
    message_id   TEXT NOT NULL DEFAULT '',
    in_reply_to  TEXT NOT NULL DEFAULT '',
    from_name    TEXT NOT NULL DEFAULT '',
    from_email   TEXT NOT NULL DEFAULT '',
    from_key     TEXT NOT NULL DEFAULT '',    -- lower case, to compare
    to_email     TEXT NOT NULL DEFAULT '',
    staff_id     INTEGER REFERENCES staff (id),
    at           DATETIME NOT NULL,
    subject      TEXT NOT NULL DEFAULT '',
    text         TEXT NOT NULL DEFAULT '',
    new_text     TEXT NOT NULL DEFAULT '',
    text_hash    TEXT NOT NULL DEFAULT '',
    language     TEXT NOT NULL DEFAULT '',
    raw          TEXT REFERENCES blobs (sha256),
    size         INTEGER NOT NULL DEFAULT 0,
    oversize     BOOLEAN NOT NULL DEFAULT FALSE,
    warnings     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX messages_complaint ON messages (complaint_id, at);
CREATE INDEX messages_message_id ON messages (message_id) WHERE message_id <> '';
CREATE INDEX messages_same_text ON messages (from_key, text_hash) WHERE text_hash <> '';

CREATE TABLE attachments (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    sha256     TEXT NOT NULL REFERENCES blobs (sha256),
    inline     BOOLEAN NOT NULL DEFAULT FALSE,
    content_id TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attachments_message ON attachments (message_id);
CREATE INDEX attachments_sha256 ON attachments (sha256);

CREATE TABLE mailboxes (                      -- how far a folder has been read
    address         TEXT NOT NULL,
    folder          TEXT NOT NULL,
    uidvalidity     INTEGER NOT NULL,
    next_uid        INTEGER NOT NULL,
    last_success_at DATETIME NOT NULL,
    PRIMARY KEY (address, folder)
);

CREATE TABLE ledger (                         -- every mail that was ever seen, and its one outcome
    id           INTEGER PRIMARY KEY,
    mailbox      TEXT NOT NULL,
    uidvalidity  INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    identity     TEXT NOT NULL,
    message_id   TEXT NOT NULL DEFAULT '',
    received_at  DATETIME NOT NULL,
    seen_at      DATETIME NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('complaint','addition','action','refused','satisfaction','bounce','automatic','parked','known','own')),
    reason       TEXT NOT NULL DEFAULT '',
    complaint_id INTEGER REFERENCES complaints (id),
    stored_as    INTEGER REFERENCES messages (id),
    first_id     INTEGER REFERENCES ledger (id), -- of a known mail: the first sighting
    accepted_as  TEXT NOT NULL DEFAULT '',
    parked_no    INTEGER UNIQUE,              -- P-1, P-2 ...
    decision     TEXT NOT NULL DEFAULT '' CHECK (decision IN ('','accepted','discarded')),
    decided_by   TEXT NOT NULL DEFAULT '',
    decided_at   DATETIME,
    folder       TEXT NOT NULL DEFAULT '',    -- where the mail is to be filed; '' stays where it is
    filed_at     DATETIME,
    UNIQUE (mailbox, uidvalidity, uid)
);
CREATE UNIQUE INDEX ledger_identity ON ledger (identity) WHERE outcome <> 'known';
CREATE INDEX ledger_complaint ON ledger (complaint_id);
CREATE INDEX ledger_parked ON ledger (parked_no) WHERE outcome = 'parked' AND decision = '';
CREATE INDEX ledger_unfiled ON ledger (mailbox, uidvalidity, uid) WHERE folder <> '' AND filed_at IS NULL;

CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    key             TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,
    complaint_id    INTEGER REFERENCES complaints (id),
    mailbox         TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    staff_id        INTEGER REFERENCES staff (id),
    subject         TEXT NOT NULL,
    message_id      TEXT NOT NULL UNIQUE,
    bounce_token    TEXT NOT NULL UNIQUE,
    envelope_sender TEXT NOT NULL,
    raw             TEXT NOT NULL REFERENCES blobs (sha256) DEFERRABLE INITIALLY DEFERRED, -- bytes come only when the key was free
    size            INTEGER NOT NULL,
    priority        INTEGER NOT NULL DEFAULT 0, -- lower goes first
    state           TEXT NOT NULL CHECK (state IN ('queued','sending','sent','failed')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at DATETIME NOT NULL,
    lease_owner     TEXT NOT NULL DEFAULT '',
    lease_until     DATETIME,
    last_code       INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT NOT NULL DEFAULT '',
    created_at      DATETIME NOT NULL,
    sent_at         DATETIME,
    bounced_at      DATETIME,
    copy            TEXT NOT NULL DEFAULT '' CHECK (copy IN ('','due','done')) -- of the copy in the folder `sent`
);
CREATE INDEX outbox_due ON outbox (priority, next_attempt_at, id) WHERE state IN ('queued','sending');
CREATE INDEX outbox_next ON outbox (state, next_attempt_at) WHERE state <> 'sent';
CREATE INDEX outbox_complaint ON outbox (complaint_id);
CREATE INDEX outbox_raw ON outbox (raw);
CREATE INDEX outbox_copy ON outbox (mailbox) WHERE copy = 'due' AND state = 'sent';

CREATE TABLE tokens (                         -- CONTRACT section 6: one per staff mail
    token        TEXT PRIMARY KEY,
    staff_id     INTEGER NOT NULL REFERENCES staff (id),
    complaint_id INTEGER REFERENCES complaints (id),
    outbox_id    INTEGER REFERENCES outbox (id),
    purpose      TEXT NOT NULL,               -- kind of the mail that bore it
    subject_id   INTEGER,                     -- what a question is about: ledger id, staff id, draft id
    draft        INTEGER NOT NULL DEFAULT 0,  -- versions shown
    analysis     INTEGER NOT NULL DEFAULT 0,
    created_at   DATETIME NOT NULL,
    expires_at   DATETIME NOT NULL,
    used_at      DATETIME,
    ended_at     DATETIME
) WITHOUT ROWID;
CREATE INDEX tokens_complaint ON tokens (complaint_id);

CREATE TABLE events (
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    seq          INTEGER NOT NULL,
    at           DATETIME NOT NULL,
    actor        TEXT NOT NULL,               -- staff:ID, complainant, register, operator
    what         TEXT NOT NULL,
    detail       TEXT NOT NULL,               -- JSON, never the text of a mail
    salt         TEXT NOT NULL,
    digest       TEXT NOT NULL,               -- H(salt, detail); stays when salt and detail are erased
    hash         TEXT NOT NULL,               -- H(previous hash, seq, at, actor, what, digest)
    PRIMARY KEY (complaint_id, seq)
) WITHOUT ROWID;

CREATE TABLE seals (                          -- nightly, over the heads of all chains
    id         INTEGER PRIMARY KEY,
    at         DATETIME NOT NULL,
    complaints INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    hash       TEXT NOT NULL
);

CREATE TABLE tasks (
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    kind         TEXT NOT NULL,
    text         TEXT NOT NULL DEFAULT '',
    staff_id     INTEGER REFERENCES staff (id),
    due_on       TEXT NOT NULL DEFAULT '',
    created_at   DATETIME NOT NULL,
    done_at      DATETIME,
    done_by      TEXT NOT NULL DEFAULT '',
    note         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX tasks_open ON tasks (complaint_id) WHERE done_at IS NULL;

CREATE TABLE analyses (
    id            INTEGER PRIMARY KEY,
    complaint_id  INTEGER NOT NULL REFERENCES complaints (id),
    version       INTEGER NOT NULL,
    at            DATETIME NOT NULL,
    staff_id      INTEGER REFERENCES staff (id),
    facts         TEXT NOT NULL DEFAULT '',
    circumstances TEXT NOT NULL DEFAULT '',
    causes        TEXT NOT NULL DEFAULT '',
    kind          TEXT NOT NULL DEFAULT '',
    verdict       TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('','founded','partly_founded','unfounded')),
    severity      TEXT NOT NULL DEFAULT '',
    damage        TEXT NOT NULL DEFAULT '',
    earlier       TEXT NOT NULL DEFAULT '',
    steps         TEXT NOT NULL DEFAULT '',
    ombuds_norms  TEXT NOT NULL DEFAULT '',
    conclusion    TEXT NOT NULL DEFAULT '',
    UNIQUE (complaint_id, version)
);

CREATE TABLE drafts (                         -- letters that wait for their author
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    version      INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    verdict      TEXT NOT NULL DEFAULT '',
    language     TEXT NOT NULL,
    text         TEXT NOT NULL,
    author_id    INTEGER NOT NULL REFERENCES staff (id),
    released_by  INTEGER REFERENCES staff (id),
    created_at   DATETIME NOT NULL,
    ended_at     DATETIME,
    end_state    TEXT NOT NULL DEFAULT '' CHECK (end_state IN ('','sent','dropped','replaced')),
    UNIQUE (complaint_id, version)
);

CREATE TABLE corrective_measures (
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    no           INTEGER NOT NULL,            -- M1, M2 ...
    kind         TEXT NOT NULL,
    description  TEXT NOT NULL,
    owner        TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    created_at   DATETIME NOT NULL,
    done_at      DATETIME,
    note         TEXT NOT NULL DEFAULT '',
    UNIQUE (complaint_id, no)
);

CREATE TABLE preventive_measures (
    id            INTEGER PRIMARY KEY,
    description   TEXT NOT NULL,
    process       TEXT NOT NULL DEFAULT '',
    owner         TEXT NOT NULL,
    involved      TEXT NOT NULL DEFAULT '',
    due_on        TEXT NOT NULL,
    evaluation_on TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    done_at       DATETIME,
    evaluated_at  DATETIME,
    result        TEXT NOT NULL DEFAULT '' CHECK (result IN ('','effective','not_effective')),
    adjustment    TEXT NOT NULL DEFAULT '',
    follows       INTEGER REFERENCES preventive_measures (id)
);

CREATE TABLE preventive_measure_complaints (
    preventive_measure_id INTEGER NOT NULL REFERENCES preventive_measures (id),
    complaint_id          INTEGER NOT NULL REFERENCES complaints (id),
    no                    INTEGER NOT NULL,   -- M1, M2 ... in that complaint
    PRIMARY KEY (preventive_measure_id, complaint_id)
);
CREATE INDEX preventive_measure_complaint ON preventive_measure_complaints (complaint_id);

CREATE TABLE consultations (                  -- views of those involved on the anonymised case
    id                    INTEGER PRIMARY KEY,
    complaint_id          INTEGER NOT NULL REFERENCES complaints (id),
    preventive_measure_id INTEGER REFERENCES preventive_measures (id),
    staff_id              INTEGER NOT NULL REFERENCES staff (id),
    asked_at              DATETIME NOT NULL,
    answered_at           DATETIME,
    message_id            INTEGER REFERENCES messages (id)
);

CREATE TABLE satisfaction_scores (
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    at           DATETIME NOT NULL,
    score        INTEGER CHECK (score BETWEEN 1 AND 5),
    words        TEXT NOT NULL DEFAULT '',
    message_id   INTEGER REFERENCES messages (id)
);

CREATE TABLE term_changes (                   -- extensions, suspensions, reopenings
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaints (id),
    kind         TEXT NOT NULL CHECK (kind IN ('extension','suspension','resumption','reopening')),
    at           DATETIME NOT NULL,
    old_due      TEXT NOT NULL,
    new_due      TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    staff_id     INTEGER REFERENCES staff (id)
);

CREATE TABLE due (                            -- time-driven work; the outbox key makes each row happen once
    id           INTEGER PRIMARY KEY,
    complaint_id INTEGER REFERENCES complaints (id),
    job          TEXT NOT NULL,
    about        INTEGER NOT NULL DEFAULT 0,  -- measure, task or staff id; 0: the complaint itself
    due_at       DATETIME NOT NULL,
    planned_on   TEXT NOT NULL,
    done_at      DATETIME
);
CREATE INDEX due_open ON due (due_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX due_once ON due (job, complaint_id, about) WHERE done_at IS NULL;

CREATE TABLE absences (
    id            INTEGER PRIMARY KEY,
    staff_id      INTEGER NOT NULL REFERENCES staff (id),
    from_at       DATETIME NOT NULL,
    until_on      TEXT NOT NULL DEFAULT '',
    substitute_id INTEGER REFERENCES staff (id),
    automatic     BOOLEAN NOT NULL DEFAULT FALSE, -- concluded from an automatic reply
    ended_at      DATETIME
);

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,                   -- K-2026, P
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE leases (
    name       TEXT PRIMARY KEY,              -- mailbox:klachten@..., scheduler
    owner      TEXT NOT NULL,
    epoch      INTEGER NOT NULL,              -- grows with every change of owner
    expires_at DATETIME NOT NULL
) WITHOUT ROWID;

-- Stems, made in Go so that both engines find the same; rowid is the complaint's id.
CREATE VIRTUAL TABLE complaint_search USING fts5 (stems, tokenize = 'unicode61 remove_diacritics 2', content = '', contentless_delete = 1);
