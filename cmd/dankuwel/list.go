package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// listFlags are the flags of every list.
type listFlags struct {
	Since string `placeholder:"DATE" help:"Only from this day or moment on (2026-11-23, or RFC 3339)."`
	Limit int    `placeholder:"N" help:"At most N."`
}

func (f *listFlags) since(zone *time.Location) (time.Time, error) {
	if f.Limit < 0 {
		return time.Time{}, errUsage{fmt.Errorf("--limit %d: a number from 1 on is needed; for example --limit 20", f.Limit)}
	}
	if f.Since == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, f.Since, zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, f.Since)
	if err != nil {
		return t, errUsage{fmt.Errorf("--since %q is no day and no moment; for example --since 2026-11-23 or --since 2026-11-23T08:00:00+01:00", f.Since)}
	}
	return t, nil
}

// list prints rows as they come: a JSON array, or a line each.
type list struct {
	w    io.Writer
	json bool
	n    int
}

func (l *list) add(v any, format string, args ...any) error {
	if !l.json {
		_, err := fmt.Fprintf(l.w, format+"\n", args...)
		return err
	}
	sep := ",\n"
	if l.n == 0 {
		sep = "[\n"
	}
	l.n++
	b, err := json.Marshal(v)
	if err == nil {
		_, err = fmt.Fprintf(l.w, "%s%s", sep, b)
	}
	return err
}

func (l *list) end() error {
	if !l.json {
		return nil
	}
	if l.n == 0 {
		_, err := io.WriteString(l.w, "[]\n")
		return err
	}
	_, err := io.WriteString(l.w, "\n]\n")
	return err
}

func stamp(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.RFC3339) }

func stampOrNull(t *time.Time, zone *time.Location) *string {
	if t == nil {
		return nil
	}
	s := stamp(*t, zone)
	return &s
}
