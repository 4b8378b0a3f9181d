package models

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver "sqlite", without cgo
)

// Store is the register: one database, and the folder for bytes that are too big for it.
type Store struct {
	write, read *gorm.DB // one pool on PostgreSQL, two on SQLite
	engine      Engine
	dir         string     // data_dir
	lock        *os.File   // shared with every other Store on data_dir; Restore wants it alone
	files       sync.Mutex // held while a file in data_dir/blobs comes or goes
}

// Engine is the kind of database behind a Store.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

//go:embed migrations
var migrations embed.FS

// Open opens the register, creates it when it is not there yet, and brings it to the newest schema. dsn is a path under dataDir for
// SQLite, a postgres:// address for PostgreSQL. It refuses a database that is newer than the program and pragmas that did not hold.
func Open(ctx context.Context, engine Engine, dsn, dataDir string) (*Store, error) {
	s := &Store{engine: engine, dir: dataDir}
	err := s.enter(syscall.LOCK_SH)
	if errors.Is(err, errLocked) {
		err = errors.New("a backup is being put back into this register; wait until dankuwel restore has ended")
	}
	if err == nil {
		err = s.connect(dsn)
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// enter makes the data folder and takes its lock: shared to use the register, alone to replace it.
func (s *Store) enter(how int) (err error) {
	for _, d := range []string{s.dir, filepath.Join(s.dir, "tmp"), filepath.Join(s.dir, "blobs")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("create the data folder: %w", err)
		}
	}
	s.lock, err = lockFile(filepath.Join(s.dir, "register.lock"), how|syscall.LOCK_NB)
	return err
}

func (s *Store) connect(dsn string) error {
	switch s.engine {
	case SQLite:
		return s.openSQLite(dsn)
	case Postgres:
		return s.openPostgres(dsn)
	}
	return fmt.Errorf("unknown database driver %q", s.engine)
}

// errLocked: another process holds the lock.
var errLocked = errors.New("locked")

// lockFile takes a lock (flock) on a file that it makes when it is missing. Closing the file gives it back, and so does the end of the process.
func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	for {
		switch err = syscall.Flock(int(f.Fd()), how); err {
		case nil:
			return f, nil
		case syscall.EINTR:
			continue
		case syscall.EWOULDBLOCK:
			err = errLocked
		}
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		Logger:                 logger.Discard, // errors are wrapped and logged once, at the edge
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}
}

// busyTimeout is how long SQLite waits for a lock, here and in the address of the register.
const busyTimeout = 10 * time.Second

func (s *Store) openSQLite(dsn string) error {
	path := s.sqlitePath(dsn)
	const common = "?_time_format=sqlite&_timezone=UTC&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)"
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	// SQLite gives its side files the permissions of the register, so it is made before it is opened.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the register: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return fmt.Errorf("protect the register: %w", err)
	}
	// One writer, which takes its lock at BEGIN: a read lock that is upgraded later fails at once with SQLITE_BUSY_SNAPSHOT.
	for until := time.Now().Add(busyTimeout); ; time.Sleep(20 * time.Millisecond) {
		s.write, err = openSQLite(file+common+"&_pragma=journal_mode(WAL)&_txlock=immediate&_pragma=cache_size(-8192)", 1)
		if err == nil {
			break
		}
		// To change the journal needs the register alone, and SQLite does not wait for that: another program may open or close it right now.
		if !isLocked(err) || time.Now().After(until) {
			return fmt.Errorf("open the register %s: %w", path, err)
		}
	}
	if s.read, err = openSQLite(file+common+"&_pragma=query_only(1)&_pragma=cache_size(-2048)", 4); err != nil {
		return fmt.Errorf("open the register %s for reading: %w", path, err)
	}
	return s.checkPragmas()
}

func (s *Store) sqlitePath(dsn string) string {
	if filepath.IsAbs(dsn) {
		return dsn
	}
	return filepath.Join(s.dir, dsn)
}

func openSQLite(dsn string, conns int) (*gorm.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	return openPool(sqlite.Dialector{Conn: pool{DB: db, prepare: true}}, db, conns)
}

// checkPragmas reads back what the register's safety hangs on: a driver that does not understand its address says nothing.
func (s *Store) checkPragmas() error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := s.write.Raw("PRAGMA " + pragma).Row().Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", pragma, err)
		}
		if got != want {
			return fmt.Errorf("SQLite keeps %s at %q where %q is needed; is the folder on a file system that supports locking and shared memory?", pragma, got, want)
		}
	}
	return nil
}

func (s *Store) openPostgres(dsn string) error {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New("open the register on PostgreSQL: " + redact(err.Error(), dsn))
	}
	config.RuntimeParams["application_name"] = applicationName
	conns := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(readUTC))
	db, err := openPool(postgres.New(postgres.Config{Conn: pool{DB: conns}}), conns, 8)
	if err != nil {
		// The driver's error may quote the address with its password.
		return errors.New("open the register on PostgreSQL: " + redact(err.Error(), dsn))
	}
	s.write, s.read = db, db
	return nil
}

// applicationName tells our connections from those of others to the same database.
const applicationName = "dankuwel"

func redact(text, dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.User == nil {
		return text
	}
	if p, ok := u.User.Password(); ok && p != "" {
		text = strings.ReplaceAll(text, p, "xxxxx")
	}
	return text
}

func openPool(d gorm.Dialector, db *sql.DB, conns int) (*gorm.DB, error) {
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	g, err := gorm.Open(d, gormConfig())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return g, nil
}

// readUTC makes a connection give times in UTC, whatever zone the machine is in.
func readUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
	return nil
}

// Close closes the database. It may be called on a Store that failed to open.
func (s *Store) Close() error {
	var errs []error
	for i, db := range []*gorm.DB{s.write, s.read} {
		if db == nil || (i == 1 && db == s.write) {
			continue
		}
		if pool, err := db.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
		s.lock = nil
	}
	return errors.Join(errs...)
}

// Engine tells which database stands behind the register.
func (s *Store) Engine() Engine { return s.engine }

type migration struct {
	version int
	name    string
	sql     string
}

// migrationsOf lists an engine's migrations in order; both engines have the same numbers and names.
func migrationsOf(e Engine) ([]migration, error) {
	files, err := fs.Glob(migrations, "migrations/"+string(e)+"/*.sql")
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".sql")
		v, err := strconv.Atoi(name[:4])
		if err != nil || v != i+1 {
			return nil, fmt.Errorf("migration %s: number %04d was expected", f, i+1)
		}
		sql, err := migrations.ReadFile(f)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{v, name, string(sql)})
	}
	return list, nil
}

// SchemaVersion is the newest schema that this program knows.
func SchemaVersion() int {
	list, err := migrationsOf(SQLite)
	if err != nil {
		return 0
	}
	return len(list)
}

// migrate runs the missing migrations, all of them and their numbers in one transaction.
func (s *Store) migrate(ctx context.Context) error {
	return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if s.engine == Postgres { // two nodes that start together
			if err := db.Exec("SELECT pg_advisory_xact_lock(7361)").Error; err != nil {
				return err
			}
		}
		return s.migrateTo(db, SchemaVersion())
	})
}

// migrateTo runs the missing migrations up to a version.
func (s *Store) migrateTo(db *gorm.DB, version int) error {
	list, err := migrationsOf(s.engine)
	if err != nil {
		return err
	}
	if err := db.Exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL)").Error; err != nil {
		return fmt.Errorf("prepare the register: %w", err)
	}
	have, err := schemaOf(db)
	if err != nil {
		return err
	}
	if have > len(list) {
		return fmt.Errorf("the register has schema version %d, this program knows up to %d: install a newer dankuwel", have, len(list))
	}
	for _, m := range list[have:max(have, version)] {
		if err := execScript(db, m.sql); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
		if err := db.Exec("INSERT INTO schema_migrations (version, name) VALUES (?, ?)", m.version, m.name).Error; err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// schemaOf reads the version of the schema.
func schemaOf(db *gorm.DB) (version int, err error) {
	if err = db.Raw("SELECT COALESCE(MAX(version), 0) FROM schema_migrations").Row().Scan(&version); err != nil {
		err = fmt.Errorf("read the schema version: %w", err)
	}
	return version, err
}

// execScript runs a migration statement by statement: PostgreSQL's extended protocol takes one at a time. A statement ends at a
// line that ends with ';'.
func execScript(db *gorm.DB, script string) error {
	var b strings.Builder
	for line := range strings.Lines(script) {
		code, _, _ := strings.Cut(line, "--")
		if strings.TrimSpace(code) == "" {
			continue
		}
		b.WriteString(code)
		b.WriteByte('\n')
		if strings.HasSuffix(strings.TrimSpace(code), ";") {
			if err := db.Exec(b.String()).Error; err != nil {
				return err
			}
			b.Reset()
		}
	}
	return nil
}
