// Package models is in charge of what is: complaints, people, messages, measures, events, outgoing mail and the ledger of every
// mail that was ever seen; their tables, migrations and queries, on SQLite and PostgreSQL alike. What must happen with them is
// decided in package procedure; models knows none of our other packages.
//
// Times are UTC and cut to microseconds (what PostgreSQL keeps). Dates are YYYY-MM-DD in the organisation's time zone.
package models
