package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errDisk marks what went wrong while bytes were kept in data_dir.
var errDisk = errors.New("data folder")

// IsStorage tells whether err is about the database or the disk itself (full, locked, gone, asked to stop) and not about the row that
// was to be written: then the mail is taken again later, and never parked for it.
func IsStorage(err error) bool {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var netErr net.Error
	switch {
	case err == nil:
		return false
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL:
			return true
		}
	case errors.As(err, &pg):
		// Classes: connection, transaction rollback, resources, state of objects, operator, system. 25006: a standby, which only reads.
		if slices.ContainsFunc([]string{"08", "40", "53", "55", "57", "58", "25006"}, func(c string) bool { return strings.HasPrefix(pg.Code, c) }) {
			return true
		}
	case errors.As(err, &netErr), pgconn.SafeToRetry(err):
		return true
	}
	return isOneOf(err, errDisk, context.Canceled, context.DeadlineExceeded, syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EFBIG, syscall.EROFS,
		os.ErrPermission, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, net.ErrClosed, io.ErrUnexpectedEOF)
}

// isLocked tells whether another program holds SQLite's lock.
func isLocked(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_BUSY || lite.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

func isOneOf(err error, list ...error) bool {
	return slices.ContainsFunc(list, func(target error) bool { return errors.Is(err, target) })
}

// IsDuplicate tells whether err is a UNIQUE or primary key that is taken.
func IsDuplicate(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" // unique_violation
}
