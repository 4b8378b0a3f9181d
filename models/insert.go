package models

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// insertion is the statement that writes a row of one type.
type insertion struct {
	fields []*schema.Field
	id     *schema.Field // given by the database; nil: the row brings its key
	sql    string        // up to and with VALUES (...)
}

var insertions sync.Map // of reflect.Type and Engine, to *insertion

type insertionKey struct {
	row    reflect.Type
	engine Engine
}

// insert writes a new row and sets its ID. It is gorm's Create for one row without associations, in a third of the time: a registration
// writes nine of them. onConflict is what follows VALUES, or "". It returns false when a conflict made nothing.
func (tx *Tx) insert(row any, onConflict string) (bool, error) {
	v := reflect.ValueOf(row).Elem()
	in, err := tx.insertion(row, v.Type())
	if err != nil {
		return false, err
	}
	ctx := tx.db.Statement.Context
	args := make([]any, len(in.fields))
	for i, f := range in.fields {
		args[i], _ = f.ValueOf(ctx, v)
	}
	sql := in.sql
	if onConflict != "" {
		sql += " " + onConflict
	}
	pool := tx.db.Statement.ConnPool
	if in.id == nil {
		r, err := pool.ExecContext(ctx, sql, args...)
		if err != nil {
			return false, err
		}
		n, err := r.RowsAffected()
		return n == 1, err
	}
	rows, err := pool.QueryContext(ctx, sql+" RETURNING id", args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	var id int64
	if err := rows.Scan(&id); err != nil {
		return false, err
	}
	if err := in.id.Set(ctx, v, id); err != nil {
		return false, err
	}
	return true, rows.Close()
}

func (tx *Tx) insertion(row any, t reflect.Type) (*insertion, error) {
	key := insertionKey{t, tx.store.engine}
	if in, ok := insertions.Load(key); ok {
		return in.(*insertion), nil
	}
	s, err := schema.Parse(row, &sync.Map{}, tx.db.NamingStrategy)
	if err != nil {
		return nil, fmt.Errorf("read the fields of %s: %w", t.Name(), err)
	}
	in := &insertion{}
	var columns, marks []string
	for _, name := range s.DBNames {
		f := s.FieldsByDBName[name]
		if name == "id" {
			in.id = f
			continue
		}
		in.fields = append(in.fields, f)
		columns = append(columns, `"`+name+`"`)
		mark := "?"
		if tx.store.engine == Postgres {
			mark = "$" + strconv.Itoa(len(in.fields))
		}
		marks = append(marks, mark)
	}
	in.sql = `INSERT INTO "` + s.Table + `" (` + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	insertions.Store(key, in)
	return in, nil
}
