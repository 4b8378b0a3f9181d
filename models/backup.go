package models

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"gorm.io/gorm"
)

// partSize is how many bytes of rows one member of a backup holds: they are in memory together.
const partSize = 4 << 20

// madeAnew are the tables that a backup does not hold as rows: bytes are members of their own, the search index and the leases are made anew.
var madeAnew = []string{"blobs", "blob_chunks", "complaint_search", "leases"}

var createsOrDrops = regexp.MustCompile(`(?m)^(CREATE|DROP)(?: VIRTUAL)? TABLE (\w+)`)

// tablesOf lists the tables of a version of the schema in the order of their making.
func tablesOf(e Engine, version int) (tables []string, err error) {
	list, err := migrationsOf(e)
	if err != nil {
		return nil, err
	}
	for _, m := range list[:version] {
		for _, found := range createsOrDrops.FindAllStringSubmatch(m.sql, -1) {
			if found[1] == "CREATE" {
				tables = append(tables, found[2])
			} else {
				tables = slices.DeleteFunc(tables, func(t string) bool { return t == found[2] })
			}
		}
	}
	return tables, nil
}

// Backup writes everything that the register holds into w, as it is at one moment, while others read and write it. version is the
// program's. Bytes that rows name and that are gone are counted, and keep nothing else from being written.
func (s *Store) Backup(ctx context.Context, w io.Writer, version string, now time.Time) (*BackupHead, *BackupCount, error) {
	held, err := s.holdFiles(syscall.LOCK_SH) // before the snapshot: what it names stays until the end
	if err != nil {
		return nil, nil, fmt.Errorf("backup: %w", err)
	}
	defer held.Close()
	head := &BackupHead{Format: BackupFormat, Version: version, Engine: s.engine, At: Micro(now)}
	a, err := newArchiveWriter(w, head.At)
	if err == nil {
		err = s.snapshot(ctx, func(tx *Tx) error { return tx.backup(a, head) })
	}
	if err != nil {
		return nil, nil, fmt.Errorf("backup: %w", err)
	}
	return head, &a.end.BackupCount, nil
}

// snapshot runs fn on the register as it is at one moment. SQLite: a read transaction on the write-ahead log.
func (s *Store) snapshot(ctx context.Context, fn func(*Tx) error) error {
	var options []*sql.TxOptions
	if s.engine == Postgres {
		options = append(options, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	}
	return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error { return fn(&Tx{db: db, store: s, lost: new(error)}) }, options...)
}

func (tx *Tx) backup(a *archiveWriter, head *BackupHead) (err error) {
	if head.Schema, err = schemaOf(tx.db); err != nil {
		return err
	}
	if head.Extent, err = tx.extent(); err != nil {
		return err
	}
	tables, err := tablesOf(tx.store.engine, head.Schema)
	if err != nil {
		return err
	}
	for _, name := range tables {
		if slices.Contains(madeAnew, name) {
			continue
		}
		columns, err := tx.columns(name)
		if err != nil {
			return err
		}
		shape := tableShape{Name: name}
		for _, c := range columns {
			shape.Columns = append(shape.Columns, c.Name())
		}
		head.Tables = append(head.Tables, shape)
	}
	if err := a.putJSON(headMember, head); err != nil {
		return err
	}
	if err := tx.store.backupErasures(a); err != nil {
		return err
	}
	if err := tx.backupBlobs(a); err != nil {
		return err
	}
	for _, t := range head.Tables {
		if err := tx.backupRows(a, t); err != nil {
			return fmt.Errorf("rows of %s: %w", t.Name, err)
		}
	}
	return a.close()
}

// columns are those of a table, with their types.
func (tx *Tx) columns(table string) ([]*sql.ColumnType, error) {
	rows, err := tx.db.Statement.ConnPool.QueryContext(tx.db.Statement.Context, `SELECT * FROM "`+table+`" LIMIT 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.ColumnTypes()
}

func (s *Store) backupErasures(a *archiveWriter) error {
	b, err := os.ReadFile(s.erasedFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		_, err = a.put(erasedMember, int64(len(b)), a.at, bytes.NewReader(b))
	}
	return err
}

// backupBlobs writes the bytes, those of few kilobytes from their rows, many at a time.
func (tx *Tx) backupBlobs(a *archiveWriter) error {
	for last := ""; ; {
		var page []struct {
			SHA256    string `gorm:"column:sha256"`
			Size      int64
			CreatedAt time.Time
		}
		if err := tx.db.Table("blobs").Select("sha256, size, created_at").Where("sha256 > ?", last).Order("sha256").Limit(1000).Find(&page).Error; err != nil {
			return err
		}
		for _, b := range page {
			last = b.SHA256
			if err := tx.backupBlob(a, b.SHA256, b.Size, b.CreatedAt); err != nil {
				return fmt.Errorf("bytes %.12s…: %w", b.SHA256, err)
			}
		}
		if len(page) < 1000 {
			return nil
		}
	}
}

func (tx *Tx) backupBlob(a *archiveWriter, sha string, size int64, at time.Time) error {
	content, err := tx.wholeBlob(sha, size)
	if err != nil {
		return err
	}
	if content == nil {
		a.end.Gone = append(a.end.Gone, sha)
		text := fmt.Sprint(size)
		_, err := a.put("gone/"+sha[:2]+"/"+sha, int64(len(text)), at, strings.NewReader(text))
		return err
	}
	defer content.Close()
	a.end.Blobs, a.end.Bytes = a.end.Blobs+1, a.end.Bytes+size
	_, err = a.put("blobs/"+sha[:2]+"/"+sha, size, at, content)
	return err
}

func (tx *Tx) backupRows(a *archiveWriter, t tableShape) error {
	query := `SELECT "` + strings.Join(t.Columns, `", "`) + `" FROM "` + t.Name + `" ORDER BY 1`
	rows, err := tx.db.Statement.ConnPool.QueryContext(tx.db.Statement.Context, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	var part bytes.Buffer
	encoder := json.NewEncoder(&part)
	encoder.SetEscapeHTML(false)
	parts := 0
	flush := func() error {
		parts++
		name := fmt.Sprintf("rows/%s/%06d.jsonl", t.Name, parts)
		sha, err := a.put(name, int64(part.Len()), a.at, &part)
		a.end.Members[name] = sha
		part.Reset()
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			switch v := v.(type) {
			case time.Time:
				values[i] = v.UTC().Format(time.RFC3339Nano)
			case int64: // SQLite keeps true as 1
				if types[i].DatabaseTypeName() == "BOOLEAN" {
					values[i] = v != 0
				}
			}
		}
		if err := encoder.Encode(values); err != nil {
			return err
		}
		a.end.Rows[t.Name]++
		if part.Len() >= partSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil || part.Len() == 0 {
		return err
	}
	return flush()
}

// Extent is how far a register goes.
type Extent struct {
	Newest     time.Time `json:"newest"` // instant that a ledger, event or outbox row bears; zero: none
	Complaints int64     `json:"complaints"`
	Ledger     int64     `json:"ledger"` // highest id
	Outbox     int64     `json:"outbox"` // highest id
	Events     int64     `json:"events"`
}

// Empty: no mail was taken in, and no complaint registered.
func (e Extent) Empty() bool { return e.Ledger == 0 && e.Complaints == 0 }

// Beyond tells whether the register holds something that the other does not.
func (e Extent) Beyond(other Extent) bool {
	return e.Newest.After(other.Newest) || e.Complaints > other.Complaints || e.Ledger > other.Ledger || e.Outbox > other.Outbox || e.Events > other.Events
}

func (tx *Tx) extent() (e Extent, err error) {
	err = tx.db.Raw(`SELECT (SELECT COUNT(*) FROM complaints WHERE NOT practice), (SELECT COALESCE(MAX(id), 0) FROM ledger),
		(SELECT COALESCE(MAX(id), 0) FROM outbox), (SELECT COUNT(*) FROM events)`).Row().Scan(&e.Complaints, &e.Ledger, &e.Outbox, &e.Events)
	for _, newest := range []string{"seen_at FROM ledger", "at FROM events", "created_at FROM outbox", "sent_at FROM outbox WHERE sent_at IS NOT NULL"} {
		if err != nil {
			break
		}
		column, _, _ := strings.Cut(newest, " ")
		var at []time.Time
		err = tx.db.Raw("SELECT " + newest + " ORDER BY " + column + " DESC LIMIT 1").Scan(&at).Error // MAX would lose the type of the column on SQLite
		if len(at) > 0 && at[0].After(e.Newest) {
			e.Newest = at[0].UTC()
		}
	}
	if err != nil {
		err = fmt.Errorf("see how far the register goes: %w", err)
	}
	return e, err
}

// BackupTo writes a backup into the file, which only its owner may read. It gets its name when it is whole and on disk; one that is there
// is left alone.
func (s *Store) BackupTo(ctx context.Context, file, version string, now time.Time) (*BackupHead, *BackupCount, error) {
	if _, err := os.Lstat(file); err == nil {
		return nil, nil, fmt.Errorf("%s is there already, and is left as it is; choose another name", file)
	}
	partial := file + ".partial"
	f, err := lockFile(partial, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, errLocked) {
		return nil, nil, fmt.Errorf("another backup is writing %s right now", partial)
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if err := errors.Join(f.Chmod(0o600), f.Truncate(0)); err != nil { // one that was broken off may have been left
		return nil, nil, err
	}
	defer os.Remove(partial)
	head, count, err := s.Backup(ctx, f, version, now)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(partial, file)
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	return head, count, err
}
