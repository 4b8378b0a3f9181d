package procedure

import (
	"slices"
	"strings"
	"time"

	"dankuwel/models"
)

// Settings is the part of the configuration that the procedure hangs on.
type Settings struct {
	Organization      Organization
	Profile           Profile
	Calendar          *Calendar
	Operator          string // address of who runs the program; "" nobody is told
	Anonymous         string // handle, note, refuse
	ThanksFor         string // what e-mail is thanked for: bericht, brief, e-mail
	Staff             []*models.Staff
	Departments       []Department
	Mailboxes         []Mailbox
	StatusEvery       Term // between letters that tell where a complaint stands, while it is not answered
	SatisfactionAfter Term // the last corrective measure, or the answer
	CloseAfter        Term // of after-care without a reaction
	Recurrence        Rate // so many similar complaints in so long: one mail to the coordinator
	FourEyes          bool // a second entry must release a final answer
	FormSenders       []FormSender
	Scanners          []string // addresses of devices whose mails are paper letters
	Flood             Rate     // new complaints of one address by date of receipt; beyond it additions
	Automatic         Rate     // automatic answers to one address; thanks for a new complaint not counted

	PseudonymiseAfter Age // how long a complaint is kept after it ended; zero: for ever
}

// Rate is so many in so long. N 0: no limit.
type Rate struct {
	N   int
	Per time.Duration
}

// FormSender is a web form that mails on behalf of a person. A field is the label of a line in the text, or "header:NAME".
type FormSender struct {
	Address    string
	NameField  string
	EmailField string
	TextField  string
}

// Organization is whose complaints these are.
type Organization struct {
	Name       string
	Signature  string // who says "ik" in automatic mail
	Phone      string
	Language   string
	SecondLine string // named in every final answer
}

// Department gets complaints by address or by word.
type Department struct {
	Name      string
	Head      string // address of a staff entry, who is asked about preventive measures; "" nobody
	Addresses []string
	Keywords  []string
	Answer    *Term // own term; nil: the profile's
}

// Mailbox is where complaints come in and letters go out.
type Mailbox struct {
	Address           string
	Name              string
	Plus              bool          // tokens go into the address, otherwise into the subject
	Processed         string        // folders; "" = the mail stays where it is
	Review            string        //
	Shielded          string        //
	Sent              string        //
	AcknowledgeWithin time.Duration // mail received longer ago is parked, never thanked by itself
	Poll              time.Duration // between two looks at it
	Lists             []string      // List-Id of our own distribution lists
}

// Mailbox finds a mailbox by its address.
func (s *Settings) Mailbox(address string) *Mailbox {
	for i := range s.Mailboxes {
		if strings.EqualFold(s.Mailboxes[i].Address, address) {
			return &s.Mailboxes[i]
		}
	}
	return nil
}

// StaffByAddress finds the entry that owns an address; nil when it is nobody's.
func (s *Settings) StaffByAddress(email string) *models.Staff {
	for _, m := range s.Staff {
		if m.Owns(email) {
			return m
		}
	}
	return nil
}

// Substitute is who stands in for an entry by the configuration; nil when nobody does.
func (s *Settings) Substitute(of *models.Staff) *models.Staff { return s.StaffByAddress(of.Substitute) }

// StaffByID finds an entry; nil when it left.
func (s *Settings) StaffByID(id int64) *models.Staff {
	for _, m := range s.Staff {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// first finds the first entry with the role that is not among those left out.
func (s *Settings) first(role models.Role, except []int64) *models.Staff {
	for _, m := range s.Staff {
		if m.Has(role) && !slices.Contains(except, m.ID) {
			return m
		}
	}
	return nil
}

// department finds a department by name; nil when there is none such.
func (s *Settings) department(name string) *Department {
	for i := range s.Departments {
		if strings.EqualFold(s.Departments[i].Name, name) {
			return &s.Departments[i]
		}
	}
	return nil
}
