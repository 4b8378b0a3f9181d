//go:build e2e

package e2e

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Not every server can do what Dovecot can. Each of these registers, thanks and files as any other.
func TestPoorServer(t *testing.T) {
	for _, server := range []struct {
		name, capability string
		refuses          []string
		staysInInbox     bool // neither moved nor expunged, only marked as deleted (check says so)
	}{
		{"without IDLE", "IMAP4rev1 MOVE UIDPLUS", nil, false},
		{"without MOVE", "IMAP4rev1 IDLE UIDPLUS", nil, false},
		{"with nothing", "IMAP4rev1", nil, true},
		{"announces IDLE and MOVE and cannot", "", []string{"IDLE", "UID MOVE", "MOVE"}, false},
		{"announces UIDPLUS and cannot", "IMAP4rev1 IDLE UIDPLUS", []string{"UID EXPUNGE"}, true},
	} {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "sqlite", settings{Mailbox: "poll_interval = \"2s\"\n", More: noFlood})
			if server.capability != "" {
				w.must(t, "capability", server.capability)
			}
			if server.refuses != nil {
				w.change(local(w.rig.Ports.IMAPS)+"\"\nsecurity = \"tls\"", w.stub(server.refuses)+"\"\nsecurity = \"none\"")
			}
			w.start()
			for n := 1; n <= 3; n++ {
				w.deliver(t, complaintMail(t, fill{From: customer(n), Number: n}), customer(n), "klachten@example.test")
				w.awaitKind(t, strings.TrimSuffix(customer(n), "@client.test"), "acknowledgement", 1)
			}
			w.until("three mails filed", patience, func() bool { return w.count(t, "klachten", "Verwerkt") == 3 })
			time.Sleep(5 * time.Second) // two more polls, in which nothing may happen
			inbox := 0
			if server.staysInInbox {
				inbox = 3
			}
			if got := w.count(t, "klachten", "INBOX"); got != inbox {
				t.Errorf("%d mails in the inbox, want %d", got, inbox)
			}
			if got := w.count(t, "klachten", "Verwerkt"); got != 3 {
				t.Errorf("%d mails in the folder of processed mail, want 3", got)
			}
			w.mustLive()
			w.stop()
			w.once()
			if got := w.count(t, "klachten", "Verwerkt"); got != 3 {
				t.Errorf("%d mails in the folder of processed mail after one more run, want 3", got)
			}
			w.mustHaveAll(3)
			if said, code := w.try("check"); code != 0 {
				t.Errorf("check ended with %d:\n%s", code, said)
			}
		})
	}
}

// stub stands before Dovecot's port without TLS and answers some commands itself: it does not know them.
func (w *world) stub(refuses []string) (address string) {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go pass(client, local(w.rig.Ports.IMAP), refuses)
		}
	}()
	return l.Addr().String()
}

func pass(client net.Conn, to string, refuses []string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(client, server)
		client.Close()
	}()
	for lines := bufio.NewReader(client); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		refused := false
		for _, r := range refuses {
			refused = refused || strings.HasPrefix(command+" ", r+" ")
		}
		if refused {
			io.WriteString(client, tag+" BAD unknown command\r\n")
		} else if _, err := io.WriteString(server, line); err != nil {
			return
		}
	}
}
