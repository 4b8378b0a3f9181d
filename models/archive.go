package models

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path"
	"strings"
	"time"
)

// A backup is one .tar.gz that any engine can be filled from:
//
//	dankuwel-backup.json    BackupHead: versions, engine, time, tables and their columns
//	erased.jsonl            data_dir/erased.jsonl, when there is one
//	blobs/ab/abcdef...      bytes by content, named by their SHA-256; the time is that of their row
//	gone/ab/abcdef...       bytes that a row names and that were not there any more; the content is their size
//	rows/ledger/000001.jsonl  a row per line, an array of values in the order of the columns; times as RFC 3339 in UTC
//	end.json                backupEnd: rows per table, the SHA-256 of each file of rows, one over all that stands before it
//
// Behind it stands an empty gzip member (RFC 1952 section 2.2) whose comment is the SHA-256 of every byte before: without it the file was cut off.
// The search index is made anew, the leases of processes are left out.

// BackupFormat is the format that this program writes, and the newest that it reads.
const BackupFormat = 1

const (
	headMember   = "dankuwel-backup.json"
	endMember    = "end.json"
	erasedMember = "erased.jsonl"
)

// BackupHead says what a backup holds.
type BackupHead struct {
	Format  int          `json:"format"`
	Version string       `json:"version"` // of the program
	Schema  int          `json:"schema"`
	Engine  Engine       `json:"engine"`
	At      time.Time    `json:"at"` // of the snapshot
	Extent  Extent       `json:"extent"`
	Tables  []tableShape `json:"tables"` // in the order of their making: what is referred to comes first
}

type tableShape struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// BackupCount says how much a backup holds.
type BackupCount struct {
	Rows  map[string]int `json:"rows"`  // of each table
	Blobs int            `json:"blobs"` // bytes by content
	Bytes int64          `json:"bytes"` // of those, together
	Gone  []string       `json:"gone"`  // bytes that rows name and that are not there
}

type backupEnd struct {
	BackupCount
	Members map[string]string `json:"members"` // SHA-256 of each file of rows
	SHA256  string            `json:"sha256"`  // over a line "SHA-256 size time name" for each member before this one
}

// archiveWriter writes a backup.
type archiveWriter struct {
	out io.Writer
	all hash.Hash // of every byte
	zip *gzip.Writer
	tar *tar.Writer
	end backupEnd
	sum hash.Hash
	at  time.Time
}

func newArchiveWriter(w io.Writer, at time.Time) (*archiveWriter, error) {
	all := sha256.New()
	z, err := gzip.NewWriterLevel(io.MultiWriter(w, all), gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	return &archiveWriter{out: w, all: all, zip: z, tar: tar.NewWriter(z), sum: sha256.New(), at: at,
		end: backupEnd{BackupCount: BackupCount{Rows: map[string]int{}, Gone: []string{}}, Members: map[string]string{}}}, nil
}

// put writes a member. It returns the SHA-256 of its content.
func (a *archiveWriter) put(name string, size int64, at time.Time, content io.Reader) (string, error) {
	if err := a.tar.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: size, ModTime: Micro(at), Format: tar.FormatPAX}); err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(a.tar, h), content)
	if err != nil {
		return "", err
	}
	if n != size {
		return "", fmt.Errorf("%s has %d bytes, its row says %d", name, n, size)
	}
	sha := hex.EncodeToString(h.Sum(nil))
	addMember(a.sum, sha, size, Micro(at), name)
	return sha, nil
}

func addMember(sum hash.Hash, sha string, size int64, at time.Time, name string) {
	fmt.Fprintf(sum, "%s %d %s %s\n", sha, size, at.UTC().Format(time.RFC3339Nano), name)
}

func (a *archiveWriter) putJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = a.put(name, int64(len(b)), a.at, bytes.NewReader(b))
	return err
}

// close writes the end.
func (a *archiveWriter) close() error {
	a.end.SHA256 = hex.EncodeToString(a.sum.Sum(nil))
	if err := a.putJSON(endMember, a.end); err != nil {
		return err
	}
	if err := errors.Join(a.tar.Close(), a.zip.Close()); err != nil {
		return err
	}
	_, err := a.out.Write(endMark(a.all))
	return err
}

// endMark is an empty gzip member whose comment tells the digest: header with FCOMMENT, comment, a final block of nothing, CRC and size 0.
func endMark(all hash.Hash) []byte {
	mark := append([]byte{0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 255}, endWords+hex.EncodeToString(all.Sum(nil))...)
	return append(mark, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

const endWords = "end of a dankuwel backup, sha256 "

// ErrBackup: the file is no backup, or not a whole one.
type ErrBackup struct{ Why string }

func (e ErrBackup) Error() string { return "the backup cannot be used: " + e.Why }

// archiveVisitor is handed what a backup holds, in its order.
type archiveVisitor interface {
	head(h *BackupHead) error
	erasures(list []Erasure) error
	blob(sha string, size int64, at time.Time, content io.Reader) error // content nil: the bytes are gone
	rows(table *tableShape, lines io.Reader) (int, error)               // how many they were
}

// archiveReader reads a backup and checks all of it on the way.
type archiveReader struct {
	tar  *tar.Reader
	see  archiveVisitor
	head *BackupHead
	got  backupEnd
	sum  hash.Hash
}

// gzipHeader is how each backup begins: gzip, without name or time, compressed fast (RFC 1952 section 2.3).
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255}

// readArchive reads the backup to its end. What is wrong with the file is an ErrBackup.
func readArchive(file string, see archiveVisitor) (*BackupHead, *BackupCount, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	all := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(io.LimitReader(f, max(0, info.Size()-int64(len(endMark(all))))), all), 1<<20)
	if begin, err := in.Peek(len(gzipHeader)); err != nil || !bytes.Equal(begin, gzipHeader) {
		return nil, nil, ErrBackup{"it does not begin as one; was it made by dankuwel backup?"}
	}
	mark := make([]byte, len(endMark(all)))
	if _, err := f.ReadAt(mark, info.Size()-int64(len(mark))); err != nil || !bytes.Contains(mark, []byte(endWords)) {
		return nil, nil, ErrBackup{"it was cut off: its end is missing"}
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, nil, broken(err)
	}
	r := &archiveReader{tar: tar.NewReader(z), see: see, sum: sha256.New(), got: backupEnd{BackupCount: BackupCount{Rows: map[string]int{}, Gone: []string{}}, Members: map[string]string{}}}
	for {
		end, err := r.next()
		if err != nil {
			return nil, nil, err
		}
		if end != nil {
			if err := r.compare(end); err != nil {
				return nil, nil, err
			}
			break
		}
	}
	if _, err := r.tar.Next(); err != io.EOF {
		return nil, nil, ErrBackup{"something stands behind its end"}
	}
	if _, err := io.Copy(io.Discard, z); err != nil {
		return nil, nil, broken(err)
	}
	if !bytes.Equal(mark, endMark(all)) {
		return nil, nil, ErrBackup{"it was changed or damaged"}
	}
	return r.head, &r.got.BackupCount, nil
}

// broken is an error of the file's own making; those of the disk stay what they are.
func broken(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrBackup{"it was cut off: its end is missing"}
	case errors.As(err, new(*os.PathError)):
		return err
	}
	return ErrBackup{"it was changed or damaged (" + err.Error() + ")"}
}

// checked hashes what is read, and marks errors of the file.
type checked struct {
	r    io.Reader
	hash hash.Hash
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		err = broken(err)
	}
	return n, err
}

// next reads a member. The last one is returned.
func (r *archiveReader) next() (*backupEnd, error) {
	h, err := r.tar.Next()
	if err != nil {
		return nil, broken(err)
	}
	if r.head == nil && h.Name != headMember {
		return nil, ErrBackup{"it does not begin as one; was it made by dankuwel backup?"}
	}
	content := &checked{r.tar, sha256.New()}
	var end *backupEnd
	folder, name := path.Split(h.Name)
	switch {
	case h.Name == headMember && r.head == nil:
		err = r.readHead(content)
	case h.Name == endMember:
		end = &backupEnd{}
		err = readJSON(content, end)
	case h.Name == erasedMember:
		var list []Erasure
		if list, err = readErasures(content); err == nil {
			err = r.see.erasures(list)
		}
	case strings.HasPrefix(folder, "blobs/"):
		r.got.Blobs, r.got.Bytes = r.got.Blobs+1, r.got.Bytes+h.Size
		err = r.see.blob(name, h.Size, h.ModTime, content)
	case strings.HasPrefix(folder, "gone/"):
		var size int64
		r.got.Gone = append(r.got.Gone, name)
		if err = readJSON(content, &size); err == nil {
			err = r.see.blob(name, size, h.ModTime, nil)
		}
	case strings.HasPrefix(folder, "rows/"):
		err = r.readRows(path.Base(folder), content)
	default:
		err = ErrBackup{"it holds " + h.Name + ", which this program does not know"}
	}
	if err == nil {
		_, err = io.Copy(io.Discard, content)
	}
	if err != nil {
		return nil, err
	}
	sha := hex.EncodeToString(content.hash.Sum(nil))
	if strings.HasPrefix(folder, "blobs/") && sha != name {
		return nil, ErrBackup{fmt.Sprintf("it was changed: %s is not what its name says", h.Name)}
	}
	if strings.HasPrefix(folder, "rows/") {
		r.got.Members[h.Name] = sha
	}
	if end == nil {
		addMember(r.sum, sha, h.Size, h.ModTime, h.Name)
	}
	return end, nil
}

func readJSON(r io.Reader, v any) error {
	b, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return err
	}
	return broken(json.Unmarshal(b, v))
}

func (r *archiveReader) readHead(content io.Reader) error {
	r.head = &BackupHead{}
	if err := readJSON(content, r.head); err != nil {
		return err
	}
	if r.head.Format > BackupFormat || r.head.Schema > SchemaVersion() {
		return ErrBackup{fmt.Sprintf("it was made by dankuwel %s, with schema version %d; this program knows up to %d: install a newer dankuwel", r.head.Version, r.head.Schema, SchemaVersion())}
	}
	if r.head.Format < 1 || r.head.Schema < 1 {
		return ErrBackup{"its first file names no version"}
	}
	return r.see.head(r.head)
}

func (r *archiveReader) readRows(table string, content io.Reader) error {
	for i := range r.head.Tables {
		if shape := &r.head.Tables[i]; shape.Name == table {
			n, err := r.see.rows(shape, content)
			r.got.Rows[table] += n
			return err
		}
	}
	return ErrBackup{"it holds rows of " + table + ", which its first file does not name"}
}

// compare holds what was read against the end.
func (r *archiveReader) compare(end *backupEnd) error {
	if end.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) || !maps.Equal(end.Members, r.got.Members) {
		return ErrBackup{"it was changed: what it holds does not agree with its end"}
	}
	if !maps.Equal(end.Rows, r.got.Rows) || end.Blobs != r.got.Blobs || end.Bytes != r.got.Bytes || len(end.Gone) != len(r.got.Gone) {
		return ErrBackup{"it was changed: its end counts otherwise than what it holds"}
	}
	return nil
}

// onlyLooking is the visitor that checks a backup and does nothing with it.
type onlyLooking struct{}

func (onlyLooking) head(*BackupHead) error                           { return nil }
func (onlyLooking) erasures([]Erasure) error                         { return nil }
func (onlyLooking) blob(string, int64, time.Time, io.Reader) error   { return nil }
func (onlyLooking) rows(_ *tableShape, lines io.Reader) (int, error) { return countLines(lines) }

func countLines(r io.Reader) (n int, err error) {
	b := make([]byte, 64<<10)
	for {
		m, err := r.Read(b)
		n += bytes.Count(b[:m], []byte{'\n'})
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// CheckBackup reads a whole backup and tells what it holds; an ErrBackup when it is not in order.
func CheckBackup(file string) (*BackupHead, *BackupCount, error) {
	return readArchive(file, onlyLooking{})
}
