package models

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"golang.org/x/text/unicode/norm"
)

// Stemming is done here and not by the engines: SQLite has only an English stemmer and PostgreSQL's dictionaries differ from it.
var stemmers = map[string]func(*snowballstem.Env) bool{"nl": dutch.Stem, "fr": french.Stem, "en": english.Stem, "de": german.Stem}

// searchText is how much of a complaint's text is searched, in bytes.
const searchText = 8 << 10

// stems are the words of a text, without accents and cut to their stem in its language, mapped to the first word they came from. Words
// of one or two letters are left out.
func stems(text, language string) (order []string, words map[string]string) {
	if len(text) > searchText {
		text = text[:searchText]
	}
	stem := stemmers[language]
	words = map[string]string{}
	met := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(norm.NFC.String(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if met[word] || len(word) > 60 || utf8.RuneCountInString(word) < 3 {
			continue
		}
		met[word] = true
		s := withoutAccents(word)
		if stem != nil {
			env := snowballstem.NewEnv(s)
			stem(env)
			s = env.Current()
		}
		if words[s] == "" {
			words[s] = word
			order = append(order, s)
		}
	}
	return order, words
}

// withoutAccents makes words equal that one writer accents and another does not. It comes before stemming: French stems hang on accents,
// and would differ.
func withoutAccents(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// telling are the stems of a text that tell complaints apart: without the words that stand in every letter.
func telling(text, language string) (order []string, words map[string]string) {
	order, words = stems(text, language)
	return slices.DeleteFunc(order, func(s string) bool { return stopWords[withoutAccents(words[s])] }), words
}

// Stems maps the stems of a text to the first word each came from.
func Stems(text, language string) map[string]string {
	_, words := stems(text, language)
	return words
}

func (c *Complaint) searchable() string {
	return strings.Join([]string{c.Subject, c.Facts, c.DesiredSolution, c.Department}, "\n")
}

// text is what a complaint is to be found by.
type text struct {
	complaintID int64
	stems       func() string // ready when they are made; stemming goes on beside the transaction
}

// findable notes the words of the complaint; a practice complaint is not to be found. They are written when the transaction ends, or somebody searches in it: SQLite writes its
// search index at every savepoint, which would cost a batch a fifth of its time.
func (tx *Tx) findable(c *Complaint) {
	if c.Practice {
		return
	}
	words, language, made := c.searchable(), c.Language, make(chan string, 1)
	go func() {
		order, _ := telling(words, language)
		made <- strings.Join(order, " ")
	}()
	tx.texts = append(tx.texts, text{c.ID, sync.OnceValue(func() string { return <-made })})
}

// index makes the complaints findable that were written in the transaction up to now. It may be done twice.
func (tx *Tx) index() error {
	last := map[int64]text{}
	for t := tx; t != nil; t = t.outer {
		for i := len(t.texts) - 1; i >= 0; i-- {
			if x := t.texts[i]; last[x.complaintID].stems == nil {
				last[x.complaintID] = x
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(last)) {
		query := "INSERT OR REPLACE INTO complaint_search (rowid, stems) VALUES (?, ?)"
		if tx.store.engine == Postgres {
			query = `INSERT INTO complaint_search (complaint_id, stems) VALUES (?, array_to_tsvector(string_to_array(?, ' ')))
				ON CONFLICT (complaint_id) DO UPDATE SET stems = excluded.stems`
		}
		if err := tx.db.Exec(query, id, last[id].stems()).Error; err != nil {
			return fmt.Errorf("make complaint %d findable: %w", id, err)
		}
	}
	return nil
}

// forgetStems makes SQLite's search index drop what it only marked as deleted.
func (tx *Tx) forgetStems() error {
	if tx.store.engine != SQLite {
		return nil
	}
	return tx.db.Exec("INSERT INTO complaint_search (complaint_search) VALUES ('optimize')").Error
}

// Found is a complaint that shares words with a text.
type Found struct {
	Complaint Complaint
	Words     []string // the shared words, the rarest first
	Score     float64
}

// Search finds complaints that share words with the text, the most alike first, n at most; the complaint except is left out, and practice
// complaints are. Of a shielded one shielded leaves the words by which the reader may find it; nil: they are left out, too. Both engines give the same list: they only name candidates, the ranking (inverse document
// frequency among the candidates, at least two words in common unless the text has one) is done here.
func (tx *Tx) Search(text, language string, except int64, n int, shielded func(*Complaint) error) ([]Found, error) {
	return tx.search(text, language, except, n, reach{stems: 40, candidates: 200, text: 1 << 20}, shielded)
}

// Similar is Search at the price of a registration: fewer words, candidates and letters of each are looked at.
func (tx *Tx) Similar(text, language string, except int64, n int) ([]Found, error) {
	return tx.search(text[:min(len(text), 4<<10)], language, except, n, reach{stems: 20, candidates: 40, text: 4 << 10}, nil)
}

// reach is how far a search looks.
type reach struct{ stems, candidates, text int }

func (tx *Tx) search(text, language string, except int64, n int, r reach, shielded func(*Complaint) error) ([]Found, error) {
	order, words := telling(text, language)
	if len(order) == 0 {
		return nil, nil
	}
	if len(order) > r.stems {
		order = order[:r.stems]
	}
	if err := tx.index(); err != nil {
		return nil, err
	}
	ids, err := tx.candidates(order, r.candidates)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var list []Complaint
	if err := tx.db.Preload("Complainant").Where("id IN ? AND id <> ? AND (NOT shielded OR ?) AND NOT practice AND erased_at IS NULL", ids, except, shielded != nil).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	for i := range list {
		if list[i].Shielded {
			if err := shielded(&list[i]); err != nil {
				return nil, err
			}
		}
		list[i].Facts = list[i].Facts[:min(len(list[i].Facts), r.text)]
	}
	return rank(order, words, list, n), nil
}

// candidates names up to n of the newest complaints that hold one of the stems.
func (tx *Tx) candidates(stems []string, n int) (ids []int64, err error) {
	switch tx.store.engine {
	case SQLite:
		match := `"` + strings.Join(stems, `" OR "`) + `"`
		err = tx.db.Raw("SELECT rowid FROM complaint_search WHERE complaint_search MATCH ? ORDER BY rowid DESC LIMIT ?", match, n).Scan(&ids).Error
	case Postgres:
		err = tx.db.Raw(`SELECT complaint_id FROM complaint_search WHERE stems @@ CAST(? AS tsquery) ORDER BY complaint_id DESC LIMIT ?`,
			"'"+strings.Join(stems, "' | '")+"'", n).Scan(&ids).Error
	}
	return ids, err
}

func rank(order []string, words map[string]string, list []Complaint, n int) []Found {
	holds := make([]map[string]string, len(list))
	count := map[string]int{}
	for i := range list {
		_, holds[i] = stems(list[i].searchable(), list[i].Language)
		for _, s := range order {
			if holds[i][s] != "" {
				count[s]++
			}
		}
	}
	var found []Found
	for i := range list {
		f := Found{Complaint: list[i]}
		for _, s := range order {
			if holds[i][s] != "" {
				f.Score += math.Log(1 + float64(len(list))/float64(count[s]))
				f.Words = append(f.Words, s)
			}
		}
		if len(f.Words) < min(2, len(order)) {
			continue
		}
		slices.SortStableFunc(f.Words, func(a, b string) int { return cmp.Compare(count[a], count[b]) })
		for j, s := range f.Words {
			f.Words[j] = words[s]
		}
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Complaint.ID, a.Complaint.ID))
	})
	return found[:min(n, len(found))]
}
