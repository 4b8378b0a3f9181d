package modelstest

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"dankuwel/models"
)

// SQL opens the database of a register beside the register, to write rows that the program would need years for. It is closed with the test.
func SQL(t testing.TB, store *models.Store) *sql.DB {
	found, ok := places.Load(store)
	if !ok {
		t.Fatal("the register was not opened by this package")
	}
	p := found.(place)
	driver, dsn := "pgx", p.dsn
	if store.Engine() == models.SQLite {
		driver = "sqlite"
		dsn = "file:" + (&url.URL{Path: filepath.Join(p.dir, p.dsn)}).EscapedPath() + "?_time_format=sqlite&_timezone=UTC&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Insert writes a row; columns alternate with their values.
func Insert(t testing.TB, store *models.Store, tx *sql.Tx, table string, columns ...any) {
	t.Helper()
	var names, marks []string
	var values []any
	for i := 0; i < len(columns); i += 2 {
		names, values = append(names, columns[i].(string)), append(values, columns[i+1])
		if store.Engine() == models.Postgres {
			marks = append(marks, fmt.Sprintf("$%d", len(values)))
		} else {
			marks = append(marks, "?")
		}
	}
	if _, err := tx.Exec("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...); err != nil {
		t.Fatalf("%s: %v", table, err)
	}
}
