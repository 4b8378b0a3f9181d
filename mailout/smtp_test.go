package mailout

import (
	"crypto/tls"
	"errors"
	"io"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	check := func(step string, code int, want verdict, config bool) {
		t.Helper()
		f := &failure{step: step, code: code, err: io.EOF}
		if f.verdict() != want || f.config() != config {
			t.Errorf("%s %d: verdict %d, config %t; want %d, %t", step, code, f.verdict(), f.config(), want, config)
		}
	}
	check("RCPT", 550, final, false)
	check("MAIL", 552, final, false)
	check("DATA", 554, final, false)
	check("end", 599, final, false)
	check("RCPT", 450, later, false)
	check("end", 451, later, false)
	check("end", 0, later, false) // no reply: never final
	check("body", 0, later, false)
	check("MAIL", 421, trouble, false)
	check("end", 421, trouble, false)
	check("MAIL", 530, trouble, true)
	check("MAIL", 535, trouble, true)
	check("RCPT", 534, trouble, true)
	check("MAIL", 538, trouble, true)
	check("MAIL", 502, trouble, true)
	check("MAIL", 503, trouble, true)
	check("end", 503, final, false)
	check("connect", 0, trouble, false)
	check("connect", 421, trouble, false)
	check("connect", 535, trouble, true)
	check("connect", 554, trouble, true)
}

func TestFailure_saysNothingSecret(t *testing.T) {
	s := Server{Username: "klachten", Password: "geheim"}
	check := func(err error, want string) {
		t.Helper()
		if got := s.failure("connect", err).reply; got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
	check(&textproto.Error{Code: 535, Msg: "no geheim here"}, "no xxxxx here")
	check(&textproto.Error{Code: 535, Msg: "AGtsYWNodGVuAGdlaGVpbQ== is wrong"}, "xxxxx is wrong")
	check(&textproto.Error{Code: 550, Msg: "two\nlines\x00\xff"}, "two lines ?")
	check(&textproto.Error{Code: 250, Msg: "out of step"}, "unexpected reply 250 out of step")
	check(errors.New(strings.Repeat("é", 600)), strings.Repeat("é", 499)+"…")
}

func TestEnvelope(t *testing.T) {
	check := func(address, want string) {
		t.Helper()
		if got := envelope(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
	check("an@example.test", "an@example.test")
	check("<an@example.test>", "an@example.test")
	check("<>", "")
	check("an@bücher.test", "an@xn--bcher-kva.test")
	check("jörg@bücher.test", "jörg@xn--bcher-kva.test")
}

func TestCheck(t *testing.T) {
	auth := func(user, password string) bool { return user == "klachten" && password == "geheim" }
	check := func(security, password string, set func(*sink), want ...string) {
		t.Helper()
		sink := newSink(t, set)
		server := Server{Address: sink.address, Security: security, TLS: sink.client}
		if password != "" {
			server.Username, server.Password = "klachten", password
		}
		got, err := Check(t.Context(), server)
		if err != nil {
			got = append(got, err.Error())
		}
		for _, line := range want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, line) }) {
				t.Errorf("%s: %q lacks %q", security, got, line)
			}
		}
		if s := strings.Join(got, "\n"); password != "" && strings.Contains(s, password) {
			t.Errorf("%s: the password is shown: %s", security, s)
		}
	}
	check("none", "", nil, "not encrypted, though the server offers STARTTLS", "no AUTH", "SIZE without", "8BITMIME", "no SMTPUTF8")
	check("starttls", "geheim", func(s *sink) { s.onAuth, s.size = auth, 9000 }, "STARTTLS in use, TLS 1.3", "AUTH accepted", "SIZE 9000")
	check("tls", "geheim", func(s *sink) { s.onAuth, s.implied = auth, true }, "encrypted from the first byte", "AUTH accepted")
	check("starttls", "falsch", func(s *sink) { s.onAuth = auth }, "connect: 535 5.7.8 no entry with password xxxxx")
	check("starttls", "geheim", nil, "AUTH")
	check("starttls", "", func(s *sink) { s.tls = nil }, "does not support STARTTLS")
	check("starttls", "", func(s *sink) { s.client = &tls.Config{} }, "certificate")
	check("ssl", "", nil, `security "ssl" is not`)
}
