package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

// complain puts a complaint into the register whose mail came with files of bad names; it was thanked, and the thanks left.
func complain(t *testing.T, facts string, shielded bool) (number string) {
	t.Helper()
	inRegister(t, func(a *app) {
		blob := func(content string) models.Blob {
			w := a.store.NewBlob()
			defer w.Discard()
			if _, err := w.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
			b, err := w.Finish()
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		raw, staff, file, thanks := blob("Subject: in\r\n\r\n"+facts), blob("To: klachten+k.token@example.test\r\n\r\nnota"), blob("%PDF-"+facts), blob("Subject: out\r\n\r\nDank u")
		if err := a.desk.SyncStaff(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) (err error) {
			now := tx.Now()
			c := &models.Complaint{Stage: models.Registered, StageSince: now, ReceivedAt: now, ReceivedOn: models.DateOf(now, time.UTC), RegisteredAt: now, LastActivityAt: now,
				Mailbox: "klachten@example.test", Token: facts, Carrier: "mail", Channel: "rechtstreeks", Language: "nl", Subject: facts, Facts: facts, Profile: "vlaams-bestuur",
				AnswerDue: "2099-01-01", Year: 2026, Shielded: shielded, Complainant: models.Complainant{Name: "Mia " + facts, Email: facts + "@example.test"}}
			if c.Number, c.Serial, err = tx.NextNumber(2026); err != nil {
				return err
			}
			number = c.Number
			if err := tx.AddComplaint(c); err != nil {
				return err
			}
			for n := range 2 {
				detail := map[string]any{"n": n}
				if _, err := tx.AddEvent(c.ID, "complainant", "registered", detail, []byte("0123456789abcdef")); err != nil {
					return err
				}
			}
			if err := tx.PutBlobs([]models.Blob{raw, staff, file}); err != nil {
				return err
			}
			m := &models.Message{ComplaintID: &c.ID, Direction: "in", At: now, FromEmail: c.Complainant.Email, Text: facts, NewText: facts, Raw: &raw.SHA256, Size: raw.Size}
			for i, name := range []string{"../../etc/passwd", `C:\Windows\CON.txt`, "foto.exe", "foto.exe. ", "rapport\u202efdp.exe", "rekening é.pdf", "/", strings.Repeat("lang", 90) + ".pdf", "rekening é.pdf"} {
				m.Attachments = append(m.Attachments, models.Attachment{Position: i, Name: name, Type: "application/pdf", Size: file.Size, SHA256: file.SHA256})
			}
			id := a.desk.Settings.Staff[0].ID
			note := &models.Message{ComplaintID: &c.ID, Direction: "note", StaffID: &id, At: now, Text: "nota van An", NewText: "nota van An", Raw: &staff.SHA256, Size: staff.Size}
			for _, m := range []*models.Message{m, note} {
				if err := tx.AddMessage(m); err != nil {
					return err
				}
			}
			for _, o := range []*models.OutboxMail{{Kind: "acknowledgement", Recipient: c.Complainant.Email}, {Kind: "registration", Recipient: "an@example.test", StaffID: &id}} {
				o.Key, o.ComplaintID, o.Mailbox, o.MessageID, o.BounceToken, o.EnvelopeSender = o.Kind+facts, &c.ID, c.Mailbox, o.Kind+facts, o.Kind+facts, c.Mailbox
				if _, err := tx.Queue(o, thanks); err != nil {
					return err
				}
			}
			list, err := tx.Claim("test", 10, time.Minute)
			for i := range list {
				list[i].State, list[i].SentAt = "sent", &now
				if _, err := tx.Complete(&list[i], "test"); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return number
}

// The archive for an ombudsman holds every byte that went between the complainant and us, under names that lead nowhere, and what the
// audit chain can be checked with by hand.
func TestDossier(t *testing.T) {
	forEachEngine(t, func(t *testing.T, e models.Engine) {
		newPlace(t, e)
		number := complain(t, "soep", false)
		if out := says(t, exitDone, []string{"complaints", "dossier", strings.ToLower(number)}); !strings.HasPrefix(out, "%PDF-") {
			t.Errorf("the dossier is no PDF: %.20q", out)
		}
		says(t, exitFailed, []string{"complaints", "dossier", "K-2001-0001"}, "none such")
		if out := says(t, exitDone, []string{"complaints", "dossier", number, "-o", "a.pdf"}); out != "" {
			t.Errorf("with -o it wrote %d bytes to standard output", len(out))
		}
		if info, err := os.Stat("a.pdf"); err != nil || info.Mode().Perm() != 0o600 || info.Size() < 1000 {
			t.Errorf("%+v, %v", info, err)
		}
		says(t, exitUsage, []string{"complaints", "dossier", number, "-o", "a.pdf"}, "there already")
		says(t, exitFailed, []string{"complaints", "dossier", "K-2001-0001", "-o", "b.pdf"})
		if _, err := os.Stat("b.pdf"); err == nil {
			t.Error("a file stays behind")
		}

		files := unzip(t, says(t, exitDone, []string{"complaints", "dossier", number, "--full"}))
		var names []string
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		day := time.Now().Format(time.DateOnly)
		want := []string{"SHA256SUMS", "attachments/001-1-passwd", "attachments/001-2-CON.txt", "attachments/001-3-foto.exe.blocked", "attachments/001-4-foto.exe.blocked",
			"attachments/001-5-rapportfdp.exe.blocked", "attachments/001-6-rekening é.pdf", "attachments/001-7-_", "attachments/001-8-" + strings.Repeat("lang", 19) + ".pdf",
			"attachments/001-9-rekening é.pdf", "audit.json", "dossier-" + number + ".pdf", "mails/001-" + day + "-in.eml", "mails/002-" + day + "-out-acknowledgement.eml",
			"registratieformulier-" + number + ".pdf"}
		if !slices.Equal(names, want) {
			t.Errorf("files\n%q, want\n%q", names, want)
		}
		if got := files["mails/001-"+day+"-in.eml"]; got != "Subject: in\r\n\r\nsoep" {
			t.Errorf("the mail is %q", got)
		}
		for _, name := range names {
			if name != "SHA256SUMS" && !strings.Contains(files["SHA256SUMS"], fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(files[name])), name)) {
				t.Errorf("SHA256SUMS lacks %s", name)
			}
			if strings.Contains(files[name], "k.token@") {
				t.Errorf("%s holds an address of staff", name)
			}
		}
		checkChain(t, files["audit.json"], 2)

		secret := complain(t, "geheim", true)
		says(t, exitUsage, []string{"complaints", "dossier", secret, "--full", "-o", "c.zip"}, "--identity shows it")
		if _, err := os.Stat("c.zip"); err == nil {
			t.Error("a file stays behind")
		}
		says(t, exitDone, []string{"complaints", "dossier", secret})
		says(t, exitDone, []string{"complaints", "show", secret}, "!identity shown")
		files = unzip(t, says(t, exitDone, []string{"complaints", "dossier", secret, "--full", "--identity"}))
		if got := files["mails/001-"+day+"-in.eml"]; got != "Subject: in\r\n\r\ngeheim" {
			t.Errorf("the mail is %q", got)
		}
		checkChain(t, files["audit.json"], 3)
		says(t, exitDone, []string{"complaints", "show", secret}, "identity shown")
		says(t, exitDone, []string{"verify"}, "every promise holds")
	})
}

func unzip(t *testing.T, data string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// checkChain does what the note in audit.json says.
func checkChain(t *testing.T, audit string, count int) {
	t.Helper()
	var a struct {
		How    string
		Events []struct {
			Seq                                         int
			At, Actor, What, Detail, Salt, Digest, Hash string
		}
	}
	if err := json.Unmarshal([]byte(audit), &a); err != nil || a.How == "" || len(a.Events) != count {
		t.Fatalf("%d events, %v", len(a.Events), err)
	}
	hash := func(parts ...string) string {
		h := sha256.Sum256([]byte(strings.Join(parts, "\n")))
		return hex.EncodeToString(h[:])
	}
	before := ""
	for _, e := range a.Events {
		if e.Digest != hash(e.Salt, e.Detail) || e.Hash != hash(before, fmt.Sprint(e.Seq), e.At, e.Actor, e.What, e.Digest) {
			t.Errorf("event %d cannot be checked: %+v", e.Seq, e)
		}
		before = e.Hash
	}
}
