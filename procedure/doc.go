// Package procedure is in charge of what must happen: the stages of the complaints procedure, the legal clock, and the Desk, the one
// door through which a complaint changes. It knows no IMAP and no SMTP: mail reaches it as an Arrival, and leaves it as rows of the
// outbox.
package procedure
