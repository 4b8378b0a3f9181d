package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func exerciseFaults(t *testing.T, e Engine) {
	r := newRegister(t, e)
	check := func(what string, err error, storage, duplicate bool) {
		t.Helper()
		err = fmt.Errorf("register: %w", err)
		if IsStorage(err) != storage || IsDuplicate(err) != duplicate {
			t.Errorf("%s: storage %v, duplicate %v: %v", what, IsStorage(err), IsDuplicate(err), err)
		}
	}
	exec := func(query string, args ...any) error {
		return r.Write(context.Background(), noon, func(tx *Tx) error { return tx.db.Exec(query, args...).Error })
	}
	check("a taken primary key", exec("INSERT INTO counters (name, value) VALUES ('a', 1), ('a', 2)"), false, true)
	check("NOT NULL", exec("INSERT INTO counters (name) VALUES ('a')"), false, false)
	check("a foreign key", exec("INSERT INTO tokens (token, staff_id, purpose, created_at, expires_at) VALUES ('t', 99, 'x', ?, ?)", noon, noon), false, false)
	check("CHECK", exec("INSERT INTO satisfaction_scores (complaint_id, at, score) VALUES (?, ?, 6)", r.complain("x").ID, noon), false, false)
	check("no such table", exec("DELETE FROM nothing"), false, false)
	check("a missing file", fs.ErrNotExist, false, false)
	check("no row", ErrNotFound, false, false)
	check("something else", errStory, false, false)
	if IsStorage(nil) || IsDuplicate(nil) {
		t.Error("nothing is a fault")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	check("asked to stop", r.Write(ctx, noon, func(tx *Tx) error { count(t, tx, "x"); return nil }), true, false)
	ctx, cancel = context.WithCancel(context.Background())
	check("asked to stop half-way", r.Write(ctx, noon, func(tx *Tx) error {
		cancel()
		return errors.Join(tx.db.Exec("DELETE FROM counters").Error, ctx.Err())
	}), true, false)
	if e == SQLite {
		liteFaults(t, r, check)
	} else {
		postgresFaults(t, r, check)
	}
}

func liteFaults(t *testing.T, r *register, check func(string, error, bool, bool)) {
	other, err := sql.Open("sqlite", "file:"+filepath.Join(r.dir, r.dsn)+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	r.exec("PRAGMA busy_timeout = 1")
	check("locked by another", r.Write(context.Background(), noon, func(*Tx) error { return nil }), true, false)
	tx.Rollback()
	r.exec("PRAGMA busy_timeout = 10000")

	pages := r.count("PRAGMA page_count")
	if err := r.Store.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Error; err != nil {
		t.Fatal(err)
	}
	var second error
	err = r.Write(context.Background(), noon, func(tx *Tx) error {
		tx.Savepoint(func(tx *Tx) error { return tx.PutBlob(r.blob(strings.Repeat("x", inlineSQLite))) })
		second = tx.Savepoint(func(tx *Tx) error { count(t, tx, "after"); return nil })
		return nil
	})
	if second != nil || err != nil { // SQLite gave the whole transaction up
		check("full, then", second, true, false)
		check("full", err, true, false)
		if n := r.count("SELECT COUNT(*) FROM counters WHERE name = 'after'"); n != 0 {
			t.Error("work went on after the transaction was gone")
		}
	}
	check("full", r.Write(context.Background(), noon, func(tx *Tx) error { return tx.PutBlob(r.blob(strings.Repeat("x", inlineSQLite))) }), true, false)
	r.exec("PRAGMA max_page_count = 1073741823")
	r.write(func(tx *Tx) error { count(t, tx, "room again"); return nil })
}

func postgresFaults(t *testing.T, r *register, check func(string, error, bool, bool)) {
	other := r.second()
	check("cut off by the operator", r.Write(context.Background(), noon, func(tx *Tx) error {
		var pid int
		if err := tx.db.Raw("SELECT pg_backend_pid()").Row().Scan(&pid); err != nil {
			return err
		}
		other.exec("SELECT pg_terminate_backend(?, 5000)", pid)
		return tx.db.Exec("DELETE FROM counters").Error
	}), true, false)
	check("a standby", r.Write(context.Background(), noon, func(tx *Tx) error {
		tx.db.Exec("SET TRANSACTION READ ONLY")
		return tx.db.Exec("DELETE FROM counters").Error
	}), true, false)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	check("too slow", r.Write(ctx, noon, func(tx *Tx) error { return tx.db.Exec("SELECT pg_sleep(30)").Error }), true, false)
	r.write(func(tx *Tx) error { count(t, tx, "well again"); return nil })
}
