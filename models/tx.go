package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// Tx is one view of the register: a transaction that writes, or plain reading. All rows written through it bear the same instant.
type Tx struct {
	db    *gorm.DB
	store *Store
	now   time.Time
	clock time.Time
	outer *Tx      // of a savepoint: what it lies in
	depth int      // of savepoints
	texts []text   // of complaints written here, still to be made findable
	spent []string // files of blobs that are rows now, to be removed after the commit
	lost  *error   // why the engine gave the transaction up, if it did

	erasures []Erasure // complaints that were erased in it
	dropped  []string  // keys of bytes that no row names any more
}

// Now is the instant of the transaction, in UTC.
func (tx *Tx) Now() time.Time { return tx.now }

// Clock is when the transaction began by the clock; another instant than Now only where one looks ahead or catches up (WriteAsOf).
func (tx *Tx) Clock() time.Time { return tx.clock }

// Read gives a view for reading, outside any transaction.
func (s *Store) Read(ctx context.Context) *Tx {
	return &Tx{db: s.read.WithContext(ctx), store: s, lost: new(error)}
}

// Write runs fn in one transaction that bears the instant now. On PostgreSQL it is tried again when the engine asks for that
// (40001 serialization_failure, 40P01 deadlock_detected), so fn must not do anything that cannot be repeated.
func (s *Store) Write(ctx context.Context, now time.Time, fn func(*Tx) error) error {
	return s.WriteAsOf(ctx, now, now, fn)
}

// WriteAsOf is Write for a transaction that bears another instant than the clock shows: as of then rows are read and written, but its
// mails are queued by the clock, so that they leave no later and no earlier than others.
func (s *Store) WriteAsOf(ctx context.Context, at, clock time.Time, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		var done *Tx
		err := s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
			tx := &Tx{db: db, store: s, now: Micro(at), clock: Micro(clock), lost: new(error)}
			if err := cmp.Or(fn(tx), *tx.lost); err != nil {
				return err
			}
			done = tx
			if err := tx.index(); err != nil || len(tx.erasures) == 0 {
				return err
			}
			if err := tx.forgetStems(); err != nil {
				return err
			}
			return s.noteErasures(tx.erasures)
		})
		if err == nil {
			for _, f := range done.spent {
				os.Remove(f)
			}
			if len(done.erasures) > 0 {
				s.scrub(s.write.WithContext(ctx), done.dropped)
			}
		}
		var pg *pgconn.PgError
		if attempt < 5 && errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") {
			continue
		}
		return err
	}
}

// Savepoint runs fn so that its failure undoes only what fn did, and the transaction can go on. When that cannot be undone (SQLite gives
// the whole transaction up when the disk is full), nothing more is done in the transaction, and it is not committed.
func (tx *Tx) Savepoint(fn func(*Tx) error) error {
	if *tx.lost != nil {
		return *tx.lost
	}
	inner := &Tx{db: tx.db, store: tx.store, now: tx.now, clock: tx.clock, outer: tx, depth: tx.depth + 1, lost: tx.lost}
	name := fmt.Sprintf("sp%d", inner.depth)
	if err := tx.db.Exec("SAVEPOINT " + name).Error; err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	if err := fn(inner); err != nil {
		if back := tx.db.Exec("ROLLBACK TO SAVEPOINT " + name).Error; back != nil {
			*tx.lost = errors.Join(err, fmt.Errorf("undo to savepoint: %w", back))
			return *tx.lost
		}
		return err
	}
	tx.spent, tx.texts = append(tx.spent, inner.spent...), append(tx.texts, inner.texts...)
	tx.erasures, tx.dropped = append(tx.erasures, inner.erasures...), append(tx.dropped, inner.dropped...)
	return tx.db.Exec("RELEASE SAVEPOINT " + name).Error
}

// Micro is t in UTC, cut to microseconds: what both engines keep.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// ErrNotFound: no such row.
var ErrNotFound = gorm.ErrRecordNotFound
