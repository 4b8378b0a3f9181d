package mailin

import (
	"crypto/tls"
	"time"

	"dankuwel/models"
)

// Account is one mailbox and how it is reached by IMAP.
type Account struct {
	Address   string        // of the mailbox; its key in the ledger
	Server    Server        // where it is, and the login
	Inbox     string        // "" = INBOX
	Processed string        // folders, "" = none. Where a mail goes is said by the ledger; these three are for Check
	Review    string        // parked mail
	Shielded  string        // mails of shielded complaints
	Sent      string        // where copies of sent mails are appended; "" = nowhere
	Poll      time.Duration // between looks beside IDLE; 0 = 1 minute
	MaxSize   int64         // bytes; a larger mail is fetched as header and first text. 0 = no limit
}

// Server is an IMAP server and a login on it.
type Server struct {
	Address  string // host:port
	Security string // tls, starttls, none
	Username string
	Password string
	TLS      *tls.Config // nil: the system's authorities
}

func (a Account) withDefaults() Account {
	if a.Inbox == "" {
		a.Inbox = "INBOX"
	}
	if a.Poll <= 0 {
		a.Poll = time.Minute
	}
	return a
}

// Fetched is one mail as the server gave it.
type Fetched struct {
	UIDValidity, UID uint32
	InternalDate     time.Time // when the server got it (RFC 9051 section 2.3.3); when it was fetched, if the server cannot say
	Size             int64     // bytes of the whole mail; as the server announces it when Raw is not the whole
	Raw              models.Blob
	Oversize         bool   // only the header (1 MiB at most) and the first 64 KiB of the body are in Raw
	Failure          string // why it could not be fetched, tried by itself several times; "" = it could. Then Raw holds what came, maybe nothing
}
