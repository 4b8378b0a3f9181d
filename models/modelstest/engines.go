// Package modelstest opens fresh registers for the tests of all packages, one on each engine.
package modelstest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"dankuwel/models"
)

// PostgresVariable names the environment variable with the address of a PostgreSQL server on which databases may be made, such as
// postgres://postgres@127.0.0.1:5432/postgres.
const PostgresVariable = "DANKUWEL_TEST_POSTGRES"

// ForEachEngine runs a test on SQLite, and on PostgreSQL when PostgresVariable is set; otherwise it says that it did not.
func ForEachEngine(t *testing.T, fn func(*testing.T, *models.Store)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite opens an empty register in a folder of the test.
func SQLite(t testing.TB) *models.Store {
	return open(t, models.SQLite, "register.db")
}

// Postgres opens an empty register in a database of its own, or skips the test aloud.
func Postgres(t testing.TB) *models.Store { return open(t, models.Postgres, PostgresDSN(t)) }

// PostgresDSN makes an empty database that goes with the test, or skips the test aloud.
func PostgresDSN(t testing.TB) string {
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skipf("not on PostgreSQL: set %s to a server on which databases may be made", PostgresVariable)
	}
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		t.Fatal(err)
	}
	database := "dankuwel_test_" + hex.EncodeToString(name)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE DATABASE " + database); err != nil {
		t.Fatalf("make a database on the server of %s: %v", PostgresVariable, err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + database + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + database
	return u.String()
}

func open(t testing.TB, engine models.Engine, dsn string) *models.Store {
	dir := t.TempDir()
	store, err := models.Open(context.Background(), engine, dsn, dir)
	if err != nil {
		t.Fatal(err)
	}
	places.Store(store, place{dsn, dir})
	t.Cleanup(func() { store.Close() })
	return store
}
