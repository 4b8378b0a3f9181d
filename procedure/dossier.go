package procedure

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// ErrShielded: the dossier would tell who asked to stay unknown.
var ErrShielded = errors.New("the complainant is shielded")

// WriteDossier writes everything about one complaint: as one PDF, or, whole, as an archive for who judges how it was handled. Of a shielded
// complaint a PDF hides who complains unless identity is set, which is an event; the archive needs it.
func (d *Desk) WriteDossier(ctx context.Context, w io.Writer, number string, whole, identity bool) error {
	tx := d.Store.Read(ctx)
	c, err := tx.Complaint(number)
	if err != nil {
		return err
	}
	if c.Shielded && whole && !identity {
		return fmt.Errorf("%s: %w", c.Number, ErrShielded)
	}
	if c.Shielded && identity { // before anything is shown; a transaction of its own, since what is written to w cannot be taken back
		err := d.change(ctx, func(d *Desk, tx *models.Tx) error {
			return d.event(tx, c, "operator", "identity shown", map[string]any{"kind": "dossier"})
		})
		if err != nil {
			return err
		}
	}
	k, err := report.Load(tx, c, d.Zone())
	if err != nil {
		return err
	}
	k.Organization, k.Printed, k.Shielded, k.Whole = d.onPaper(), d.Now(), c.Shielded && !identity, whole
	for _, s := range d.Settings.Staff {
		k.Staff[s.ID] = s.Name
	}
	lang := d.Settings.Organization.Language
	if !whole {
		return report.Dossier(w, d.Texts, lang, k)
	}
	return d.writeArchive(tx, w, lang, k)
}

// archive is a zip whose files are summed up in its last one, SHA256SUMS.
type archive struct {
	zip  *zip.Writer
	sums strings.Builder
}

// add writes a file into it.
func (a *archive) add(name string, at time.Time, write func(io.Writer) error) error {
	part, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(part, sum)); err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	fmt.Fprintf(&a.sums, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), name)
	return nil
}

// writeArchive writes the papers, what came from the complainant and what left to him byte for byte, each file that came along, and the
// audit chain. Mails of staff are not in it: their addresses bear tokens; what they say stands in the dossier.
func (d *Desk) writeArchive(tx *models.Tx, w io.Writer, lang string, k *report.Case) error {
	a := &archive{zip: zip.NewWriter(w)}
	for _, paper := range []struct {
		name string
		make func(io.Writer, *templates.Set, string, *report.Case) error
	}{{"dossier", report.Dossier}, {"registration", report.Registration}, {"analysis", report.Analysis}} {
		if paper.name == "analysis" && k.Analysis == nil {
			continue
		}
		name := fileWord(d.Texts.Label(lang, "file."+paper.name)+"-"+k.Complaint.Number, ".pdf")
		if err := a.add(name, k.Printed, func(w io.Writer) error { return paper.make(w, d.Texts, lang, k) }); err != nil {
			return err
		}
	}
	if err := a.addMails(tx, k); err != nil {
		return err
	}
	if err := a.addFiles(tx, k); err != nil {
		return err
	}
	if err := a.add("audit.json", k.Printed, func(w io.Writer) error { return writeAudit(w, k) }); err != nil {
		return err
	}
	part, err := a.zip.CreateHeader(&zip.FileHeader{Name: "SHA256SUMS", Method: zip.Deflate, Modified: k.Printed.UTC()})
	if err == nil {
		_, err = io.WriteString(part, a.sums.String())
	}
	return cmp.Or(err, a.zip.Close())
}

// rawMail is a mail as it came or left.
type rawMail struct {
	at       time.Time
	way, raw string
}

// addMails writes the mails as they were, numbered in order of time.
func (a *archive) addMails(tx *models.Tx, k *report.Case) error {
	var list []rawMail
	for i := range k.Messages {
		if m := &k.Messages[i]; m.Direction == "in" && m.StaffID == nil && m.Raw != nil {
			list = append(list, rawMail{m.At, "in", *m.Raw})
		}
	}
	sent, err := tx.OutboxOf(k.Complaint.ID)
	if err != nil {
		return err
	}
	for i := range sent {
		if o := &sent[i]; o.StaffID == nil && o.SentAt != nil && o.Size > 0 {
			list = append(list, rawMail{*o.SentAt, "out-" + o.Kind, o.Raw})
		}
	}
	slices.SortStableFunc(list, func(x, y rawMail) int { return x.at.Compare(y.at) })
	for i, m := range list {
		name := fmt.Sprintf("mails/%03d-%s-%s", i+1, m.at.In(k.Zone).Format(time.DateOnly), fileWord(m.way, ".eml"))
		if err := a.add(name, m.at, copyOf(tx, m.raw)); err != nil {
			return err
		}
	}
	return nil
}

// addFiles writes the attachments by the number of their message in the dossier.
func (a *archive) addFiles(tx *models.Tx, k *report.Case) error {
	for i := range k.Messages {
		m := &k.Messages[i]
		for n, f := range m.Attachments {
			name := fileWord(f.Name, "")
			if CouldRun(f.Name, f.Type) || CouldRun(name, f.Type) {
				name += ".blocked" // opening it does nothing
			}
			if err := a.add(fmt.Sprintf("attachments/%03d-%d-%s", i+1, n+1, name), m.At, copyOf(tx, f.SHA256)); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyOf(tx *models.Tx, key string) func(io.Writer) error {
	return func(w io.Writer) error {
		r, err := tx.OpenBlob(key)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	}
}

// auditNote tells how the chain is checked without this program (models/event.go).
const auditNote = `digest is the SHA-256 of salt, a line feed and detail; hash is the SHA-256 of the hash before it (nothing for the first), seq, at, actor, what and digest, with a line feed between each two; all in hexadecimal and UTF-8`

// writeAudit writes the chain of events with all that its hashes are made of.
func writeAudit(w io.Writer, k *report.Case) error {
	type event struct {
		Seq    int    `json:"seq"`
		At     string `json:"at"`
		Actor  string `json:"actor"`
		What   string `json:"what"`
		Detail string `json:"detail"`
		Salt   string `json:"salt"`
		Digest string `json:"digest"`
		Hash   string `json:"hash"`
	}
	list := []event{}
	for _, e := range k.Events {
		list = append(list, event{e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.Actor, e.What, e.Detail, e.Salt, e.Digest, e.Hash})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(map[string]any{"complaint": k.Complaint.Number, "how": auditNote, "staff": k.Staff, "events": list})
}

const maxFileWord = 80 // bytes of a name in an archive, its extension included

// fileWord is a name that every system can write and that leads nowhere: letters, digits, spaces, dots, - and _; no dot at either end.
// extension is put behind it; "": it keeps its own.
func fileWord(name, extension string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" .-_", r):
			return r
		case unicode.IsMark(r):
			return r
		case !unicode.IsPrint(r):
			return -1
		}
		return '_'
	}, path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/")))
	if extension == "" {
		if extension = path.Ext(name); len(extension) > 12 {
			extension = ""
		}
		name = strings.TrimSuffix(name, extension)
	}
	name = strings.Trim(name, ". ")
	for len(name)+len(extension) > maxFileWord {
		r := []rune(name)
		name = string(r[:len(r)-1])
	}
	return strings.TrimRight(cmp.Or(name, "_")+extension, ". ")
}
