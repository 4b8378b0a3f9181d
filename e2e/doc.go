// Package e2e tells stories about the whole program: the built binary, a real Dovecot and Postfix, SQLite and
// PostgreSQL, the command line, the JSON and the mails of the contract, and nothing of the inside. The stories
// carry the build tag e2e, since they need servers; README.md says how to run and how to write them.
package e2e
