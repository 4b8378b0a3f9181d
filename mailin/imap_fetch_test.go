package mailin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

func TestFetch_eachMailIsTakenOnceInOrder(t *testing.T) {
	x, f := onFake(t, mailsTo(120)...)
	x.once()
	x.wantTexts(mailsTo(120)...)
	if !slices.Equal(x.batches, []int{50, 50, 20}) {
		t.Errorf("batches %v", x.batches)
	}
	first := x.taken[0]
	if first.UID != 1 || first.UIDValidity != 7 || !first.InternalDate.Equal(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)) || first.Size != int64(len(mailNo(1))) {
		t.Errorf("first mail %+v", first)
	}
	x.wantNext(121)
	x.wantUnfiled(0)
	if n := len(f.bodies("Verwerkt")); n != 120 {
		t.Errorf("%d mails are filed", n)
	}
	x.once()
	x.wantTexts(mailsTo(120)...)
}

func TestFetch_batchesAreShortBesideAnotherNode(t *testing.T) {
	x, _ := onFake(t, mailsTo(25)...)
	x.w.Alone = func() bool { return false }
	x.once()
	if !slices.Equal(x.batches, []int{10, 10, 5}) {
		t.Errorf("batches %v", x.batches)
	}
}

// n:* holds the last mail even when its UID is below n.
func TestFetch_lastMailIsNotAskedAgain(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.folder = ""
	x.w.Account.Poll = 5 * time.Millisecond
	x.run()
	f.await("three polls", func() bool { return f.countLocked("SELECT") >= 4 })
	if n := f.count("UID FETCH"); n != 2 {
		t.Errorf("%d FETCHes", n)
	}
	x.wantTexts(mailsTo(3)...)
}

func TestFetch_whatTheLedgerHoldsIsNotTakenAgain(t *testing.T) {
	x, _ := onFake(t, mailsTo(5)...)
	x.folder = ""
	x.seeded(2, 4)
	x.once()
	x.wantTexts(mailNo(1), mailNo(3), mailNo(5))
	x.wantNext(6)
}

// seeded writes ledger rows as an earlier run did.
func (x *imapWorld) seeded(uids ...uint32) {
	x.t.Helper()
	var mails []Fetched
	for _, u := range uids {
		mails = append(mails, Fetched{UIDValidity: x.server.validity, UID: u, Raw: noBytes(x)})
	}
	if err := x.take(x.t.Context(), mails); err != nil {
		x.t.Fatal(err)
	}
	x.taken, x.texts, x.batches = nil, nil, nil
}

func noBytes(x *imapWorld) models.Blob {
	b, err := x.store.NewBlob().Finish()
	if err != nil {
		x.t.Fatal(err)
	}
	return b
}

func (x *imapWorld) markNext(validity, next uint32) {
	x.t.Helper()
	err := x.store.Write(x.t.Context(), time.Now(), func(tx *models.Tx) error {
		return tx.SaveMailbox(models.Mailbox{Address: x.w.Account.Address, Folder: "INBOX", UIDValidity: validity, NextUID: next})
	})
	if err != nil {
		x.t.Fatal(err)
	}
}

// The mark says that all below it is done; the comparison at each connect does not believe it.
func TestFetch_holeBelowTheMarkIsFound(t *testing.T) {
	x, _ := onFake(t, mailsTo(5)...)
	x.folder = ""
	x.seeded(1, 2, 4, 5)
	x.markNext(7, 6)
	x.once()
	x.wantTexts(mailNo(3))
	x.wantNext(6)
}

func TestFetch_newUIDValidityLooksAtEachMailAgain(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.folder = ""
	x.w.Account.Poll = 5 * time.Millisecond
	x.run()
	x.awaitTaken(3)
	f.mu.Lock()
	f.validity = 8
	f.mu.Unlock()
	x.awaitTaken(6)
	x.wantTexts(slices.Concat(mailsTo(3), mailsTo(3))...)
	x.wantLogged("inbox was made anew", 1)
	if x.taken[3].UIDValidity != 8 {
		t.Errorf("taken under UIDVALIDITY %d", x.taken[3].UIDValidity)
	}
}

func mailOf(n int) string {
	return "From: klager@client.test\r\nSubject: groot\r\n\r\n" + strings.Repeat("De soep was koud.\r\n", n/19+1)[:n]
}

func TestFetch_sizes(t *testing.T) {
	const header = len("From: klager@client.test\r\nSubject: groot\r\n\r\n")
	check := func(name string, m fakeMail, wantText string, oversize bool, size int) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			x, f := onFake(t, mailNo(1))
			f.add(m)
			f.add(fakeMail{body: mailNo(3)})
			x.once()
			slices.SortFunc(x.taken, func(a, b Fetched) int { return int(a.UID) - int(b.UID) })
			slices.Sort(x.texts) // one that lied about its size comes last
			want := []string{mailNo(1), wantText, mailNo(3)}
			slices.Sort(want)
			x.wantTexts(want...)
			if got := x.taken[1]; got.Oversize != oversize || got.Size != int64(size) {
				t.Errorf("oversize %v, size %d; want %v, %d", got.Oversize, got.Size, oversize, size)
			}
		})
	}
	check("in parts", fakeMail{body: mailOf(6500)}, mailOf(6500), false, 6500+header)
	check("in whole parts", fakeMail{body: mailOf(6000 - header)}, mailOf(6000-header), false, 6000)
	check("in parts, announced too large", fakeMail{body: mailOf(6500), size: 9000}, mailOf(6500), false, 6500+header)
	check("in parts, announced too small", fakeMail{body: mailOf(9000), size: 5000}, mailOf(9000), false, 9000+header)
	check("announced small, is large", fakeMail{body: mailOf(9000), size: 10}, mailOf(9000), false, 9000+header)
	check("announced large, is small", fakeMail{body: mailNo(2), size: 9000}, mailNo(2), false, len(mailNo(2)))
	check("oversize", fakeMail{body: mailOf(200_000)}, mailOf(200_000)[:header+oversizeText], true, 200_000+header)
	check("announced small, is oversize", fakeMail{body: mailOf(200_000), size: 10}, mailOf(200_000)[:header+oversizeText], true, 200_000+header)
	check("announced large, is oversize", fakeMail{body: mailOf(200_000), size: 5000}, mailOf(200_000)[:header+oversizeText], true, 20001)
	check("announced oversize, is small", fakeMail{body: mailNo(2), size: 50000}, mailNo(2), true, 50000)
	check("empty", fakeMail{body: ""}, "", false, 0)
}

// spoil answers each FETCH that asks for something of the mail by bad instead.
func spoil(f *fakeIMAP, uid uint32, items string, bad func(c *fakeConn, alone bool) (goOn bool)) {
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		words := strings.Fields(command)
		if !strings.HasPrefix(command, "UID FETCH") || !strings.Contains(command, items) {
			return false
		}
		mails := f.within(words[2])
		if !slices.ContainsFunc(mails, func(m fakeMail) bool { return m.uid == uid }) {
			return false
		}
		for _, m := range mails {
			if m.uid != uid {
				f.giveMail(c, m, strings.Join(words[3:], " "))
			} else if !bad(c, len(mails) == 1) {
				return true
			}
		}
		c.say("%s OK done", tag)
		return true
	}
}

func TestFetch_mailNotGivenWithOthersComesAlone(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	spoil(f, 2, "BODY", func(c *fakeConn, alone bool) bool {
		if alone {
			f.giveMail(c, f.inbox[1], "BODY.PEEK[]")
		} else {
			c.say("* 2 FETCH (UID 2 BODY[] NIL)")
		}
		return true
	})
	x.once()
	x.wantTexts(mailNo(1), mailNo(3), mailNo(2))
	x.wantNext(4)
}

func TestFetch_mailNeverGivenIsTakenAsFailure(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.folder = ""
	nils := 0
	spoil(f, 2, "BODY.PEEK[]", func(c *fakeConn, alone bool) bool {
		if alone {
			nils++
		}
		c.say("* 2 FETCH (UID 2 BODY[] NIL)")
		return true
	})
	x.once()
	header, text, _ := strings.Cut(mailNo(2), "\r\n\r\n")
	x.wantTexts(mailNo(1), mailNo(3), header+"\r\n\r\n"+text)
	if f := x.taken[2]; f.Failure == "" || f.UID != 2 {
		t.Errorf("failure %q of %d", f.Failure, f.UID)
	}
	if nils != maxTries {
		t.Errorf("tried %d times", nils)
	}
	x.wantNext(4)
}

// While it may still come, the mark stays below it.
func TestFetch_markDoesNotPassAHole(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	spoil(f, 2, "", func(c *fakeConn, alone bool) bool { return true })
	x.run()
	f.await("idle", func() bool { return len(f.idling) == 1 })
	x.wantTexts(mailNo(1), mailNo(3))
	x.wantNext(2)
	x.wantUnfiled(0)
}

func TestFetch_mailGoneMeanwhileIsNoFailure(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	spoil(f, 2, "BODY", func(c *fakeConn, alone bool) bool {
		if alone {
			f.remove([]fakeMail{{uid: 2}})
		}
		return true
	})
	x.once()
	x.wantTexts(mailNo(1), mailNo(3))
	x.wantNext(4)
	x.wantLogged("gone from the inbox", 1)
}

func TestFetch_answerThatCannotBeReadConcernsOneMail(t *testing.T) {
	x, f := onFake(t, mailsTo(60)...)
	spoil(f, 33, "BODY", func(c *fakeConn, alone bool) bool {
		c.say("* 33 FETCH (UID 33 X-ODD (what is this) BODY[] {3}\r\nabc)")
		return true
	})
	x.once()
	var want []string
	for i, l := range mailsTo(60) {
		if i != 32 {
			want = append(want, l)
		}
	}
	var got []string
	for i, f := range x.taken {
		if f.Failure == "" {
			got = append(got, x.texts[i])
		} else if f.UID != 33 || f.Raw.Size != 0 {
			t.Errorf("failure of mail %d: %s", f.UID, f.Failure)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(x.taken) != 60 {
		t.Errorf("taken %d mails, %d well:\n%s", len(x.taken), len(got), x.log)
	}
	x.wantNext(61)
	x.wantUnfiled(0)
}

func TestFetch_dateThatCannotBeReadCostsOnlyTheDate(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	spoil(f, 2, "INTERNALDATE", func(c *fakeConn, alone bool) bool {
		c.say(`* 2 FETCH (UID 2 INTERNALDATE "once upon a time" RFC822.SIZE 5)`)
		return true
	})
	x.w.Now = func() time.Time { return time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC) }
	x.once()
	slices.Sort(x.texts)
	x.wantTexts(mailsTo(3)...)
	for _, f := range x.taken {
		if f.Failure != "" || (f.UID == 2) != f.InternalDate.Equal(x.w.Now()) {
			t.Errorf("mail %d: %q %v", f.UID, f.Failure, f.InternalDate)
		}
	}
}

func TestFetch_literalCutOffIsFetchedAgain(t *testing.T) {
	x, f := onFake(t, mailsTo(5)...)
	cut := 0
	spoil(f, 3, "BODY", func(c *fakeConn, alone bool) bool {
		if cut++; cut <= 2 {
			fmt.Fprintf(c, "* 3 FETCH (UID 3 BODY[] {%d}\r\nFrom: kl", len(mailNo(3)))
			c.Close()
			return false
		}
		f.giveMail(c, f.inbox[slices.IndexFunc(f.inbox, func(m fakeMail) bool { return m.uid == 3 })], "BODY.PEEK[]")
		return true
	})
	x.run()
	x.awaitTaken(5)
	x.mu.Lock()
	slices.Sort(x.texts)
	x.mu.Unlock()
	x.wantTexts(mailsTo(5)...)
}

func TestFetch_serverThatGivesNothingIsIllNotTheMails(t *testing.T) {
	x, f := onFake(t, mailsTo(20)...)
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false
		}
		c.say("%s NO [SERVERBUG] not today", tag)
		return true
	}
	if err := x.w.Once(t.Context()); err == nil {
		t.Error("no error")
	}
	if n := len(x.taken); n > maxFruitless+4 {
		t.Errorf("%d mails were given up", n)
	}
	f.mu.Lock()
	f.misbehave = nil
	f.mu.Unlock()
	x.once()
	if len(x.taken) != 20 {
		t.Errorf("%d of 20 taken", len(x.taken))
	}
}

func TestFetch_searchRefused(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	f.caps += " ESEARCH"
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		if !strings.HasPrefix(command, "UID SEARCH") {
			return false
		}
		c.say("%s BAD no such command", tag)
		return true
	}
	x.once()
	x.wantTexts(mailsTo(3)...)
	x.once()
	x.wantTexts(mailsTo(3)...)
	x.wantNext(4)
}

func TestTake_failureIsToldOnceAndNothingIsPassedOver(t *testing.T) {
	x, _ := onFake(t, mailsTo(120)...)
	x.refuse = errTest
	x.run()
	x.server.await("several tries", func() bool { return x.server.accepted >= 4 })
	x.mu.Lock()
	x.refuse = nil
	x.mu.Unlock()
	x.awaitTaken(120)
	x.wantTexts(mailsTo(120)...)
	x.server.await("idle", func() bool { return len(x.server.idling) == 1 })
	x.wantNext(121)
	if n := strings.Count(x.log.String(), "level=WARN"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, x.log)
	}
}

func TestTake_nextBatchIsFetchedMeanwhile(t *testing.T) {
	x, f := onFake(t, mailsTo(150)...)
	hold := make(chan struct{})
	inner := x.w.Take
	x.w.Take = func(ctx context.Context, mails []Fetched) error { <-hold; return inner(ctx, mails) }
	x.run()
	f.await("bodies of two more batches", func() bool { return f.countLocked("UID FETCH 101:150 (UID BODY") == 1 })
	close(hold)
	x.awaitTaken(150)
	x.wantTexts(mailsTo(150)...)
}
