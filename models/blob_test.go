package models

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func exerciseBlobs(t *testing.T, e Engine) {
	limit := inlineSQLite
	if e == Postgres {
		limit = inlinePostgres
	}
	t.Run("bytes of every size come back", func(t *testing.T) {
		r := newRegister(t, e)
		for _, size := range []int{0, 1, limit - 1, limit, limit + 1, 2 * chunkSize, 2*chunkSize + 1} {
			want := strings.Repeat("\x00\xffmail", size/6+1)[:size]
			b := r.blob(want)
			if got := readAll(t)(r.OpenUnput(b)); got != want {
				t.Errorf("%d bytes, not put yet: %d come back", size, len(got))
			}
			for range 2 {
				r.write(func(tx *Tx) error { return tx.PutBlobs([]Blob{b}) })
			}
			if got := readAll(t)(r.read().OpenBlob(b.SHA256)); got != want || b.Size != int64(size) {
				t.Errorf("%d bytes: %d come back", size, len(got))
			}
			inRow := r.count("SELECT COUNT(*) FROM blobs WHERE sha256 = ? AND data IS NOT NULL", b.SHA256)
			if (inRow == 1) != (size <= limit) {
				t.Errorf("%d bytes: in the row %d", size, inRow)
			}
		}
		if left := r.files("tmp"); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
		r.sound()
		if _, err := r.read().OpenBlob("nothing"); !IsNotFound(err) {
			t.Errorf("nothing: %v", err)
		}
	})
	t.Run("the same bytes are kept once", func(t *testing.T) {
		r := newRegister(t, e)
		for range 3 {
			r.write(func(tx *Tx) error { return tx.PutBlobs([]Blob{r.blob("a"), r.blob(strings.Repeat("b", limit+1))}) })
		}
		if n := r.count("SELECT COUNT(*) FROM blobs"); n != 2 {
			t.Errorf("%d rows", n)
		}
		if e == SQLite && len(r.files("blobs")) != 1 {
			t.Errorf("files: %v", r.files("blobs"))
		}
	})
	t.Run("30 MB pass through little memory", func(t *testing.T) { flat(t, newRegister(t, e)) })
	t.Run("bytes of a transaction that failed can be put again", func(t *testing.T) {
		r := newRegister(t, e)
		b := r.blob(strings.Repeat("b", limit+1))
		err := r.Write(context.Background(), r.now, func(tx *Tx) error { return errors.Join(tx.PutBlob(b), errStory) })
		if !errors.Is(err, errStory) {
			t.Error(err)
		}
		r.write(func(tx *Tx) error {
			tx.Savepoint(func(tx *Tx) error { return errors.Join(tx.PutBlob(b), errStory) })
			return nil
		})
		r.write(func(tx *Tx) error { return tx.PutBlob(b) })
		if got := readAll(t)(r.read().OpenBlob(b.SHA256)); len(got) != limit+1 {
			t.Errorf("%d bytes", len(got))
		}
		r.sound()
	})
	t.Run("what is discarded leaves nothing", func(t *testing.T) {
		r := newRegister(t, e)
		w := r.NewBlob()
		w.Write(make([]byte, limit+1))
		w.Discard()
		w.Discard()
		b := r.blob(strings.Repeat("x", limit+2))
		b.Drop()
		if left := r.files("tmp"); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
	})
	t.Run("the sweep takes old files that nobody names, and no others", func(t *testing.T) { sweep(t, newRegister(t, e), limit) })
	t.Run("a disk that takes no more is a fault of storage", func(t *testing.T) {
		r := newRegister(t, e)
		os.RemoveAll(filepath.Join(r.dir, "tmp"))
		w := r.NewBlob()
		_, err := w.Write(make([]byte, limit+1))
		w.Discard()
		if !IsStorage(err) || IsDuplicate(err) {
			t.Errorf("got %v", err)
		}
		if e == Postgres {
			return // keeps nothing in blobs
		}
		os.MkdirAll(filepath.Join(r.dir, "tmp"), 0o700)
		os.RemoveAll(filepath.Join(r.dir, "blobs"))
		os.WriteFile(filepath.Join(r.dir, "blobs"), nil, 0o600)
		w = r.NewBlob()
		w.Write(make([]byte, limit+1))
		if _, err := w.Finish(); !IsStorage(err) {
			t.Errorf("got %v", err)
		}
		if left := r.files("tmp"); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
	})
}

func readAll(t testing.TB) func(io.ReadCloser, error) string {
	return func(r io.ReadCloser, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		return string(must[[]byte](t)(io.ReadAll(r)))
	}
}

// flat lets 30 MB in and out and looks how much memory is in use on the way.
func flat(t *testing.T, r *register) {
	const size = 30 << 20
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := before.HeapAlloc
	look := func() {
		runtime.GC()
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapAlloc)
	}
	w := r.NewBlob()
	defer w.Discard()
	source := rand.NewChaCha8([32]byte{1})
	piece := make([]byte, 64<<10)
	for n := 0; n < size; n += len(piece) {
		source.Read(piece)
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
		if n%(4<<20) == 0 {
			look()
		}
	}
	b := must[Blob](t)(w.Finish())
	look()
	r.write(func(tx *Tx) error { defer look(); return tx.PutBlob(b) })
	f := must[io.ReadCloser](t)(r.read().OpenBlob(b.SHA256))
	defer f.Close()
	source, same := rand.NewChaCha8([32]byte{1}), make([]byte, len(piece))
	for n := 0; n < size; n += len(piece) {
		if _, err := io.ReadFull(f, piece); err != nil {
			t.Fatal(err)
		}
		if source.Read(same); !bytes.Equal(piece, same) {
			t.Fatalf("other bytes at %d", n)
		}
		if n%(8<<20) == 0 {
			look()
		}
	}
	if grown := int64(most) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d kB", grown>>10)
	} else {
		t.Logf("the heap grew by %d kB", grown>>10)
	}
}

func sweep(t *testing.T, r *register, limit int) {
	named := r.blob(strings.Repeat("named", limit))
	if r.engine == SQLite {
		r.write(func(tx *Tx) error { return tx.PutBlob(named) })
	}
	r.blob(strings.Repeat("young", limit))
	old := r.blob(strings.Repeat("old", limit))
	aged := []string{r.blobPath(named.SHA256), r.blobPath(old.SHA256)}
	want := 2
	if r.engine == Postgres { // there the row holds the bytes, and files only wait
		aged = []string{old.temp}
	}
	spool := filepath.Join(r.dir, "tmp", "blob-broken-off")
	os.WriteFile(spool, []byte("x"), 0o600)
	for _, path := range append(aged, spool) {
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-25*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	before := len(r.files("tmp")) + len(r.files("blobs"))
	if n, err := r.read().SweepBlobs(24 * time.Hour); n != want || err != nil {
		t.Errorf("%d swept, want %d, %v", n, want, err)
	}
	if after := len(r.files("tmp")) + len(r.files("blobs")); after != before-want {
		t.Errorf("%d files, then %d", before, after)
	}
	r.sound()
	if r.engine == SQLite {
		sweepWhileWriting(t, r, limit)
	}
}

// sweepWhileWriting brings the bytes of old orphans again while they are swept: what a row names must stay.
func sweepWhileWriting(t *testing.T, r *register, limit int) {
	for round := range 5 {
		content := strings.Repeat(unique("o"), limit/16)
		os.Chtimes(r.blobPath(r.blob(content).SHA256), time.Time{}, time.Now().Add(-25*time.Hour))
		var both sync.WaitGroup
		both.Go(func() { r.read().SweepBlobs(24 * time.Hour) })
		both.Go(func() {
			b := r.blob(content)
			r.Write(context.Background(), r.now, func(tx *Tx) error { return tx.PutBlob(b) })
		})
		both.Wait()
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	r.sound()
}
