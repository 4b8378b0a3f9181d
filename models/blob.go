package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Blob is bytes by content: a raw mail, an attachment, a mail that goes out. It is made by a BlobWriter and put into the register in
// the transaction that names it.
type Blob struct {
	SHA256 string // hex; the key
	Size   int64
	data   []byte // the bytes when they are few
	temp   string // PostgreSQL: where many wait for Put; SQLite keeps those in data_dir/blobs for good
}

const (
	inlineSQLite   = 256 << 10 // above it a file is cheaper than the row
	inlinePostgres = 1 << 20
	chunkSize      = 1 << 20
)

// BlobWriter takes bytes in. Few stay in memory, many go to a file. Finish or Discard must be called.
type BlobWriter struct {
	store *Store
	limit int
	buf   bytes.Buffer
	file  *os.File
	hash  hash.Hash
	size  int64
}

// NewBlob begins a blob.
func (s *Store) NewBlob() *BlobWriter {
	limit := inlineSQLite
	if s.engine == Postgres {
		limit = inlinePostgres
	}
	return &BlobWriter{store: s, limit: limit, hash: sha256.New()}
}

// Write takes more bytes in.
func (w *BlobWriter) Write(p []byte) (int, error) {
	if w.file == nil && w.buf.Len()+len(p) > w.limit {
		f, err := os.CreateTemp(filepath.Join(w.store.dir, "tmp"), "blob-")
		if err != nil {
			return 0, fmt.Errorf("spool: %w: %w", errDisk, err)
		}
		w.file = f
		if _, err := f.Write(w.buf.Bytes()); err != nil {
			return 0, fmt.Errorf("spool: %w: %w", errDisk, err)
		}
		w.buf = bytes.Buffer{}
	}
	w.hash.Write(p)
	w.size += int64(len(p))
	if w.file == nil {
		return w.buf.Write(p)
	}
	n, err := w.file.Write(p)
	if err != nil {
		err = fmt.Errorf("spool: %w: %w", errDisk, err)
	}
	return n, err
}

// Discard forgets the bytes. It does nothing after Finish.
func (w *BlobWriter) Discard() {
	if w.file != nil {
		w.file.Close()
		os.Remove(w.file.Name())
		w.file = nil
	}
}

// Finish ends the blob. Bytes in a file are on disk for good when it returns (SQLite), before any transaction names them; a file that
// no transaction came to name is swept away later (SweepBlobs).
func (w *BlobWriter) Finish() (Blob, error) {
	b := Blob{SHA256: hex.EncodeToString(w.hash.Sum(nil)), Size: w.size}
	if w.file == nil {
		b.data = w.buf.Bytes()
		if b.data == nil {
			b.data = []byte{}
		}
		return b, nil
	}
	defer w.Discard()
	if w.store.engine == Postgres {
		if err := w.file.Close(); err != nil {
			return Blob{}, fmt.Errorf("spool: %w: %w", errDisk, err)
		}
		b.temp, w.file = w.file.Name(), nil
		return b, nil
	}
	err := w.file.Sync()
	if err == nil {
		err = w.store.keepFile(w.file.Name(), b.SHA256)
	}
	if err != nil {
		return Blob{}, fmt.Errorf("keep %d bytes: %w: %w", b.Size, errDisk, err)
	}
	w.file.Close()
	w.file = nil
	return b, nil
}

func (s *Store) blobPath(sha string) string { return filepath.Join(s.dir, "blobs", sha[:2], sha) }

func (s *Store) keepFile(temp, sha string) error {
	path := s.blobPath(sha)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s.files.Lock()
	err := os.Rename(temp, path)
	s.files.Unlock()
	if err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Drop removes what a blob that is not wanted after all left outside the database.
func (b *Blob) Drop() {
	if b.temp != "" {
		os.Remove(b.temp)
	}
}

// PutBlob writes the blob's row; once, however often the same bytes come.
func (tx *Tx) PutBlob(b Blob) error { return tx.putBlobAt(b, tx.now) }

func (tx *Tx) putBlobAt(b Blob, at time.Time) error {
	if b.temp != "" {
		tx.spent = append(tx.spent, b.temp)
	}
	r := tx.db.Exec("INSERT INTO blobs (sha256, size, data, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
		b.SHA256, b.Size, b.data, at)
	if r.Error != nil {
		return fmt.Errorf("put blob: %w", r.Error)
	}
	if r.RowsAffected == 0 || b.temp == "" {
		return nil
	}
	f, err := os.Open(b.temp)
	if err != nil {
		return fmt.Errorf("put blob: %w", err)
	}
	defer f.Close()
	chunk := make([]byte, chunkSize)
	for n := 0; ; n++ {
		m, err := io.ReadFull(f, chunk)
		if m > 0 {
			if err := tx.db.Exec("INSERT INTO blob_chunks (sha256, n, data) VALUES (?, ?, ?)", b.SHA256, n, chunk[:m]).Error; err != nil {
				return fmt.Errorf("put blob: %w", err)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("put blob: %w", err)
		}
	}
}

// OpenBlob reads the bytes with that key, wherever they lie.
func (tx *Tx) OpenBlob(sha string) (io.ReadCloser, error) {
	var row struct {
		Size int64
		Data []byte
	}
	if err := tx.db.Table("blobs").Where("sha256 = ?", sha).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("open blob %.12s: %w", sha, err)
	}
	switch {
	case row.Data != nil || row.Size == 0:
		return io.NopCloser(bytes.NewReader(row.Data)), nil
	case tx.store.engine == Postgres:
		return io.NopCloser(&chunkReader{tx: tx, sha: sha}), nil
	}
	f, err := os.Open(tx.store.blobPath(sha))
	if err != nil {
		return nil, fmt.Errorf("open blob %.12s: %w", sha, err)
	}
	return f, nil
}

// wholeBlob opens bytes that are there and are what their key says; nil when they are not.
func (tx *Tx) wholeBlob(sha string, size int64) (io.ReadCloser, error) {
	r, err := tx.OpenBlob(sha)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size <= inlinePostgres { // read once
		b, err := io.ReadAll(io.LimitReader(r, size+1))
		if sum := sha256.Sum256(b); err != nil || int64(len(b)) != size || hex.EncodeToString(sum[:]) != sha {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	if got, n, err := digestOf(r); err != nil || got != sha || n != size {
		return nil, err
	}
	return tx.OpenBlob(sha)
}

// digestOf reads to the end and gives SHA-256 in hex, and how many bytes there were.
func digestOf(r io.Reader) (string, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// OpenUnput reads a finished blob that is not in the register yet.
func (s *Store) OpenUnput(b Blob) (io.ReadCloser, error) {
	switch {
	case b.temp != "":
		return os.Open(b.temp)
	case b.data != nil:
		return io.NopCloser(bytes.NewReader(b.data)), nil
	}
	return os.Open(s.blobPath(b.SHA256))
}

type chunkReader struct {
	tx   *Tx
	sha  string
	n    int
	rest []byte
}

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		var row struct{ Data []byte }
		res := r.tx.db.Table("blob_chunks").Where("sha256 = ? AND n = ?", r.sha, r.n).Limit(1).Find(&row)
		if res.Error != nil {
			return 0, res.Error
		}
		if res.RowsAffected == 0 {
			return 0, io.EOF
		}
		r.n, r.rest = r.n+1, row.Data
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// SweepBlobs removes files that no transaction came to name, once they are older than age. It returns how many.
func (tx *Tx) SweepBlobs(age time.Duration) (int, error) {
	s := tx.store
	alone, err := s.holdFiles(syscall.LOCK_EX | syscall.LOCK_NB)
	if errors.Is(err, errLocked) {
		return 0, nil // a backup is being made, which still names them; they go the next time
	}
	if err != nil {
		return 0, fmt.Errorf("sweep blobs: %w", err)
	}
	defer alone.Close()
	swept, before := 0, time.Now().Add(-age)
	for _, dir := range []string{"tmp", "blobs"} {
		err := filepath.WalkDir(filepath.Join(s.dir, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			removed, err := tx.sweepFile(path, before)
			if removed {
				swept++
			}
			return err
		})
		if err != nil {
			return swept, fmt.Errorf("sweep blobs: %w", err)
		}
	}
	return swept, nil
}

// holdFiles takes the lock on what lies in data_dir/blobs: shared, nothing is removed there until it is closed; alone, to remove.
func (s *Store) holdFiles(how int) (*os.File, error) {
	return lockFile(filepath.Join(s.dir, "blobs.lock"), how)
}

// sweepFile removes the file when it is older than before and no row names it. The same bytes may come again at this very moment:
// their file is young then, and it takes its place before or after this, not in between.
func (tx *Tx) sweepFile(path string, before time.Time) (removed bool, err error) {
	tx.store.files.Lock()
	defer tx.store.files.Unlock()
	info, err := os.Stat(path)
	if err != nil || info.ModTime().After(before) {
		return false, nil // gone, or young
	}
	var n int64
	if err := tx.db.Table("blobs").Where("sha256 = ?", filepath.Base(path)).Count(&n).Error; err != nil || n > 0 {
		return false, err
	}
	err = os.Remove(path)
	return err == nil, err
}

// PutBlobs is PutBlob for several.
func (tx *Tx) PutBlobs(blobs []Blob) error {
	for _, b := range blobs {
		if err := tx.PutBlob(b); err != nil {
			return err
		}
	}
	return nil
}
