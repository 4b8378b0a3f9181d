package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func exerciseEvents(t *testing.T, e Engine) {
	r := newRegister(t, e)
	complaint := r.complain("De soep was koud.")
	r.write(func(tx *Tx) error {
		for _, what := range []string{"assigned", "answered"} {
			if _, err := tx.AddEvent(complaint.ID, StaffActor(3), what, map[string]any{"to": what}, []byte(unique("s"))); err != nil {
				return err
			}
		}
		return tx.AddTask(&Task{ComplaintID: complaint.ID, Kind: "post_letter"})
	})
	for _, c := range []struct{ name, sql, want string }{
		{"nothing was done", "", ""},
		{"detail was erased", "UPDATE events SET salt = '', detail = '' WHERE seq = 2", ""},
		{"detail was changed", "UPDATE events SET detail = '{}' WHERE seq = 2", "the detail of event 2 (assigned) was changed"},
		{"salt was taken away to change the detail", "UPDATE events SET salt = '', detail = '{}' WHERE seq = 2", "the detail of event 2 (assigned) was changed"},
		{"who did it was changed", "UPDATE events SET actor = 'staff:4' WHERE seq = 2", "event 2 (assigned) was changed"},
		{"what was done was changed", "UPDATE events SET what = 'ended' WHERE seq = 3", "event 3 (ended) was changed"},
		{"when was changed", "UPDATE events SET at = '2026-03-01 12:00:00+00:00' WHERE seq = 1", "event 1 (registered) was changed"},
		{"a hash was changed", "UPDATE events SET hash = 'x' WHERE seq = 1", "event 1 (registered) was changed"},
		{"a digest was changed in an erased event", "UPDATE events SET salt = '', detail = '', digest = 'x' WHERE seq = 2", "event 2 (assigned) was changed"},
		{"one in the middle was deleted", "DELETE FROM events WHERE seq = 2", "event 2 is missing"},
		{"the first was deleted", "DELETE FROM events WHERE seq = 1", "event 1 is missing"},
		{"one was deleted and the gap closed", "DELETE FROM events WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3", "event 2 (answered) was changed"},
		{"two were swapped", "UPDATE events SET seq = 9 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 9", "event 2 (answered) was changed"},
		{"one was put in between", `UPDATE events SET seq = 4 WHERE seq = 3;
			INSERT INTO events SELECT complaint_id, 3, at, actor, 'reopened', detail, salt, digest, hash FROM events WHERE seq = 2`, "event 3 (reopened) was changed"},
		{"all were deleted", "DELETE FROM events", "no event tells of its registration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := r.afterTampering(t, c.sql)
			switch {
			case c.want == "" && len(got) != 0:
				t.Errorf("verify: %v", got)
			case c.want != "" && (len(got) != 1 || got[0] != complaint.Number+": "+c.want):
				t.Errorf("verify: %q, want %q", got, c.want)
			}
		})
	}
}

// afterTampering is what Verify says once the statements changed rows behind the register's back. They are undone afterwards.
func (r *register) afterTampering(t *testing.T, statements string) (said []string) {
	t.Helper()
	err := r.Write(context.Background(), r.now, func(tx *Tx) (err error) {
		for statement := range strings.SplitSeq(statements, ";") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if err := tx.db.Exec(statement).Error; err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		if said, err = tx.Verify(); err != nil {
			return err
		}
		return errStory
	})
	if !errors.Is(err, errStory) {
		t.Fatal(err)
	}
	return said
}
