package mailin

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeMail is a mail on a fakeIMAP.
type fakeMail struct {
	uid  uint32
	body string
	size int // as announced; 0: the truth
}

// fakeIMAP is a small IMAP server that misbehaves on demand. It knows what a Watcher says and nothing more.
type fakeIMAP struct {
	t        *testing.T
	listener net.Listener
	mu       sync.Mutex
	caps     string
	validity uint32
	uidNext  uint32
	inbox    []fakeMail
	folders  map[string][]fakeMail
	deleted  map[uint32]bool
	conns    map[net.Conn]bool
	idling   map[net.Conn]string // the tag of IDLE
	accepted int
	log      []string // commands without their tags
	// misbehave may answer a command itself, and says whether it did. It runs under mu.
	misbehave func(c *fakeConn, tag, command string) bool
	greeting  string
	changed   chan struct{} // closed and made anew whenever something happened
}

type fakeConn struct {
	net.Conn
	r     *bufio.Reader
	known int // mails that the client was told of
}

func (c *fakeConn) say(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }

func newFakeIMAP(t *testing.T, mails ...string) *fakeIMAP {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeIMAP{
		t: t, listener: l, caps: "IMAP4rev1 IDLE MOVE UIDPLUS", validity: 7, uidNext: 1, greeting: "* OK ready",
		folders: map[string][]fakeMail{}, deleted: map[uint32]bool{}, conns: map[net.Conn]bool{}, idling: map[net.Conn]string{}, changed: make(chan struct{}),
	}
	for _, m := range mails {
		f.add(fakeMail{body: m})
	}
	go f.serve(l)
	t.Cleanup(f.stop)
	return f
}

func (f *fakeIMAP) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.conns[conn] = true
		f.accepted++
		f.happened()
		f.mu.Unlock()
		go f.talk(&fakeConn{Conn: conn, r: bufio.NewReader(conn)})
	}
}

func (f *fakeIMAP) stop() {
	f.listener.Close()
	f.dropAll()
}

// dropAll ends all connections.
func (f *fakeIMAP) dropAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		c.Close()
	}
}

// happened wakes up await. mu is held.
func (f *fakeIMAP) happened() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// await waits until cond, called under mu, holds.
func (f *fakeIMAP) await(what string, cond func() bool) {
	f.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		ok, changed := cond(), f.changed
		f.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			f.mu.Lock()
			defer f.mu.Unlock()
			f.t.Fatalf("waited in vain for: %s; commands:\n%s", what, strings.Join(f.log, "\n"))
		}
	}
}

// add delivers a mail; who idles is told.
func (f *fakeIMAP) add(m fakeMail) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.uid == 0 {
		m.uid = f.uidNext
	}
	f.uidNext = m.uid + 1
	f.inbox = append(f.inbox, m)
	for c := range f.idling {
		fmt.Fprintf(c, "* %d EXISTS\r\n", len(f.inbox))
	}
	return m.uid
}

func (f *fakeIMAP) count(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.countLocked(prefix)
}

func (f *fakeIMAP) countLocked(prefix string) (n int) {
	for _, c := range f.log {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

func (f *fakeIMAP) bodies(folder string) (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mails := f.folders[folder]
	if folder == "INBOX" {
		mails = f.inbox
	}
	for _, m := range mails {
		list = append(list, m.body)
	}
	return list
}

func (f *fakeIMAP) talk(c *fakeConn) {
	defer func() {
		c.Close()
		f.mu.Lock()
		delete(f.conns, c.Conn)
		delete(f.idling, c.Conn)
		f.happened()
		f.mu.Unlock()
	}()
	f.mu.Lock()
	greeting := f.greeting
	f.mu.Unlock()
	c.say("%s", greeting)
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		f.mu.Lock()
		if tag, ok := f.idling[c.Conn]; ok && line == "DONE" {
			delete(f.idling, c.Conn)
			c.say("%s OK done", tag)
			f.mu.Unlock()
			continue
		}
		tag, command, _ := strings.Cut(line, " ")
		f.log = append(f.log, command)
		if f.misbehave == nil || !f.misbehave(c, tag, command) {
			f.answer(c, tag, command)
		}
		if strings.HasPrefix(command, "SELECT") || strings.HasPrefix(command, "UID SEARCH") {
			c.known = len(f.inbox)
		}
		f.happened()
		f.mu.Unlock()
	}
}

// answer behaves. mu is held.
func (f *fakeIMAP) answer(c *fakeConn, tag, command string) {
	words := strings.Fields(command)
	name := words[0]
	if name == "UID" {
		name += " " + words[1]
	}
	switch name {
	case "CAPABILITY":
		c.say("* CAPABILITY %s", f.caps)
	case "SELECT", "EXAMINE":
		c.say("* %d EXISTS\r\n* FLAGS (\\Seen \\Deleted)\r\n* OK [UIDVALIDITY %d] valid\r\n* OK [UIDNEXT %d] next", len(f.inbox), f.validity, f.uidNext)
	case "UID SEARCH":
		var found []string
		for _, m := range f.within(words[len(words)-1]) {
			found = append(found, fmt.Sprint(m.uid))
		}
		c.say("* SEARCH %s", strings.Join(found, " "))
	case "UID FETCH":
		for _, m := range f.within(words[2]) {
			f.giveMail(c, m, strings.Join(words[3:], " "))
		}
	case "UID MOVE", "UID COPY":
		folder := strings.Trim(strings.Join(words[3:], " "), `"`)
		if _, ok := f.folders[folder]; !ok {
			c.say("%s NO [TRYCREATE] no such folder", tag)
			return
		}
		f.folders[folder] = append(f.folders[folder], f.within(words[2])...)
		if name == "UID MOVE" {
			c.known -= f.remove(f.within(words[2]))
		}
	case "UID STORE":
		for _, m := range f.within(words[2]) {
			f.deleted[m.uid] = true
		}
	case "UID EXPUNGE":
		c.known -= f.remove(f.within(words[2]))
	case "EXPUNGE":
		f.t.Error("a bare EXPUNGE removes what other clients marked")
	case "LIST":
		folder := strings.Trim(strings.TrimPrefix(command, `LIST "" `), `"`)
		if _, ok := f.folders[folder]; ok {
			c.say("* LIST () \"/\" %q", folder)
		}
	case "CREATE":
		f.folders[strings.Trim(strings.TrimPrefix(command, "CREATE "), `"`)] = []fakeMail{}
	case "IDLE":
		f.idling[c.Conn] = tag
		c.say("+ idling")
		if c.known < len(f.inbox) {
			c.say("* %d EXISTS", len(f.inbox))
		}
		return
	}
	c.say("%s OK done", tag)
}

func (f *fakeIMAP) remove(mails []fakeMail) int {
	before := len(f.inbox)
	for _, m := range mails {
		f.inbox = slices.DeleteFunc(f.inbox, func(o fakeMail) bool { return o.uid == m.uid })
	}
	return before - len(f.inbox)
}

// within lists the mails of a sequence set; n:* holds the last one always.
func (f *fakeIMAP) within(set string) (list []fakeMail) {
	for _, m := range f.inbox {
		for r := range strings.SplitSeq(set, ",") {
			from, to, isRange := strings.Cut(r, ":")
			a, _ := strconv.ParseUint(from, 10, 32)
			b, _ := strconv.ParseUint(to, 10, 32)
			if !isRange {
				b = a
			}
			if to == "*" {
				b = uint64(f.inbox[len(f.inbox)-1].uid)
				a = min(a, b)
			}
			if uint64(m.uid) >= a && uint64(m.uid) <= b {
				list = append(list, m)
				break
			}
		}
	}
	return list
}

// giveMail answers a FETCH for one mail.
func (f *fakeIMAP) giveMail(c *fakeConn, m fakeMail, items string) {
	seq := slices.IndexFunc(f.inbox, func(o fakeMail) bool { return o.uid == m.uid }) + 1
	size := m.size
	if size == 0 {
		size = len(m.body)
	}
	out := []string{fmt.Sprintf("UID %d", m.uid)}
	if strings.Contains(items, "INTERNALDATE") {
		out = append(out, `INTERNALDATE "02-Mar-2026 09:00:00 +0100"`)
	}
	if strings.Contains(items, "RFC822.SIZE") {
		out = append(out, fmt.Sprintf("RFC822.SIZE %d", size))
	}
	if _, section, ok := strings.Cut(items, "BODY.PEEK["); ok {
		section, rest, _ := strings.Cut(section, "]")
		text := m.body
		header, body, _ := strings.Cut(m.body, "\r\n\r\n")
		switch section {
		case "HEADER":
			text = header + "\r\n\r\n"
		case "TEXT":
			text = body
		}
		origin := ""
		var off, length int
		if n, _ := fmt.Sscanf(rest, "<%d.%d>", &off, &length); n == 2 {
			off = min(off, len(text))
			text = text[off:min(off+length, len(text))]
			origin = fmt.Sprintf("<%d>", off)
		}
		out = append(out, fmt.Sprintf("BODY[%s]%s {%d}\r\n%s", section, origin, len(text), text))
	}
	c.say("* %d FETCH (%s)", seq, strings.Join(out, " "))
}
