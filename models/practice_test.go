package models

import (
	"slices"
	"testing"
	"time"
)

func exercisePractice(t *testing.T, e Engine) {
	t.Run("what is forgotten leaves only its rows of the ledger", func(t *testing.T) {
		r := promised(t, e)
		r.write(func(tx *Tx) error {
			if err := tx.db.Exec("UPDATE complaints SET practice = TRUE").Error; err != nil {
				return err
			}
			if err := tx.db.Exec("DELETE FROM complaint_search").Error; err != nil { // practice complaints are never in it
				return err
			}
			return tx.db.Exec("UPDATE counters SET name = ? WHERE name LIKE 'K-%'", practiceSeries).Error
		})
		rows := r.count("SELECT COUNT(*) FROM ledger")
		r.write(func(tx *Tx) error {
			if n, err := tx.ForgetPractice(noon); n != 0 || err != nil { // registered at noon
				t.Errorf("%d forgotten too early, %v", n, err)
			}
			n, err := tx.ForgetPractice(noon.Add(time.Minute))
			if n != 2 {
				t.Errorf("%d forgotten", n)
			}
			return err
		})
		for _, table := range append(slices.Clone(ofComplaint), "complaints", "complainants", "attachments", "tokens", "preventive_measures") {
			if want := map[string]int{"messages": 2}[table]; r.count("SELECT COUNT(*) FROM "+table) != want { // the parked ones
				t.Errorf("%d rows in %s", r.count("SELECT COUNT(*) FROM "+table), table)
			}
		}
		if got := r.count("SELECT COUNT(*) FROM ledger"); got != rows {
			t.Errorf("%d rows in the ledger, %d before", got, rows)
		}
		if got := r.count("SELECT COUNT(*) FROM blobs"); got != 2 {
			t.Errorf("%d blobs", got)
		}
		if broken, err := r.read().Verify(); err != nil || len(broken) > 0 {
			t.Errorf("verify: %v %q", err, broken)
		}
	})
	t.Run("no table of a complaint's rows is left out", func(t *testing.T) {
		r := newRegister(t, e)
		query := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'complaint_id' WHERE m.type = 'table'"
		if e == Postgres {
			query = "SELECT table_name FROM information_schema.columns WHERE column_name = 'complaint_id' AND table_schema = current_schema()"
		}
		var tables []string
		if err := r.read().db.Raw(query).Scan(&tables).Error; err != nil || len(tables) < len(ofComplaint) {
			t.Fatalf("tables %q, %v", tables, err)
		}
		for _, table := range tables {
			if !slices.Contains(append([]string{"ledger", "tokens", "complaint_search"}, ofComplaint...), table) {
				t.Errorf("%s has rows of complaints, and forget does not know it", table)
			}
		}
	})
	t.Run("numbers that no real complaint has, and none twice", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			for _, want := range []string{"K-0000-0001", "K-0000-0002"} {
				if got, _, err := tx.NextPracticeNumber(); got != want || err != nil {
					t.Errorf("%s, %v; want %s", got, err, want)
				}
			}
			return nil
		})
	})
}
