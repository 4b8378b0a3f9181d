// Package mailin is in charge of what a mail means: it watches the mailboxes over IMAP, reads each mail, tells what kind it is, who
// wrote it and to which complaint it belongs, and hands it to the Desk of package procedure, which decides what happens. It never
// writes a table itself and never answers a mail.
package mailin
