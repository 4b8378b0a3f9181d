package modelstest

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dankuwel/models"
)

// place is where a register of a test lies.
type place struct{ dsn, dir string }

var places sync.Map // of *models.Store, to place

// Holding names the files and tables in which a word stands, whatever its case: in the bytes of every file under the data folder, those of
// the database among them, and in every column on PostgreSQL.
func Holding(t testing.TB, store *models.Store, word string) (where []string) {
	found, ok := places.Load(store)
	if !ok {
		t.Fatal("the register was not opened by this package")
	}
	p := found.(place)
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(word))) {
			where = append(where, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if store.Engine() != models.Postgres {
		return where
	}
	db, err := sql.Open("pgx", p.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range tables { // a column of bytes becomes text in hexadecimal digits
		var n int
		query := `SELECT COUNT(*) FROM "` + name + `" AS row WHERE CAST(row AS TEXT) ILIKE '%' || $1 || '%' OR CAST(row AS TEXT) LIKE '%' || $2 || '%'`
		if err := db.QueryRow(query, word, hex.EncodeToString([]byte(word))).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			where = append(where, name)
		}
	}
	return where
}
