package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// pool is the door through which every statement goes to a database, and the one place where its values are made such that both
// engines keep and find the same: texts are valid UTF-8 without NUL (PostgreSQL refuses both), times are UTC and cut to microseconds.
type pool struct {
	*sql.DB
	prepare bool // statements in a transaction
}

// door is the same for the statements of a transaction. On SQLite a statement that comes again is kept prepared until the transaction
// ends: in a batch that saves a sixth of the time. PostgreSQL's driver does so itself.
type door struct {
	*sql.Tx
	stmts map[string]*sql.Stmt // nil: none are kept; an entry of nil: met once
}

// GetDBConn gives gorm the pool behind the door.
func (p pool) GetDBConn() (*sql.DB, error) { return p.DB, nil }

// BeginTx begins a transaction behind the same door.
func (p pool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := p.DB.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	d := &door{Tx: tx}
	if p.prepare {
		d.stmts = map[string]*sql.Stmt{}
	}
	return d, nil
}

// ExecContext runs a statement.
func (p pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := clean(args); err != nil {
		return nil, err
	}
	return p.DB.ExecContext(ctx, query, args...)
}

// QueryContext runs a query.
func (p pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := clean(args); err != nil {
		return nil, err
	}
	return p.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row. A value that is none is left to the driver to refuse.
func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = clean(args)
	return p.DB.QueryRowContext(ctx, query, args...)
}

// ExecContext runs a statement.
func (d *door) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := clean(args); err != nil {
		return nil, err
	}
	if s := d.prepared(ctx, query); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return d.Tx.ExecContext(ctx, query, args...)
}

// QueryContext runs a query.
func (d *door) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := clean(args); err != nil {
		return nil, err
	}
	if s := d.prepared(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return d.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row. A value that is none is left to the driver to refuse.
func (d *door) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = clean(args)
	return d.Tx.QueryRowContext(ctx, query, args...)
}

// prepared is the statement, kept from before; nil when it comes for the first time or cannot be prepared, which its running then tells.
func (d *door) prepared(ctx context.Context, query string) *sql.Stmt {
	s, met := d.stmts[query]
	if s != nil || d.stmts == nil {
		return s
	}
	if met {
		s, _ = d.Tx.PrepareContext(ctx, query)
	}
	d.stmts[query] = s
	return s
}

// clean replaces the values by what both engines keep.
func clean(args []any) error {
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return fmt.Errorf("value %d: %w", i+1, err)
		}
		switch v := v.(type) {
		case string:
			args[i] = cleanText(v)
		case time.Time:
			args[i] = Micro(v)
		default:
			args[i] = v
		}
	}
	return nil
}

// cleanText puts U+FFFD where bytes are no UTF-8 and where NUL stands: a reader sees that something was there.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
