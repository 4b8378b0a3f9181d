package models

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gorm.io/gorm"
)

// ErrNewer: the register that is there holds what the backup does not.
type ErrNewer struct {
	Extent Extent // of the register
	Backup time.Time
}

func (e ErrNewer) Error() string {
	return fmt.Sprintf("the register holds more than the backup of %s: its newest row is of %s; nothing was changed",
		e.Backup.Format(time.RFC3339), e.Extent.Newest.Format(time.RFC3339))
}

// ErrInUse: somebody works with the register.
var ErrInUse = errors.New("the register is in use: stop dankuwel run, on every machine, and wait until other commands have ended")

// Restore puts a backup in the place of the register, or refuses and leaves everything as it was. The backup must be in order to its last
// byte, the register empty or not newer, and nobody may use it. Until the last moment the old register is there: on SQLite the new one is
// made beside it and takes its name, on PostgreSQL all is one transaction. moves: nothing ran since the backup was made, so what waits in its
// outbox is still to be sent; otherwise it may have left since, and waits for a decision.
func Restore(ctx context.Context, engine Engine, dsn, dataDir, file string, now time.Time, moves bool) (*BackupHead, *BackupCount, error) {
	head, count, err := CheckBackup(file)
	if err != nil {
		return nil, nil, err
	}
	s := &Store{engine: engine, dir: dataDir}
	defer s.Close()
	if err := s.enter(syscall.LOCK_EX); errors.Is(err, errLocked) {
		return nil, nil, ErrInUse
	} else if err != nil {
		return nil, nil, err
	}
	l := &loader{store: s, file: file, now: Micro(now), moves: moves}
	if engine == SQLite {
		return head, count, l.beside(ctx, s.sqlitePath(dsn), head)
	}
	return head, count, l.inPlace(ctx, dsn, head)
}

// loader fills an empty register from a backup.
type loader struct {
	store *Store
	file  string
	now   time.Time
	moves bool
	ctx   context.Context
	tx    *Tx
	kinds map[string][]string // of the columns, per table
}

// beside makes the register beside the one that is there, and swaps them when it is whole and on disk.
func (l *loader) beside(ctx context.Context, path string, head *BackupHead) error {
	if err := l.retire(ctx, path, head); err != nil {
		return err
	}
	made := path + ".restoring"
	remove := func() {
		for _, side := range []string{"", "-wal", "-shm"} {
			os.Remove(made + side)
		}
	}
	remove() // of one that was broken off
	defer remove()
	s := &Store{engine: SQLite, dir: l.store.dir}
	defer s.Close()
	if err := s.openSQLite(made); err != nil {
		return err
	}
	l.store = s
	// Rows that refer to each other come in any order; they are looked at before the commit.
	if err := s.write.Exec("PRAGMA foreign_keys = 0").Error; err != nil {
		return err
	}
	err := s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := l.fill(ctx, db, head); err != nil {
			return err
		}
		var loose []string
		if err := db.Raw(`SELECT DISTINCT "table" FROM pragma_foreign_key_check`).Scan(&loose).Error; err != nil || len(loose) == 0 {
			return err
		}
		return ErrBackup{"rows of " + strings.Join(loose, ", ") + " refer to rows that it does not hold"}
	})
	if err == nil {
		err = s.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if err := syncFile(made); err != nil {
		return err
	}
	if err := os.Rename(made, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// retire looks whether the register that is there may be replaced, and brings all of it into its one file.
func (l *loader) retire(ctx context.Context, path string, head *BackupHead) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return leftBehind(path)
	}
	old := &Store{engine: SQLite, dir: l.store.dir}
	defer old.Close()
	err := old.openSQLite(path)
	if err == nil {
		err = old.yields(old.write.WithContext(ctx), head)
	}
	if err == nil {
		err = old.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error
	}
	if err = errors.Join(err, old.Close()); err != nil {
		return err
	}
	return leftBehind(path)
}

// leftBehind refuses to put a register beside the log of another: SQLite would read the one into the other.
func leftBehind(path string) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s-wal is still there: another program uses the register, or it was moved away without that file; end the program, or move the file away, too", path)
	}
	return errors.Join(ignoreMissing(os.Remove(path+"-wal")), ignoreMissing(os.Remove(path+"-shm")))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// yields tells whether the register that is there holds nothing beyond the backup. An ErrNewer says what it has.
func (s *Store) yields(db *gorm.DB, head *BackupHead) error {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migrations'"
	if s.engine == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'schema_migrations'"
	}
	var n int
	if err := db.Raw(query).Row().Scan(&n); err != nil {
		return fmt.Errorf("read the register that is there (when it is broken, move it away first): %w", err)
	}
	if n == 0 {
		return nil // nothing was ever in it
	}
	have, err := schemaOf(db)
	if err != nil {
		return err
	}
	if have > SchemaVersion() {
		return fmt.Errorf("the register that is there has schema version %d, this program knows up to %d: install a newer dankuwel", have, SchemaVersion())
	}
	there, err := (&Tx{db: db, store: s, lost: new(error)}).extent()
	if err != nil {
		return err
	}
	if !there.Empty() && there.Beyond(head.Extent) {
		return ErrNewer{there, head.At}
	}
	return nil
}

// inPlace replaces the tables in one transaction, while no other program is connected.
func (l *loader) inPlace(ctx context.Context, dsn string, head *BackupHead) error {
	s := l.store
	if err := s.openPostgres(dsn); err != nil {
		return err
	}
	conns, err := s.write.DB()
	if err != nil {
		return err
	}
	conns.SetMaxOpenConns(1) // so that any other connection is somebody else's
	return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := db.Exec("SELECT pg_advisory_xact_lock(7361)").Error; err != nil { // whoever starts meanwhile waits (migrate)
			return err
		}
		var others int
		err := db.Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ? AND pid <> pg_backend_pid()", applicationName).Row().Scan(&others)
		if err != nil {
			return err
		}
		if others > 0 {
			return ErrInUse
		}
		if err := s.yields(db, head); err != nil {
			return err
		}
		if err := dropAll(db); err != nil {
			return err
		}
		return l.fill(ctx, db, head)
	})
}

// dropAll drops the tables of the register.
func dropAll(db *gorm.DB) error {
	var have []string
	if err := db.Raw("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()").Scan(&have).Error; err != nil {
		return err
	}
	ours := map[string]bool{"schema_migrations": true}
	for version := 1; version <= SchemaVersion(); version++ { // a table may have gone in a later one
		tables, err := tablesOf(Postgres, version)
		if err != nil {
			return err
		}
		for _, t := range tables {
			ours[t] = true
		}
	}
	var drop []string
	for _, t := range have {
		if ours[t] {
			drop = append(drop, `"`+t+`"`)
		}
	}
	if len(drop) == 0 {
		return nil
	}
	if err := db.Exec("DROP TABLE " + strings.Join(drop, ", ")).Error; err != nil {
		return fmt.Errorf("drop the tables of the old register: %w", err)
	}
	return nil
}

// fill makes the schema of the backup, reads its rows into it, and brings it up to the newest.
func (l *loader) fill(ctx context.Context, db *gorm.DB, head *BackupHead) error {
	s := l.store
	l.ctx, l.tx, l.kinds = ctx, &Tx{db: db, store: s, now: l.now, clock: l.now, lost: new(error)}, map[string][]string{}
	if err := s.migrateTo(db, head.Schema); err != nil {
		return err
	}
	references, err := s.dropReferences(db)
	if err != nil {
		return err
	}
	if _, _, err := readArchive(l.file, l); err != nil {
		return err
	}
	for _, again := range references {
		if err := db.Exec(again).Error; err != nil {
			return fmt.Errorf("rows refer to rows that the backup does not hold: %w", err)
		}
	}
	if err := s.countOn(db, head); err != nil {
		return err
	}
	if err := s.migrateTo(db, SchemaVersion()); err != nil {
		return err
	}
	if err := l.tx.indexAll(); err != nil {
		return err
	}
	return l.tx.holdBack(l.moves, head.At)
}

// dropReferences drops the foreign keys on PostgreSQL, so that rows may come in any order, and returns the statements that make them again.
func (s *Store) dropReferences(db *gorm.DB) (again []string, err error) {
	if s.engine != Postgres {
		return nil, nil
	}
	var list []struct{ Relation, Name, Definition string }
	err = db.Raw(`SELECT conrelid::regclass AS relation, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY oid`).Scan(&list).Error
	for _, c := range list {
		if err == nil {
			err = db.Exec("ALTER TABLE " + c.Relation + " DROP CONSTRAINT " + c.Name).Error
		}
		again = append(again, "ALTER TABLE "+c.Relation+" ADD CONSTRAINT "+c.Name+" "+c.Definition)
	}
	return again, err
}

// countOn makes PostgreSQL give ids behind those that came with the rows.
func (s *Store) countOn(db *gorm.DB, head *BackupHead) error {
	if s.engine != Postgres {
		return nil
	}
	var tables []string
	if err := db.Raw("SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES' AND column_name = 'id'").Scan(&tables).Error; err != nil {
		return err
	}
	for _, t := range tables {
		if err := db.Exec(`SELECT setval(pg_get_serial_sequence('"` + t + `"', 'id'), COALESCE((SELECT MAX(id) FROM "` + t + `"), 0) + 1, FALSE)`).Error; err != nil {
			return err
		}
	}
	return nil
}

// indexAll makes every complaint findable.
func (tx *Tx) indexAll() error {
	for last := int64(0); ; {
		var page []Complaint
		if err := tx.db.Where("id > ?", last).Order("id").Limit(200).Find(&page).Error; err != nil {
			return err
		}
		for i := range page {
			last = page[i].ID
			tx.findable(&page[i])
		}
		if err := tx.index(); err != nil {
			return err
		}
		tx.texts = nil
		if len(page) < 200 {
			return nil
		}
	}
}

// putBack begins the last error of a mail of which nobody knows whether it left after the backup was made.
const putBack = "put back from a backup"

// holdBack keeps mails that waited in the backup from being sent a second time: they may have left after it was made. The operator decides
// on each (outbox retry). moves: they have not left, and go as they would have.
func (tx *Tx) holdBack(moves bool, at time.Time) error {
	if moves {
		return tx.db.Exec("UPDATE outbox SET state = 'queued', lease_owner = '', lease_until = NULL WHERE state = 'sending'").Error
	}
	return tx.db.Exec("UPDATE outbox SET state = 'failed', last_code = 0, last_error = ?, lease_owner = '', lease_until = NULL WHERE state IN ('queued', 'sending')",
		fmt.Sprintf("%s of %s: it may have left since; outbox retry sends it, outbox left notes that it had left", putBack, at.UTC().Format(time.RFC3339))).Error
}

// HeldBack lists the mails that a restore held back.
func (tx *Tx) HeldBack() (list []OutboxMail, err error) {
	err = tx.db.Where("state = 'failed' AND last_error LIKE ?", putBack+"%").Order("id").Find(&list).Error
	return list, err
}

// Left notes that a mail which a restore held back had left after all; about when it was made, for nobody knows better.
func (tx *Tx) Left(id int64) error {
	r := tx.db.Exec("UPDATE outbox SET state = 'sent', sent_at = created_at, last_error = '' WHERE id = ? AND state = 'failed' AND last_error LIKE ?", id, putBack+"%")
	if r.Error == nil && r.RowsAffected == 0 {
		return fmt.Errorf("mail %d, held back by a restore: %w", id, ErrNotFound)
	}
	return r.Error
}

func (l *loader) head(h *BackupHead) error {
	for _, t := range append([]tableShape{{Name: "blobs", Columns: []string{"sha256", "size", "data", "created_at"}}}, h.Tables...) {
		types, err := l.tx.columns(t.Name)
		if err != nil {
			return ErrBackup{"schema version " + strconv.Itoa(h.Schema) + " has no table " + t.Name}
		}
		kinds := map[string]string{}
		for _, c := range types {
			kinds[c.Name()] = c.DatabaseTypeName()
		}
		for _, c := range t.Columns {
			if kinds[c] == "" {
				return ErrBackup{"schema version " + strconv.Itoa(h.Schema) + " has no column " + t.Name + "." + c}
			}
			l.kinds[t.Name] = append(l.kinds[t.Name], kinds[c])
		}
	}
	return nil
}

// erasures notes those that data_dir/erased.jsonl does not have: they came from another machine.
func (l *loader) erasures(list []Erasure) error {
	have, err := l.store.Erasures()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	key := func(e Erasure) string { return e.Number + " " + e.RegisteredAt.UTC().Format(time.RFC3339Nano) }
	for _, e := range have {
		known[key(e)] = true
	}
	var missing []Erasure
	for _, e := range list {
		if !known[key(e)] {
			missing, known[key(e)] = append(missing, e), true
		}
	}
	return l.store.noteErasures(missing)
}

// blob puts bytes where the engine keeps them.
func (l *loader) blob(sha string, size int64, at time.Time, content io.Reader) error {
	insert := func(data []byte) error {
		return l.tx.db.Exec("INSERT INTO blobs (sha256, size, data, created_at) VALUES (?, ?, ?, ?)", sha, size, data, at).Error
	}
	if len(sha) != 2*sha256.Size || strings.Trim(sha, "0123456789abcdef") != "" {
		return ErrBackup{"it holds bytes by the name " + sha}
	}
	if content == nil {
		return insert(nil)
	}
	w := l.store.NewBlob()
	defer w.Discard()
	if _, err := io.Copy(w, content); err != nil {
		return err
	}
	b, err := w.Finish()
	if err != nil {
		return err
	}
	defer b.Drop()
	if b.SHA256 != sha || b.Size != size {
		return ErrBackup{"bytes " + sha + " are not what their name says"}
	}
	return l.tx.putBlobAt(b, at)
}

// rows reads lines into a table, many with one statement.
func (l *loader) rows(t *tableShape, lines io.Reader) (n int, err error) {
	kinds := l.kinds[t.Name]
	atOnce := max(1, min(200, 30000/len(kinds))) // SQLite takes 32,766 values
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := l.tx.db.Statement.ConnPool.ExecContext(l.ctx, l.insertion(t, len(args)/len(kinds)), args...)
		args = args[:0]
		return err
	}
	for in := bufio.NewReaderSize(lines, 1<<16); ; {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return n, flush()
		}
		if err != nil {
			return n, broken(err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(line)))
		decoder.UseNumber()
		var values []any
		if err := decoder.Decode(&values); err != nil || len(values) != len(kinds) {
			return n, ErrBackup{"a row of " + t.Name + " cannot be read"}
		}
		for i, v := range values {
			if v, err = valueOf(v, kinds[i]); err != nil {
				return n, ErrBackup{fmt.Sprintf("%s.%s: %v", t.Name, t.Columns[i], err)}
			}
			args = append(args, v)
		}
		if n++; len(args) >= atOnce*len(kinds) {
			if err := flush(); err != nil {
				return n, fmt.Errorf("rows of %s: %w", t.Name, err)
			}
		}
	}
}

func (l *loader) insertion(t *tableShape, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `INSERT INTO "%s" ("%s") VALUES `, t.Name, strings.Join(t.Columns, `", "`))
	for i := range rows * len(t.Columns) {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(t.Columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if l.store.engine == Postgres {
			fmt.Fprintf(&b, "$%d", i+1)
		} else {
			b.WriteByte('?')
		}
	}
	b.WriteByte(')')
	return b.String()
}

// valueOf is a value of a row as a column of that type takes it; both engines' types come.
func valueOf(v any, kind string) (any, error) {
	number, isNumber := v.(json.Number)
	switch kind = strings.ToUpper(kind); {
	case v == nil:
		return nil, nil
	case kind == "DATETIME" || kind == "TIMESTAMPTZ":
		text, _ := v.(string)
		return time.Parse(time.RFC3339Nano, text)
	case isNumber:
		return number.Int64()
	}
	return v, nil
}
