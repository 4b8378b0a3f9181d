package models

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Erasure is a line of data_dir/erased.jsonl: what must be erased again when an older backup is put back.
type Erasure struct {
	Number       string    `json:"number"`
	RegisteredAt time.Time `json:"registered_at"` // tells the complaint from a later one that got the same number after a restore
	At           time.Time `json:"at"`
	Reason       string    `json:"reason"`
}

func (s *Store) erasedFile() string { return filepath.Join(s.dir, "erased.jsonl") }

// noteErasures appends to the file, right before the commit: a line whose erasure was not committed is done at the next start.
func (s *Store) noteErasures(list []Erasure) error {
	if len(list) == 0 {
		return nil
	}
	f, err := os.OpenFile(s.erasedFile(), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("note erasures: %w: %w", errDisk, err)
	}
	defer f.Close()
	var lines []byte
	if info, err := f.Stat(); err == nil && info.Size() > 0 { // a line that a crash cut off stays by itself
		end := make([]byte, 1)
		if _, err := f.ReadAt(end, info.Size()-1); err == nil && end[0] != '\n' {
			lines = append(lines, '\n')
		}
	}
	for _, e := range list {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("note erasures: %w", err)
		}
		lines = append(append(lines, line...), '\n')
	}
	_, err = f.Write(lines)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return fmt.Errorf("note erasures: %w: %w", errDisk, err)
	}
	return nil
}

// Erasures reads data_dir/erased.jsonl. A last line that a crash cut off was never committed and is left out.
func (s *Store) Erasures() ([]Erasure, error) {
	f, err := os.Open(s.erasedFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read erasures: %w", err)
	}
	defer f.Close()
	return readErasures(f)
}

func readErasures(r io.Reader) (list []Erasure, err error) {
	for lines := bufio.NewScanner(r); ; {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return list, fmt.Errorf("read erasures: %w", err)
			}
			return list, nil
		}
		var e Erasure
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Number != "" {
			list = append(list, e)
		}
	}
}

// readUpTo fills b as far as r goes.
func readUpTo(r io.Reader, b []byte) (int, error) {
	n, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}
