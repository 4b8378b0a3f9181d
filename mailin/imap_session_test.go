package mailin

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// idles waits until the watcher idles.
func (f *fakeIMAP) idles() {
	f.t.Helper()
	f.await("idle", func() bool { return len(f.idling) == 1 })
}

func TestIdle_newMailIsTakenAtOnce(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	x.run()
	f.idles()
	f.add(fakeMail{body: mailNo(2)})
	x.awaitTaken(2)
	f.await("filed", func() bool { return len(f.folders["Verwerkt"]) == 2 })
	f.idles()
	x.wantTexts(mailNo(1), mailNo(2))
	if n := f.count("SELECT"); n != 1 {
		t.Errorf("polled %d times", n-1)
	}
}

// Mail that comes while other commands run is announced before IDLE begins.
func TestIdle_mailDuringOtherCommandsIsNotMissed(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	came := false
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		if strings.HasPrefix(command, "UID MOVE") && !came {
			came = true
			f.inbox = append(f.inbox, fakeMail{uid: 2, body: mailNo(2)})
			c.say("* 2 EXISTS")
		}
		return false
	}
	x.run()
	x.awaitTaken(2)
}

func TestIdle_silentIsBeatenByPolling(t *testing.T) {
	x, f := onFake(t)
	x.w.Account.Poll = 20 * time.Millisecond
	x.run()
	f.idles()
	f.mu.Lock()
	f.inbox = append(f.inbox, fakeMail{uid: 1, body: mailNo(1)}) // nobody is told
	f.mu.Unlock()
	x.awaitTaken(1)
}

func TestIdle_isRenewed(t *testing.T) {
	x, f := onFake(t)
	x.w.limit.idle = 5 * time.Millisecond
	x.run()
	f.await("third IDLE", func() bool { return f.countLocked("IDLE") >= 3 })
	if f.count("SELECT") != 1 {
		t.Error("a new IDLE is no poll")
	}
}

func TestIdle_missingOrRefusedMeansPolling(t *testing.T) {
	for _, caps := range []string{"IMAP4rev1 MOVE", "IMAP4rev1 MOVE IDLE"} {
		x, f := onFake(t)
		f.caps = caps
		f.misbehave = func(c *fakeConn, tag, command string) bool {
			if command == "IDLE" {
				c.say("%s BAD what", tag)
			}
			return command == "IDLE"
		}
		x.w.Account.Poll = 5 * time.Millisecond
		x.run()
		f.await("two polls", func() bool { return f.countLocked("SELECT") >= 3 })
		f.add(fakeMail{body: mailNo(1)})
		x.awaitTaken(1)
		if f.count("IDLE") > 1 {
			t.Error("IDLE is asked again")
		}
		if f.accepted != 1 {
			t.Errorf("%d connections", f.accepted)
		}
	}
}

func TestConnect_serverKilledAndBack(t *testing.T) {
	x, f := onFake(t, mailsTo(3)...)
	x.run()
	x.awaitTaken(3)
	f.idles()
	f.listener.Close()
	f.dropAll()
	x.awaitLogged("connection refused")
	l, err := net.Listen("tcp", f.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f.add(fakeMail{body: mailNo(4)})
	go f.serve(l)
	x.awaitTaken(4)
	f.add(fakeMail{body: mailNo(5)})
	x.awaitTaken(5)
	x.wantTexts(mailsTo(5)...)
}

// awaitLogged waits until the log says it. The log cannot be waited for otherwise than by looking.
func (x *imapWorld) awaitLogged(text string) {
	x.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(x.log.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			x.t.Fatalf("%q is not logged:\n%s", text, x.log)
		}
	}
}

// A server that says nothing any more, at each point of the conversation, is left after a while.
func TestConnect_silentServerIsLeft(t *testing.T) {
	for _, at := range []string{"LOGIN", "CAPABILITY", "SELECT", "UID SEARCH", "UID FETCH", "UID MOVE", "IDLE", "BODY"} {
		t.Run(at, func(t *testing.T) {
			x, f := onFake(t, mailsTo(2)...)
			x.w.limit.answer = 50 * time.Millisecond
			silent := 0
			f.misbehave = func(c *fakeConn, tag, command string) bool {
				if !strings.Contains(command, at) || silent > 1 {
					return false
				}
				silent++
				if at == "BODY" {
					c.say("* 1 FETCH (UID 1 RFC822.SIZE 10)")
				}
				return true
			}
			x.run()
			x.awaitTaken(2)
			f.await("filed", func() bool { return len(f.folders["Verwerkt"]) == 2 })
			f.await("it was silent twice", func() bool { return silent == 2 })
			x.awaitLogged("timeout")
		})
	}
}

// The same while IDLE runs: the connection looks alive, and is not.
func TestConnect_idleThatIsNeverAnsweredIsLeft(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	x.w.limit.quiet = 50 * time.Millisecond
	x.run()
	f.await("second connection", func() bool { return f.accepted >= 2 })
	x.awaitLogged("wait for mail")
}

func TestConnect_refusedAtTheDoor(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	f.mu.Lock()
	f.greeting = "* BYE too many connections"
	f.mu.Unlock()
	if err := x.w.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("error %v", err)
	}
}

func TestConnect_serverThatClosesAtLogin(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	closed := 0
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		if strings.HasPrefix(command, "LOGIN") && closed < 3 {
			closed++
			c.Close()
			return true
		}
		return false
	}
	x.run()
	x.awaitTaken(1)
	x.wantLogged("level=WARN", 1)
}

func TestConnect_wrongPasswordIsToldOnceWithoutIt(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	x.w.Account.Server.Password = "zeergeheim"
	f.misbehave = func(c *fakeConn, tag, command string) bool {
		if strings.HasPrefix(command, "LOGIN") {
			c.say("%s NO [AUTHENTICATIONFAILED] bad: %s", tag, command)
			return true
		}
		return false
	}
	x.w.limit.loginPause = 10 * time.Millisecond
	stop := x.run()
	f.await("four logins", func() bool { return f.countLocked("LOGIN") >= 4 })
	stop()
	x.wantLogged("zeergeheim", 0)
	x.wantLogged("level=ERROR", 1)
	err := x.w.Once(t.Context())
	if err == nil || strings.Contains(err.Error(), "zeergeheim") || !strings.Contains(err.Error(), "AUTHENTICATIONFAILED") {
		t.Errorf("error %v", err)
	}
	if got := x.w.pause(&loginError{}); got < x.w.limit.loginPause {
		t.Errorf("pause %v", got)
	}
}

func TestConnect_noPasswordInTheClearWhereTheServerForbidsIt(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	f.caps = "IMAP4rev1 LOGINDISABLED AUTH=PLAIN"
	if err := x.w.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "starttls") {
		t.Errorf("error %v", err)
	}
	if f.count("LOGIN") != 0 || f.count("AUTHENTICATE") != 0 {
		t.Error("it logged in")
	}
}

func TestConnect_backoffGrowsAndHasACeiling(t *testing.T) {
	w := &Watcher{}
	w.prepare()
	var last time.Duration
	for range 40 {
		last = w.pause(errTest)
	}
	if first := (&Watcher{limit: usualLimits}).pause(errTest); first > time.Second || first < time.Second/2 {
		t.Errorf("first pause %v", first)
	}
	if last > 5*time.Minute || last < 3*time.Minute {
		t.Errorf("last pause %v", last)
	}
}

// Run ends within a second wherever it is; run() checks that.
func TestRun_endsAtOnce(t *testing.T) {
	stall := func(at string, say string) func(c *fakeConn, tag, command string) bool {
		return func(c *fakeConn, tag, command string) bool {
			if strings.Contains(command, at) {
				c.Write([]byte(say))
				return true
			}
			return false
		}
	}
	for at, say := range map[string]string{"LOGIN": "", "SELECT": "", "UID SEARCH": "", "UID FETCH": "", "BODY": "* 1 FETCH (UID 1 BODY[] {500}\r\nhalf", "IDLE": "", "MOVE": "* 1 EXP"} {
		t.Run(at, func(t *testing.T) {
			x, f := onFake(t, mailsTo(2)...)
			f.misbehave = stall(at, say)
			stop := x.run()
			f.await(at, func() bool { return len(f.log) > 0 && strings.Contains(f.log[len(f.log)-1], at) })
			stop()
		})
	}
	t.Run("while idle", func(t *testing.T) {
		x, f := onFake(t)
		stop := x.run()
		f.idles()
		stop()
	})
	t.Run("while taking", func(t *testing.T) {
		x, _ := onFake(t, mailsTo(200)...)
		begun := make(chan struct{}, 10)
		x.w.Take = func(ctx context.Context, _ []Fetched) error {
			begun <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}
		stop := x.run()
		<-begun
		stop()
	})
	t.Run("while waiting to connect", func(t *testing.T) {
		x, f := onFake(t)
		f.stop()
		x.w.limit.firstPause, x.w.limit.maxPause = time.Hour, time.Hour
		stop := x.run()
		x.awaitLogged("not taken in")
		stop()
	})
}
