package models

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the frozen schemas and the register of this release anew")

func exerciseStore(t *testing.T, e Engine) {
	t.Run("a fresh register is empty, whole and on the newest schema", func(t *testing.T) {
		r := newRegister(t, e)
		if got := r.count("SELECT MAX(version) FROM schema_migrations"); got != SchemaVersion() {
			t.Errorf("schema version %d, want %d", got, SchemaVersion())
		}
		r.sound()
		if r.Engine() != e {
			t.Errorf("engine %s, want %s", r.Engine(), e)
		}
	})
	t.Run("what was written is there after opening again", func(t *testing.T) {
		r := newRegister(t, e)
		number := r.complain("De soep was koud.").Number
		r.Store.Close()
		again := r.second()
		if _, err := again.read().Complaint(number); err != nil {
			t.Error(err)
		}
	})
	t.Run("a register that is newer than the program is refused with both versions", func(t *testing.T) {
		r := newRegister(t, e)
		r.exec("INSERT INTO schema_migrations (version, name) VALUES (99, '0099_future')")
		_, err := Open(context.Background(), e, r.dsn, t.TempDir())
		if e == SQLite {
			_, err = Open(context.Background(), e, r.dsn, r.dir)
		}
		want := fmt.Sprintf("schema version 99, this program knows up to %d", SchemaVersion())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s…", err, want)
		}
	})
	t.Run("two programs that start together both find the register ready", func(t *testing.T) {
		r := newRegister(t, e)
		dsn, dir := "other.db", t.TempDir()
		if e == Postgres {
			dsn = newDatabase(t)
		}
		errs := make(chan error)
		for range 2 {
			go func() {
				s, err := Open(context.Background(), e, dsn, dir)
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		r.sound()
	})
	if e == SQLite {
		sqliteOnly(t)
	} else {
		postgresOnly(t)
	}
}

func sqliteOnly(t *testing.T) {
	t.Run("pragmas hold on every connection", func(t *testing.T) {
		r := newRegister(t, SQLite)
		for pragma, want := range map[string]int{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000, "query_only": 1} {
			if got := r.count("PRAGMA " + pragma); got != want {
				t.Errorf("reading: %s is %d, want %d", pragma, got, want)
			}
		}
		if err := r.Store.read.Exec("DELETE FROM counters").Error; err == nil {
			t.Error("a reading connection wrote")
		}
	})
	t.Run("a pragma that did not hold is refused", func(t *testing.T) {
		db, err := openSQLite("file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)", 1)
		if err != nil {
			t.Fatal(err)
		}
		s := &Store{write: db, read: db, engine: SQLite}
		defer s.Close()
		if err := s.checkPragmas(); err == nil || !strings.Contains(err.Error(), `journal_mode at "delete"`) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("only the owner may read the files", func(t *testing.T) {
		r := newRegister(t, SQLite)
		r.complain("x")
		for _, name := range []string{"dankuwel.db", "dankuwel.db-wal", "dankuwel.db-shm"} {
			info, err := os.Stat(filepath.Join(r.dir, name))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", name, info.Mode(), err)
			}
		}
	})
	t.Run("a folder with odd letters in its name serves", func(t *testing.T) {
		s, err := Open(context.Background(), SQLite, "wat? 100% é#.db", filepath.Join(t.TempDir(), "klachten & co?"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := os.Stat(filepath.Join(s.dir, "wat? 100% é#.db")); err != nil {
			t.Error(err)
		}
	})
}

func postgresOnly(t *testing.T) {
	t.Run("a password never stands in an error", func(t *testing.T) {
		for _, dsn := range []string{"postgres://an:sesam-open@127.0.0.1:1/x", "postgres://an:sesam-open@127.0.0.1:port/x"} {
			_, err := Open(context.Background(), Postgres, dsn, t.TempDir())
			if err == nil || strings.Contains(err.Error(), "sesam-open") {
				t.Errorf("%v", err)
			}
		}
	})
}

// sound insists that Verify finds nothing.
func (r *register) sound() {
	r.t.Helper()
	for _, sentence := range must[[]string](r.t)(r.read().Verify()) {
		r.t.Errorf("verify: %s", sentence)
	}
}

func exerciseMigrations(t *testing.T, e Engine) {
	t.Run("both engines have the same migrations", func(t *testing.T) {
		lite, pg := must[[]migration](t)(migrationsOf(SQLite)), must[[]migration](t)(migrationsOf(Postgres))
		name := func(m migration) string { return m.name }
		if a, b := mapped(lite, name), mapped(pg, name); !slices.Equal(a, b) {
			t.Errorf("sqlite has %v, postgres has %v", a, b)
		}
	})
	list := must[[]migration](t)(migrationsOf(e))
	for _, m := range list {
		t.Run(fmt.Sprintf("version %d is what it was", m.version), func(t *testing.T) {
			file := frozenSchema(e, m.version)
			if *update && m.version == len(list) {
				if err := os.WriteFile(file, []byte(m.sql), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if frozen := must[[]byte](t)(os.ReadFile(file)); m.sql != string(frozen) {
				t.Errorf("%s differs from %s: a migration that is released never changes; add a new one", m.name, file)
			}
		})
		t.Run(fmt.Sprintf("the register of version %d, brought up, is as a fresh one", m.version), func(t *testing.T) {
			fresh := newRegister(t, e)
			old := &register{t: t, now: noon}
			dir := t.TempDir()
			if e == SQLite {
				old.dsn = "old.db"
				frozenRegister(t, m.version, filepath.Join(dir, old.dsn))
			} else {
				old.dsn = newDatabase(t)
				runScripts(t, old.dsn, list[:m.version])
			}
			old.Store = old.open(dir)
			if a, b := old.schema(), fresh.schema(); a != b {
				t.Errorf("brought up:\n%s\nfresh:\n%s", a, b)
			}
			old.sound()
			if e == SQLite {
				c, err := old.read().Complaint("K-2026-0001")
				if err != nil || c.Facts != "De soep was koud." || !c.ReceivedAt.Equal(noon) {
					t.Errorf("%+v %v", c, err)
				}
			}
		})
	}
}

// frozenSchema is the file with a migration as it was released.
func frozenSchema(e Engine, version int) string {
	return fmt.Sprintf("testdata/schema-%04d-%s.sql", version, e)
}

// runScripts makes the register of a version on PostgreSQL, as its releases did.
func runScripts(t *testing.T, dsn string, list []migration) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(script string) {
		if _, err := db.Exec(script); err != nil {
			t.Fatalf("%s: %v", script, err)
		}
	}
	exec("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL)")
	for _, m := range list {
		exec(string(must[[]byte](t)(os.ReadFile(frozenSchema(Postgres, m.version)))))
		exec(fmt.Sprintf("INSERT INTO schema_migrations VALUES (%d, '%s')", m.version, m.name))
	}
}

// frozenRegister unpacks the register that a version left. Only the newest can be written anew: the others are what their programs wrote.
func frozenRegister(t *testing.T, version int, path string) {
	file := fmt.Sprintf("testdata/register-%04d.db.gz", version)
	if *update && version == SchemaVersion() {
		writeFrozen(t, file)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, must[[]byte](t)(io.ReadAll(z)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeFrozen(t *testing.T, file string) {
	r := newRegister(t, SQLite)
	c := r.complain("De soep was koud.")
	r.write(func(tx *Tx) error {
		m := mailRow("acknowledgement/" + c.Number + "/jan@example.test/1")
		m.ComplaintID = &c.ID
		_, err := tx.Queue(m, r.blob("Dank u"))
		return err
	})
	path := filepath.Join(t.TempDir(), "frozen.db")
	r.exec("VACUUM INTO ?", path)
	var b bytes.Buffer
	z := must[*gzip.Writer](t)(gzip.NewWriterLevel(&b, gzip.BestCompression))
	z.Write(must[[]byte](t)(os.ReadFile(path)))
	z.Close()
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// schema is every table, column and index of the register as text.
func (r *register) schema() string {
	r.t.Helper()
	query := "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1"
	if r.engine == Postgres {
		query = `SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`
	}
	var lines []string
	if err := r.Store.read.Raw(query).Scan(&lines).Error; err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func mapped[A, B any](list []A, f func(A) B) (out []B) {
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
