package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dankuwel/models"
)

// figures are what only this process can count. Everything else at /metrics is read off the register when it is asked for, so that a
// restart loses nothing and several nodes say the same.
type figures struct {
	thanks prometheus.Histogram
	lost   *prometheus.CounterVec // by mailbox
}

func newFigures() figures {
	return figures{
		thanks: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dankuwel_thanks_seconds", Help: "From the registration of a complaint until a server took the thanks over.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 3600}}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dankuwel_mailbox_reconnects_total", Help: "Connections to a mailbox that ended and are made again."}, []string{"mailbox"}),
	}
}

// sent looks at a mail that a server took over.
func (f figures) sent(m models.OutboxMail) {
	if m.Kind == "acknowledgement" && m.SentAt != nil {
		f.thanks.Observe(m.SentAt.Sub(m.CreatedAt).Seconds())
	}
}

// registerFigures reads the register for each scrape.
type registerFigures struct{ a *app }

var (
	descRead     = prometheus.NewDesc("dankuwel_mailbox_last_success_timestamp_seconds", "When the mailbox was last read to its end.", []string{"mailbox"}, nil)
	descMails    = prometheus.NewDesc("dankuwel_mails_total", "Mails of the ledger, by their one outcome.", []string{"outcome"}, nil)
	descParked   = prometheus.NewDesc("dankuwel_parked_mails", "Parked mails that wait for a decision.", nil, nil)
	descQueued   = prometheus.NewDesc("dankuwel_outbox_queued_mails", "Mails that are still to be sent.", nil, nil)
	descFailed   = prometheus.NewDesc("dankuwel_outbox_failed_mails", "Mails that a server refused for good.", nil, nil)
	descOldest   = prometheus.NewDesc("dankuwel_outbox_oldest_seconds", "Age of the oldest mail that is still to be sent; 0 when there is none.", nil, nil)
	descOpen     = prometheus.NewDesc("dankuwel_open_complaints", "Complaints that have not ended.", nil, nil)
	descOverdue  = prometheus.NewDesc("dankuwel_overdue_complaints", "Complaints that were not answered when their term had ended.", nil, nil)
	descRegister = prometheus.NewDesc("dankuwel_register_up", "1: the register answers.", nil, nil)
)

// Describe tells prometheus which figures there are.
func (registerFigures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRead, descMails, descParked, descQueued, descFailed, descOldest, descOpen, descOverdue, descRegister} {
		out <- d
	}
}

// Collect reads them.
func (r registerFigures) Collect(out chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	now := r.a.desk.Now()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	h, err := r.a.store.Read(ctx).Health(models.DateOf(now, r.a.desk.Zone()))
	if err != nil {
		gauge(descRegister, 0)
		return
	}
	gauge(descRegister, 1)
	for box, at := range h.Mailboxes {
		gauge(descRead, float64(at.Unix()), box)
	}
	for outcome, n := range h.Outcomes {
		out <- prometheus.MustNewConstMetric(descMails, prometheus.CounterValue, float64(n), string(outcome))
	}
	gauge(descParked, float64(h.Parked))
	gauge(descQueued, float64(h.Queued))
	gauge(descFailed, float64(h.Failed))
	gauge(descOpen, float64(h.Open))
	gauge(descOverdue, float64(h.Overdue))
	age := 0.0
	if !h.Oldest.IsZero() {
		age = now.Sub(h.Oldest).Seconds()
	}
	gauge(descOldest, age)
}

// stuckAfter is how long a mail may wait to be sent before the service is not ready.
const stuckAfter = time.Hour

// unready says what keeps the service from doing its work, a sentence each; nothing when all is well.
func (a *app) unready(ctx context.Context) (list []string) {
	now := a.desk.Now()
	h, err := a.store.Read(ctx).Health(models.DateOf(now, a.desk.Zone()))
	if err != nil {
		return []string{"the register does not answer"}
	}
	for i := range a.config.Mailboxes {
		m := &a.config.Mailboxes[i]
		switch at, ok := h.Mailboxes[m.Address]; {
		case !ok:
			list = append(list, fmt.Sprintf("mailbox %s was not read yet", m.Address))
		case now.Sub(at) > time.Hour+2*m.PollInterval:
			list = append(list, fmt.Sprintf("mailbox %s was not read since %s", m.Address, at.In(a.desk.Zone()).Format(time.RFC3339)))
		}
	}
	if !h.Oldest.IsZero() && now.Sub(h.Oldest) > stuckAfter {
		list = append(list, fmt.Sprintf("%d mails wait to be sent, the oldest since %s", h.Queued, h.Oldest.In(a.desk.Zone()).Format(time.RFC3339)))
	}
	return list
}

// figuresHandler answers /healthz (the process is there), /readyz (it does its work, otherwise 503 and why) and /metrics. No page holds
// anything about a complaint.
func (a *app) figuresHandler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(a.figures.thanks, a.figures.lost, registerFigures{a})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)
		defer stop()
		if list := a.unready(ctx); len(list) > 0 {
			http.Error(w, strings.Join(list, "\n"), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// serveFigures keeps the server of [server] up until ctx ends.
func (a *app) serveFigures(ctx context.Context) error {
	listener, err := net.Listen("tcp", a.config.Server.Listen)
	if err != nil {
		return fmt.Errorf("server.listen: %w", err)
	}
	server := &http.Server{Handler: a.figuresHandler(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	done := context.AfterFunc(ctx, func() { server.Close() })
	defer done()
	a.log.Info("figures", "address", listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
