package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/templates"
)

// shownRows are the rows of a digest: what each label says.
func shownRows(d templates.Digest) map[string]string {
	rows := map[string]string{}
	for _, t := range d.Tables {
		for _, r := range t.Rows {
			rows[r.Label] = r.Value
			if r.Note != "" {
				rows[r.Label] += " | " + r.Note
			}
		}
	}
	return rows
}

// What the digests say is what a count by hand says; nobody is named, and small numbers of a department stay hidden.
func TestDigests(t *testing.T) {
	zone, set := brussels(t), texts(t)
	from := time.Date(2024, 12, 30, 0, 0, 0, 0, zone)
	y := live(rand.New(rand.NewPCG(7, 47)), zone, from, 3*365, 700)
	now := from.AddDate(0, 0, 3*365)
	modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
		y.write(t, store)
		tx := store.Read(t.Context())
		for _, name := range []string{"2026-W13", "2026-W47", "2026-03", "2026-11"} {
			p, err := ParsePeriod(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Count(tx, p, zone, now, false)
			if err != nil {
				t.Fatal(err)
			}
			flow, err := FlowTo(tx, p, zone)
			if err != nil {
				t.Fatal(err)
			}
			y.compareFlow(t, flow, now)
			for _, lang := range templates.Languages {
				kind := "weekly_digest"
				source := func(name string) string { return "cid:" + name }
				d, pictures, err := Weekly(set, lang, f, flow, source)
				if p.Week == 0 {
					kind = "monthly_digest"
					d, pictures, err = Monthly(set, lang, f, flow, source, func(text string, _ []string) string { return text })
				}
				if err != nil {
					t.Fatal(err)
				}
				y.digestByHand(t, words{f, set, lang}, d, now)
				l, err := set.Render(kind, lang, templates.Data{Digest: d, To: templates.Person{Name: "Dirk"}, Buttons: []templates.Button{{Key: "overview", URL: "mailto:k@example.test"}}})
				if err != nil {
					t.Fatal(err)
				}
				if n := strings.Count(l.Text, "\n") - strings.Count(l.Text, "\n\n"); kind == "weekly_digest" && n > 34 { // 30 (LETTERS.md 1.4) and what French folds
					t.Errorf("%s %s: %d lines", name, lang, n)
				}
				if strings.Contains(l.Text+l.HTML, "figures.") || strings.Contains(l.Text, "{") {
					t.Errorf("%s %s: a label is missing in\n%s", name, lang, l.Text)
				}
				if name != "2026-W47" && name != "2026-11" {
					continue
				}
				page, err := Page(set, lang, linden, f, flow, zone)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(page, "figures.") {
					t.Errorf("%s %s: a label is missing in the page", name, lang)
				}
				var paper bytes.Buffer
				if err := Paper(&paper, set, lang, linden, f, flow, zone, printed); err != nil {
					t.Fatal(err)
				}
				keepDigest(t, name+"-"+lang, l.HTML, page, paper.Bytes(), pictures)
			}
		}
	})
}

// keepDigest leaves mail, page and paper to be looked at.
func keepDigest(t *testing.T, name, mail, page string, paper []byte, pictures []Picture) {
	t.Helper()
	for _, p := range pictures {
		if img, err := png.Decode(bytes.NewReader(p.PNG)); err != nil || img.Bounds().Dx() != chartWidth*chartScale {
			t.Errorf("%s %s: %v", name, p.Name, err)
		}
		mail = strings.ReplaceAll(mail, "cid:"+p.Name, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(p.PNG))
	}
	if keep == "" {
		return
	}
	for suffix, data := range map[string][]byte{".html": []byte(mail), ".page.html": []byte(page), ".pdf": paper} {
		if err := os.WriteFile(filepath.Join(keep, name+suffix), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// digestByHand holds what a digest says against plain counts.
func (y *years) digestByHand(t *testing.T, w words, d templates.Digest, now time.Time) {
	t.Helper()
	want := y.count(string(w.First), string(w.Last), now)
	before := y.count(string(w.Before.First), string(w.Before.Last), now)
	lastYear := y.count(string(w.LastYear.First), string(w.LastYear.Last), now)
	rows := shownRows(d)
	change := func(n, was int, when string) string {
		switch {
		case n > was:
			return w.say("more", fmt.Sprintf("+%d", n-was), when)
		case n < was:
			return w.say("less", fmt.Sprintf("−%d", was-n), when)
		}
		return w.say("same", when)
	}
	for _, figure := range []string{"received", "answered", "open", "overdue"} {
		k := Key{Figure: figure}
		n := len(want.behind[k])
		said := fmt.Sprintf("%d | %s, %s", n, change(n, len(before.behind[k]), w.say("before_"+w.unit())), change(n, len(lastYear.behind[k]), w.say("last_year")))
		if got := rows[w.say("figure."+figure)]; got != said {
			t.Errorf("%s %s: %q, by hand %q", w.Name, figure, got, said)
		}
	}
	answered, inTime := len(want.behind[Key{Figure: "answered"}]), len(want.behind[Key{Figure: "answered_in_time"}])
	said := w.say("none")
	if answered > 0 {
		said = w.say("share", inTime, answered, strconv.FormatFloat(100*float64(inTime)/float64(answered)+1e-9, 'f', 0, 64))
	}
	if got := rows[w.say("figure.answered_in_time")]; got != said {
		t.Errorf("%s in time: %q, by hand %q", w.Name, got, said)
	}
	if w.Week > 0 {
		for _, figure := range []string{"promise_overdue", "parked"} {
			if got := rows[w.say("weekly."+figure)]; got != strings.TrimPrefix(strconv.Itoa(len(want.behind[Key{Figure: figure}])), "0") {
				t.Errorf("%s %s: %q, by hand %d", w.Name, figure, got, len(want.behind[Key{Figure: figure}]))
			}
		}
		return
	}
	for _, department := range []string{"Keuken", "Zorg", "Onthaal"} {
		n := func(figure, value string) int { return len(want.behind[Key{figure, value, department}]) }
		cells := []int{n("answered_by_verdict", "founded"), n("answered_by_verdict", "partly_founded"), n("answered_by_verdict", "unfounded")}
		said := fmt.Sprintf("%d | %s", n("received", ""), w.say("department_line", n("answered", ""), n("answered_in_time", ""), n("open", ""), hidden(cells, 0), hidden(cells, 1), hidden(cells, 2),
			hidden([]int{n("satisfaction", "4") + n("satisfaction", "5"), n("satisfaction", "1") + n("satisfaction", "2") + n("satisfaction", "3")}, 0)))
		if got := rows[department]; got != said {
			t.Errorf("%s %s: %q, by hand %q", w.Name, department, got, said)
		}
	}
}

// hidden is one of the parts of a whole, as a page that goes around shows it.
func hidden(parts []int, i int) string {
	small := false
	for _, n := range parts {
		small = small || n >= 1 && n <= 4
	}
	switch {
	case small && parts[i] >= 5:
		return "5+"
	case small && parts[i] > 0:
		return "<5"
	}
	return strconv.Itoa(parts[i])
}

// compareFlow holds the weeks or months of a chart against plain counts.
func (y *years) compareFlow(t *testing.T, flow []Flow, now time.Time) {
	t.Helper()
	for _, f := range flow {
		h := y.count(string(f.First), string(f.Last), now)
		if r, a := len(h.behind[Key{Figure: "received"}]), len(h.behind[Key{Figure: "answered"}]); f.Received != r || f.Answered != a {
			t.Errorf("%s: %d came and %d were answered, by hand %d and %d", f.Name, f.Received, f.Answered, r, a)
		}
	}
}
