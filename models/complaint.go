package models

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Stage is where a complaint stands in the procedure (CONTRACT section 1).
type Stage string

const (
	Registered    Stage = "registered"
	Investigation Stage = "investigation"
	Answer        Stage = "answer"
	Correction    Stage = "correction"
	Aftercare     Stage = "aftercare"
	Closed        Stage = "closed"
	Inadmissible  Stage = "inadmissible"
	NotAComplaint Stage = "not_a_complaint"
	Withdrawn     Stage = "withdrawn"
	Duplicate     Stage = "duplicate"
)

// Ended tells whether the procedure is over in this stage.
func (s Stage) Ended() bool {
	switch s {
	case Closed, Inadmissible, NotAComplaint, Withdrawn, Duplicate:
		return true
	}
	return false
}

// Date is a day in the organisation's time zone, "2006-01-02"; "" when there is none.
type Date string

// DateOf is the day of t in zone.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(time.DateOnly)) }

// Time is midnight at the start of the day in zone; zero for "".
func (d Date) Time(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// DaysSince counts calendar days from other to d, whatever daylight saving does.
func (d Date) DaysSince(other Date) int {
	return int(d.Time(time.UTC).Sub(other.Time(time.UTC)) / (24 * time.Hour))
}

// AddDays is the date n calendar days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Time(time.UTC).AddDate(0, 0, n), time.UTC) }

// Complainant is who complains. Name and Email may be empty: a complaint may come without either.
type Complainant struct {
	ID        int64
	Name      string
	Title     string // mevrouw or heer, only when the person signed that way
	Email     string // as written
	EmailKey  string // FoldAddress(Email)
	Phone     string
	Address   string
	CreatedAt time.Time
}

// FoldAddress makes two spellings of one address equal: case only. Dots, plus parts and the like tell people apart and stay.
func FoldAddress(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Complaint is one complaint in the register.
type Complaint struct {
	ID              int64
	Number          string // K-2026-0001; K-0000-0001 of a practice complaint
	Year            int    // of receipt, in the organisation's time zone; 0 of a practice complaint
	Serial          int
	Stage           Stage
	StageSince      time.Time
	ReceivedAt      time.Time // the server's INTERNALDATE, or the day a colleague had it
	ReceivedOn      Date      // day 0 of the clock
	RegisteredAt    time.Time
	Mailbox         string
	Token           string // of the Reply-To in letters to the complainant
	Carrier         string // mail, brief, telefoon, bezoek, webformulier, andere
	Channel         string // rechtstreeks, ombudsdienst, kabinet, middenveld, andere
	Capacity        string // gebruiker, familie, vertegenwoordiger, personeel
	Language        string // nl, fr, en, de
	Subject         string
	Facts           string
	FactsOn         string // as the complainant said it
	DesiredSolution string
	ComplainantID   int64
	Complainant     Complainant `gorm:"foreignKey:ComplainantID"`
	Anonymous       bool        // without a name or a way to write back, or shielded at the writer's wish
	Shielded        bool        // only the coordinator sees who it is
	Sober           bool        // speaks of death, abuse, violence, a fall or a hospital stay
	Practice        bool        // a staff member's exercise; stands in no list or figure, and is forgotten (ForgetPractice)
	Department      string
	HandlerID       *int64
	Handler         *Staff `gorm:"foreignKey:HandlerID"`
	Profile         string // of the clock
	AnswerDue       Date   // last day of the term
	Severity        string
	Verdict         string
	Solution        string
	EndReason       string
	EndWords        string
	Satisfaction    *int
	AnsweredAt      *time.Time
	ClosedAt        *time.Time
	LastActivityAt  time.Time
	LinkedTo        *int64
	ErasedAt        *time.Time
	Reference       string // number in the older register that it was taken over from
	ImportDigest    string // "" when it was not; see procedure.TakeOver

	SuspendedAt *time.Time `gorm:"-"` // since then the clock stands still; read off the changes of the term
	Kind        string     `gorm:"-"` // of the newest analysis; EachComplaint reads it where it is asked for
}

// TakenOver tells whether the complaint came from an older register, where its complainant was thanked or not.
func (c *Complaint) TakenOver() bool { return c.ImportDigest != "" }

// Day is the "12" of "dag 12 van 45": calendar days since receipt.
func (c *Complaint) Day(today Date) int { return today.DaysSince(c.ReceivedOn) }

// Term is the "45" of "dag 12 van 45".
func (c *Complaint) Term() int { return c.AnswerDue.DaysSince(c.ReceivedOn) }

// Overdue tells whether the answer is late: the term is met until 24:00 of its last day, and is not over while the clock stands still.
func (c *Complaint) Overdue(today Date) bool {
	return c.AnsweredAt == nil && !c.Stage.Ended() && c.SuspendedAt == nil && today > c.AnswerDue
}

// NextNumber takes the next number of the year of receipt. The counter's row stays locked until the transaction ends, and a
// transaction that is rolled back gives the number back: that keeps the series free of gaps.
func (tx *Tx) NextNumber(year int) (number string, serial int, err error) {
	serial, err = tx.count(fmt.Sprintf("K-%d", year))
	return fmt.Sprintf("K-%d-%04d", year, serial), serial, err
}

func (tx *Tx) count(name string) (int, error) {
	var n int
	err := tx.db.Raw(`INSERT INTO counters (name, value) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, name).Row().Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return n, nil
}

// AddComplaint writes a new complaint with its complainant, and makes it findable.
func (tx *Tx) AddComplaint(c *Complaint) error {
	if c.ComplainantID == 0 {
		c.Complainant.EmailKey = FoldAddress(c.Complainant.Email)
		c.Complainant.CreatedAt = tx.now
		if _, err := tx.insert(&c.Complainant, ""); err != nil {
			return fmt.Errorf("add complainant: %w", err)
		}
		c.ComplainantID = c.Complainant.ID
	}
	if _, err := tx.insert(c, ""); err != nil {
		return fmt.Errorf("add complaint %s: %w", c.Number, err)
	}
	tx.findable(c)
	return nil
}

// SaveComplaint writes the whole row again.
func (tx *Tx) SaveComplaint(c *Complaint) error {
	if err := tx.db.Omit("Complainant", "Handler").Save(c).Error; err != nil {
		return fmt.Errorf("save complaint %s: %w", c.Number, err)
	}
	tx.findable(c)
	return nil
}

// TouchComplaint writes when the complaint last moved.
func (tx *Tx) TouchComplaint(c *Complaint) error {
	return tx.db.Model(&Complaint{}).Where("id = ?", c.ID).Update("last_activity_at", c.LastActivityAt).Error
}

// Complaint reads one complaint by its number. In a transaction on PostgreSQL the row is locked until its end.
func (tx *Tx) Complaint(number string) (*Complaint, error) {
	return tx.complaintWhere("complaints.number = ?", number)
}

// ComplaintByID reads one complaint.
func (tx *Tx) ComplaintByID(id int64) (*Complaint, error) {
	return tx.complaintWhere("complaints.id = ?", id)
}

// ComplaintByToken finds the complaint whose letters bear the token in their Reply-To.
func (tx *Tx) ComplaintByToken(token string) (*Complaint, error) {
	return tx.complaintWhere("complaints.token = ?", strings.ToLower(token))
}

func (tx *Tx) complaintWhere(cond string, arg any) (*Complaint, error) {
	q := tx.db
	if !tx.now.IsZero() && tx.store.engine == Postgres {
		q = q.Clauses(forUpdate)
	}
	var c Complaint
	err := q.Where(cond, arg).Take(&c).Error
	if err != nil {
		return nil, fmt.Errorf("complaint %v: %w", arg, err)
	}
	if err := tx.db.Take(&c.Complainant, c.ComplainantID).Error; err != nil {
		return nil, fmt.Errorf("complainant of %s: %w", c.Number, err)
	}
	if c.HandlerID != nil {
		c.Handler = new(Staff)
		if err := tx.db.Take(c.Handler, *c.HandlerID).Error; err != nil {
			return nil, fmt.Errorf("handler of %s: %w", c.Number, err)
		}
	}
	return &c, tx.suspensions(&c)
}

// ComplaintFilter says which complaints a list holds.
type ComplaintFilter struct {
	Since time.Time // received at or after; zero: all
	Limit int       // 0: all
	Kinds bool      // with Complaint.Kind
}

// EachComplaint calls fn for the complaints of the filter in order of number, practice complaints left out, reading 500 at a time.
func (tx *Tx) EachComplaint(f ComplaintFilter, fn func(*Complaint) error) error {
	year, serial, left := 0, 0, f.Limit
	for {
		var page []Complaint
		q := tx.db.Preload("Complainant").Preload("Handler").Where("NOT practice AND (year, serial) > (?, ?)", year, serial)
		if !f.Since.IsZero() {
			q = q.Where("received_at >= ?", Micro(f.Since))
		}
		if err := q.Order("year, serial").Limit(500).Find(&page).Error; err != nil {
			return fmt.Errorf("list complaints: %w", err)
		}
		if err := tx.suspensions(pointers(page)...); err != nil {
			return err
		}
		if f.Kinds {
			if err := tx.kinds(pointers(page)); err != nil {
				return err
			}
		}
		for i := range page {
			if f.Limit > 0 && left == 0 {
				return nil
			}
			left--
			if err := fn(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < 500 {
			return nil
		}
		year, serial = page[len(page)-1].Year, page[len(page)-1].Serial
	}
}

// kinds fills in what kind of complaint the newest analyses say it is.
func (tx *Tx) kinds(list []*Complaint) error {
	byID := make(map[int64]*Complaint, len(list))
	ids := make([]int64, len(list))
	for i, c := range list {
		byID[c.ID], ids[i] = c, c.ID
	}
	return each(tx.db.Select("complaint_id", "kind").Where("complaint_id IN ?", ids).Order("complaint_id, version"), func(a *Analysis) { byID[a.ComplaintID].Kind = a.Kind })
}

// ComplaintsOf lists the complaints of the person behind an address but one (0: all), newest first, shielded ones among them.
func (tx *Tx) ComplaintsOf(email string, except int64) ([]Complaint, error) {
	if FoldAddress(email) == "" {
		return nil, nil
	}
	q := tx.db.Joins("JOIN complainants ON complainants.id = complaints.complainant_id").
		Where("complainants.email_key = ? AND complainants.email_key <> '' AND NOT complaints.practice AND complaints.id <> ?", FoldAddress(email), except)
	var list []Complaint
	if err := q.Preload("Handler").Order("complaints.received_at DESC, complaints.id DESC").Limit(50).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("complaints of one person: %w", err)
	}
	return list, nil
}

// NumberOf is the number of a complaint; "" without one.
func (tx *Tx) NumberOf(id *int64) (number string, err error) {
	if id != nil {
		err = tx.db.Model(&Complaint{}).Where("id = ?", *id).Pluck("number", &number).Error
	}
	return number, err
}

// IsNotFound tells whether a row was looked for and is not there.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
