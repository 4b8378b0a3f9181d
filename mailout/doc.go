// Package mailout is in charge of a mail from the moment it is decided until an SMTP server has taken it over or refused it for
// good: its bytes, its addresses, the outbox and the sending. That a mail is due, and what it says, is decided in package procedure.
package mailout
