package mailin

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"dankuwel/models"
)

// erased puts a complaint into the register whose mails are to go from the folders.
func (x *imapWorld) erased(list ...models.Expunge) (complaintID int64) {
	x.t.Helper()
	now := time.Now().Add(-time.Hour)
	err := x.store.Write(x.t.Context(), now, func(tx *models.Tx) error {
		number, serial, err := tx.NextNumber(2026)
		if err != nil {
			return err
		}
		c := &models.Complaint{Number: number, Year: 2026, Serial: serial, Stage: models.Closed, StageSince: now, ReceivedAt: now, RegisteredAt: now, LastActivityAt: now, Token: number,
			Mailbox: x.w.Account.Address}
		if err := tx.AddComplaint(c); err != nil {
			return err
		}
		for _, e := range list {
			e.Mailbox, e.ComplaintID = x.w.Account.Address, c.ID
			if err := tx.AddExpunge(e); err != nil {
				return err
			}
		}
		complaintID = c.ID
		return nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return complaintID
}

func (x *imapWorld) wantExpunges(complaintID, want int64) {
	x.t.Helper()
	if n, err := x.store.Read(x.t.Context()).ExpungesOf(complaintID); err != nil || n != want {
		x.t.Errorf("%d mails are still to go (%v), want %d; log:\n%s", n, err, want, x.log)
	}
}

var receivedThen = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// lay puts mails into a folder as received then.
func (m *memIMAP) lay(t *testing.T, folder string, flags []imap.Flag, texts ...string) {
	t.Helper()
	m.user.Create(folder, nil)
	for _, text := range texts {
		if _, err := m.user.Append(folder, literalOf(text), &imap.AppendOptions{Time: receivedThen, Flags: flags}); err != nil {
			t.Fatal(err)
		}
	}
}

// left lists the subjects of the mails in a folder.
func (m *memIMAP) left(t *testing.T, folder string) string {
	var list []string
	for _, mail := range m.mails(t, folder) {
		parsed, err := Parse(strings.NewReader(string(mail.BodySection[0].Bytes)), nil)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, parsed.Subject)
	}
	return strings.Join(list, " ")
}

func identityOf(t *testing.T, text string) string {
	m, err := Parse(strings.NewReader(text), func(_ *Attachment, body io.Reader) error { _, err := io.Copy(io.Discard, body); return err })
	if err != nil {
		t.Fatal(err)
	}
	return m.Identity(receivedThen)
}

// Each mail is found where it lies: filed, shielded, sent, or still in the inbox; others that bear its Message-ID, came in the same second
// or were marked by a person stay.
func TestExpunge_takesTheMailAndNoOther(t *testing.T) {
	x, m := onMem(t, "none")
	x.w.Account.Sent, x.w.Account.Shielded = "Verzonden", "Afgeschermd"
	mail := func(subject, id, text string) string {
		if id != "" {
			id = "Message-ID: <" + id + ">\r\n"
		}
		return "From: lieve@client.test\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n" + id + "Subject: " + subject + "\r\n\r\n" + text + "\r\n"
	}
	withID, without := mail("filed", "a@client.test", "De soep was koud."), mail("nameless", "", "De soep was koud.")
	big := mail("big", "big@client.test", strings.Repeat("De soep was koud.\r\n", 2000))
	m.lay(t, "Verwerkt", nil, withID, mail("impostor", "a@client.test", "Iets anders."), without, mail("stranger", "", "Een andere vraag."), mail("longer", "aa@client.test.be", "Iets."), big)
	m.lay(t, "Verwerkt", []imap.Flag{imap.FlagDeleted}, mail("marked", "b@client.test", "Door een mens gemarkeerd."))
	m.lay(t, "Afgeschermd", nil, withID)
	m.lay(t, "Verzonden", nil, sentMail("ours@example.test", 10), sentMail("other@example.test", 10))
	id := x.erased(models.Expunge{Identity: identityOf(t, withID), MessageID: "a@client.test", At: receivedThen}, models.Expunge{Identity: identityOf(t, without), At: receivedThen},
		models.Expunge{Identity: identityOf(t, big), MessageID: "big@client.test", At: receivedThen}, models.Expunge{MessageID: "ours@example.test", At: receivedThen})
	m.deliver(t, "INBOX", mailNo(1))
	x.w.Account.MaxSize = 0
	x.once()
	x.wantExpunges(id, 0)
	for folder, want := range map[string]string{"Verwerkt": "impostor stranger longer marked soep", "Afgeschermd": "", "Verzonden": "dank u", "INBOX": ""} {
		if got := m.left(t, folder); got != want {
			t.Errorf("in %s lie %q, want %q", folder, got, want)
		}
	}
	x.wantTexts(mailNo(1))
	m.deliver(t, "INBOX", mailNo(2)) // the inbox is the selected folder again
	x.once()
	x.wantTexts(mailNo(1), mailNo(2))
}

// A mail that is larger than the limit is told by its header fields, as it was taken in.
func TestExpunge_oversize(t *testing.T) {
	x, m := onMem(t, "none")
	text := "From: lieve@client.test\r\nMessage-ID: <big@client.test>\r\nSubject: big\r\n\r\n" + strings.Repeat("x", 30_000) + "\r\n"
	m.lay(t, "Verwerkt", nil, text)
	parsed, err := Parse(strings.NewReader(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	id := x.erased(models.Expunge{Identity: parsed.HeaderIdentity(receivedThen, int64(len(text))), MessageID: "big@client.test", At: receivedThen})
	x.once()
	x.wantExpunges(id, 0)
	if got := m.left(t, "Verwerkt"); got != "" {
		t.Errorf("there lies %q", got)
	}
}

// A server that can only expunge everything is never asked to: a person is, once, and the server again a day later.
func TestExpunge_withoutUIDPLUSAPersonIsAsked(t *testing.T) {
	x, f := onFake(t, mailsTo(1)...)
	f.caps = "IMAP4rev1 IDLE MOVE"
	var asked []int64
	x.w.ByHand = func(_ context.Context, complaintID int64) error { asked = append(asked, complaintID); return nil }
	id := x.erased(models.Expunge{Identity: "1", MessageID: "a@client.test"}, models.Expunge{Identity: "2", MessageID: "b@client.test"})
	x.once()
	x.once()
	x.wantExpunges(id, 2)
	if len(asked) != 1 || asked[0] != id || f.count("EXPUNGE")+f.count("UID EXPUNGE")+f.count("UID STORE") != 0 {
		t.Errorf("asked for %v, want %d; commands %q", asked, id, f.log)
	}
	x.w.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	x.once()
	if len(asked) != 2 {
		t.Errorf("asked %d times", len(asked))
	}
}
