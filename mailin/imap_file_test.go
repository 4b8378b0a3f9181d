package mailin

import (
	"slices"
	"strings"
	"testing"

	"dankuwel/models"
)

// refusing answers commands that begin so with an error.
func refusing(command, answer string) func(c *fakeConn, tag, line string) bool {
	return func(c *fakeConn, tag, line string) bool {
		if strings.HasPrefix(line, command) {
			c.say("%s %s", tag, answer)
			return true
		}
		return false
	}
}

func (x *imapWorld) wantFolders(inbox, processed []string) {
	x.t.Helper()
	if got := x.server.bodies("INBOX"); !slices.Equal(got, inbox) {
		x.t.Errorf("inbox %q, want %q\n%s", got, inbox, x.log)
	}
	if got := x.server.bodies("Verwerkt"); !slices.Equal(got, processed) {
		x.t.Errorf("processed %q, want %q\n%s", got, processed, x.log)
	}
}

func TestFile_byMove(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.once()
	x.wantFolders(nil, mailsTo(3))
	x.wantUnfiled(0)
	if f.count("CREATE") != 1 || f.count("SUBSCRIBE") != 1 || f.count("UID MOVE") != 1 {
		t.Errorf("commands %q", f.log)
	}
}

func TestFile_mailStaysWhereTheLedgerSaysSo(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.folder = ""
	x.once()
	x.wantFolders(mailsTo(3), nil)
	if f.count("UID MOVE") != 0 {
		t.Error("moved")
	}
}

func TestFile_byCopyWithoutMove(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.caps = "IMAP4rev1 UIDPLUS"
	x.once()
	x.wantFolders(nil, mailsTo(3))
	x.wantUnfiled(0)
	if f.count("UID MOVE") != 0 || f.count("UID EXPUNGE") != 1 {
		t.Errorf("commands %q", f.log)
	}
}

func TestFile_withoutUIDPLUSOriginalsAreOnlyMarked(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.caps = "IMAP4rev1"
	x.once()
	x.once()
	x.wantFolders(mailsTo(3), mailsTo(3))
	x.wantTexts(mailsTo(3)...)
	x.wantUnfiled(0)
	if len(f.deleted) != 3 || f.count("UID EXPUNGE") != 0 {
		t.Errorf("deleted %v, commands %q", f.deleted, f.log)
	}
}

func TestFile_moveAnnouncedAndRefused(t *testing.T) {
	for _, answer := range []string{"NO not today", "BAD what"} {
		x, f := onFake(t, mailsTo(120)...)
		f.misbehave = refusing("UID MOVE", answer)
		x.once()
		x.wantFolders(nil, mailsTo(120))
		x.wantUnfiled(0)
		if n := f.count("UID MOVE"); n != 1 {
			t.Errorf("MOVE was asked %d times", n)
		}
	}
}

// LIBRARIES.md A.1.1: a COPY that fails must not be followed by anything that deletes.
func TestFile_copyRefusedLosesNothing(t *testing.T) {
	x, f := onFake(t, mailsTo(5)...)
	f.caps = "IMAP4rev1 UIDPLUS"
	f.misbehave = refusing("UID COPY", "NO [OVERQUOTA] full")
	x.once()
	x.wantFolders(mailsTo(5), []string{})
	x.wantUnfiled(5)
	if f.count("UID STORE") != 0 || f.count("UID EXPUNGE") != 0 {
		t.Errorf("commands %q", f.log)
	}
	x.wantLogged("cannot be filed", 1)
	f.mu.Lock()
	f.misbehave = nil
	f.mu.Unlock()
	x.once()
	x.wantFolders(nil, mailsTo(5))
	x.wantTexts(mailsTo(5)...)
	x.wantUnfiled(0)
}

func TestFile_oneMailThatCannotBeMovedHoldsNobodyUp(t *testing.T) {
	x, f := onFake(t, mailsTo(6)...)
	f.misbehave = func(c *fakeConn, tag, line string) bool {
		w := strings.Fields(line)
		if (strings.HasPrefix(line, "UID MOVE") || strings.HasPrefix(line, "UID COPY")) && slices.ContainsFunc(f.within(w[2]), func(m fakeMail) bool { return m.uid == 3 }) {
			c.say("%s NO broken", tag)
			return true
		}
		return false
	}
	x.once()
	x.wantFolders([]string{mailNo(3)}, slices.Delete(mailsTo(6), 2, 3))
	x.wantUnfiled(1)
}

func TestFile_folderRemovedMeanwhileIsCreatedAgain(t *testing.T) {
	for _, caps := range []string{"IMAP4rev1 IDLE MOVE", "IMAP4rev1 IDLE UIDPLUS"} {
		x, f := onFake(t, mailNo(1))
		f.caps = caps
		x.run()
		f.await("filed", func() bool { return len(f.folders["Verwerkt"]) == 1 })
		f.idles()
		f.mu.Lock()
		delete(f.folders, "Verwerkt")
		f.mu.Unlock()
		f.add(fakeMail{body: mailNo(2)})
		f.await("filed again", func() bool { return len(f.folders["Verwerkt"]) == 1 })
	}
}

func TestFile_mailTakenAwayByHandIsDone(t *testing.T) {
	for _, gone := range []string{"OK nothing to move", "NO no such messages"} {
		x, f := onFake(t, mailsTo(3)...)
		f.misbehave = func(c *fakeConn, tag, line string) bool {
			if strings.HasPrefix(line, "UID MOVE") || strings.HasPrefix(line, "UID COPY") {
				f.inbox = nil
				c.say("%s %s", tag, gone)
				return true
			}
			return false
		}
		x.once()
		x.wantUnfiled(0)
	}
}

// The crash comes after the ledger was committed and before MOVE; the next start files.
func TestFile_afterACrash(t *testing.T) {
	x, _ := onFake(t, mailsTo(3)...)
	x.seeded(1, 2, 3)
	x.once()
	x.wantTexts()
	x.wantFolders(nil, mailsTo(3))
	x.wantUnfiled(0)
}

func TestFile_wakeFiles(t *testing.T) {
	x, f := onFake(t, mailsTo(2)...)
	x.folder = ""
	x.run()
	f.idles()
	err := x.store.Write(t.Context(), x.w.started, func(tx *models.Tx) error {
		e, err := tx.Sighting(x.w.Account.Address, 7, 2)
		if err != nil {
			return err
		}
		e.Folder = "Verwerkt"
		return tx.SaveLedgerEntry(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	x.w.Wake()
	f.await("filed", func() bool { return len(f.folders["Verwerkt"]) == 1 })
	x.wantFolders([]string{mailNo(1)}, []string{mailNo(2)})
}

// Under a new UIDVALIDITY the old numbers mean other mails.
func TestFile_rowsOfAnOldUIDValidityAreLeftAlone(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.validity = 6
	x.seeded(1, 2, 3)
	f.validity = 7
	x.folder = ""
	x.once()
	x.wantFolders(mailsTo(3), nil)
	f.validity = 6
	x.wantUnfiled(3)
}

func TestFile_connectionLostBetweenCopyAndStore(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.caps = "IMAP4rev1 IDLE UIDPLUS"
	lost := false
	f.misbehave = func(c *fakeConn, tag, line string) bool {
		if strings.HasPrefix(line, "UID STORE") && !lost {
			lost = true
			c.Close()
			return true
		}
		return false
	}
	x.run()
	f.await("originals gone", func() bool { return len(f.inbox) == 0 })
	x.wantFolders(nil, mailsTo(3))
	x.wantTexts(mailsTo(3)...)
}

// A refused STORE leaves the original; it must not be copied again at each look.
func TestFile_storeRefused(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.caps = "IMAP4rev1 UIDPLUS"
	f.misbehave = refusing("UID STORE", "NO read-only")
	x.once()
	x.once()
	x.wantFolders(mailsTo(3), mailsTo(3))
	x.wantUnfiled(0)
}

func TestFile_isDoneBetweenFetches(t *testing.T) {
	x, f := onFake(t, mailsTo(200)...)
	x.once()
	move := slices.IndexFunc(f.log, func(c string) bool { return strings.HasPrefix(c, "UID MOVE") })
	last := slices.IndexFunc(f.log, func(c string) bool { return strings.HasPrefix(c, "UID FETCH 151:200 (UID BODY") })
	if move < 0 || move > last {
		t.Errorf("first MOVE is command %d, last FETCH %d", move, last)
	}
	x.wantFolders(nil, mailsTo(200))
}
