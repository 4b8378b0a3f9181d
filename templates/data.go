package templates

import "time"

// Data is everything a letter may say. One struct for every kind: the Desk fills in what it knows, and a text uses what it
// needs. A zero field means "not known", and every text reads well without it.
type Data struct {
	Organization Organization
	Signature    string // Who says "ik": "An Peeters, klachtencoördinator". The organisation's own name when nobody may sign.
	To           Person // The reader.

	Number    string    // "K-2026-0001".
	Today     time.Time // Local; the day the letter is written.
	Received  time.Time // Local; when the mail, letter or call came in.
	Answered  time.Time // Staff mail: local; when the answer left. Zero: not yet.
	AnswerDue time.Time // Local date of the promise. Zero: the promise goes without a date (CONTRACT section 4).
	Day, Term int       // "dag 12 van 45", for staff only. Term 0: no such words.

	ThanksFor  string // What we thank for: "bericht", "brief", "e-mail", "telefoontje", "gesprek". "" and unknown words are "bericht".
	Handler    string // Who examines it; "" not named yet.
	Department string // "" not known yet.

	Sober      bool   // The complaint speaks of death, abuse, violence, a fall or a hospital stay (LETTERS.md 1.1).
	Shielded   bool   // The writer asked not to be named: only the coordinator reads it.
	Anonymous  bool   // No name or no way to write back, or shielded at the writer's wish.
	NotHandled bool   // Anonymous under the rule "note": noted and ended, for thanks and registration to say so.
	MayRefuse  bool   // Anonymous under the rule "refuse": proposed to the coordinator, never done by itself.
	Practice   bool   // A practice run: the subject and the foot say so.
	OpenNumber string // Another open complaint of the same person.

	Complainant Person
	Subject     string // Of the complainant's mail.
	Text        string // Of the complainant's mail, in full.
	Language    string // Of Text: nl, fr, en, de. "" not known.
	Attachments []Attachment
	MissingSize int64 // Bytes of a too big mail that were not read; 0 nothing is missing.

	Earlier []Earlier
	Named   []string // Staff named in the complaint, for the question "gaat dit over Bram?".
	Buttons []Button // At most five, the likeliest first.

	Disagreement  string // Addition: the other number that the mail pointed to as well.
	SameTextAgain bool   // Addition: the same text came before.

	Done    string   // Receipt: what was done; one of the Done constants, "" nothing.
	NotDone string   // Receipt: what was not done; one of the NotDone constants, "" nothing.
	Note    string   // Receipt: the words of the staff member, kept or given back.
	Decided Decision // Receipt with DoneDecided: the decision that stands.

	Lost         string           // Bounced: kind of the mail that came back; Received is when it was sent, Note the server's words.
	Colleague    string           // Bounced: the colleague whom a mail did not reach; "" it was a letter to the complainant. Receipt with NotDoneDelegate: in whose name.
	Failed       string           // Bounced: the address that failed, when it is another than the complainant's.
	Reason       string           // Bounced: one of the labels bounce.*, "" not known.
	Temporary    bool             // Bounced: the server gave up for a reason that may pass; the address may be good.
	AfterAnswer  bool             // Addition: it came after the answer, or to a complaint that has ended; ReactBy is set.
	ReactBy      time.Time        // Addition, addition_received, satisfaction thanks, task: local date until which somebody reacts to it. Zero: no such promise.
	Held         []Held           // Letter to a complainant: what came in and was not confirmed by a letter of its own.
	Parked       []ParkedMail     // Review list: what waits for a decision, oldest first.
	ParkedLeft   int              // Review list, and receipt with DoneReview: how many more wait.
	Decisions    []ReviewDecision // Receipt with DoneReview: one for each parked mail that the reply names.
	Unknown      []string         // Receipt with DoneReview: lines of the reply that could not be understood.
	Task         string           // Task: one of the labels task.*, such as "thank"; ReactBy is its day. "" with a Flood.
	Flood        *Flood           // Task: so many complaints of one address that the further ones became additions.
	From         string           // Confirmation: the sender written on the mail. Addition: the address it came from, when it is not the known one.
	ReceivedText string           // Confirmation: first lines of what arrived in the reader's name.
	Mailbox      string           // The complaints mailbox, "klachten@example.test".

	// What staff write, and what is said back to them (CONTRACT section 6).
	Body         string    // Letter: the words of the staff member in it; paragraphs, plain text.
	Verdict      string    // Answer: "founded", "partly_founded", "unfounded".
	Apology      string    // Answer: Verontschuldiging.
	WhatHappened string    // Answer: Wat is er gebeurd.
	ForYou       string    // Answer: Wat doe ik voor u.
	WeChange     string    // Answer: Wat veranderen wij.
	Motivation   string    // Answer: Motivering.
	Waits        bool      // Status update, information request: the clock stands still until the complainant answers.
	OldDue       time.Time // Extension: the day that was promised before; AnswerDue is the new one. Local date.
	EndReason    string    // Side end: one of the labels reason.*, such as "older_than_a_year"; Body holds the words beside it.
	OtherNumber  string    // Duplicate, hoort-bij: the complaint that goes on.
	Measure      string    // Status update: what was promised and is done now. Measure due, evaluation, consultation: the measure; Body is what it is about.
	Measures     []string  // Satisfaction: what was promised and is done, as the reader heard it before.
	Score        int       // Satisfaction thanks, task, addition: 1 to 5; 0: words without a score.
	Action       string    // Receipt: key of the action, for the subject "Gedaan: wijs-toe".
	Did, Not     []string  // Receipt, preview: sentences; what was done, what was not and why.
	Short        bool      // Receipt: one line is enough.
	Near         []Near    // Receipt: labels that were only nearly right.
	Form         string    // The form, ready to be filled in or to be corrected; ends with its end line.
	Draft        string    // Preview: the letter as it will look, from greeting to closing; its subject is Subject, its kind Lost.
	Findings     []Finding // Preview: of the attitude check, block first.
	Changed      []string  // Preview: the words that changed since the last one.
	AskName      bool      // Staff mail: a desk that several people use; the foot asks for a name.
	InPlaceOf    string    // Staff mail: who is away, in whose place the reader gets it.
	Lines        []string  // Receipt: what was asked for (help, overview, search), a line each.

	// What the clock makes the register say (CONTRACT section 7).
	Happened   []string     // Status update: what happened since the last letter, whole sentences in its language (labels happened.*).
	Next       string       // Status update: what comes next, a whole sentence (labels next.*); "" not known.
	Late       bool         // Status update: the one letter after the term. OldDue or AnswerDue was promised; ReactBy is the day by which the coordinator says when.
	Watch      string       // Reminder, escalation: what is late or nears its end; one of the labels watch.*, such as "term_late".
	WatchText  string       // Its matter in short: the sentence of the task, what the measure is, the kind of the draft. Measure and evaluation: Measure will do, too.
	LateDays   int          // Days since it was due; 0 not yet.
	DueOn      time.Time    // Local date on which it is or was due; of a draft, since when it waits.
	Owner      string       // Whose it is; "" the reader's own.
	Again      []Earlier    // Evaluation: similar complaints since the measure was done. Recurrence: the group.
	Shared     string       // Recurrence: the kind that all of the group are of; "" it is something else that they share.
	Alert      string       // Operator alert: what does not work, "unread" or "unsent", of the mailbox From, since Received.
	WindowDays int          // Recurrence: in how many days they came; 0 not known.
	Agenda     []AgendaItem // Handler's digest: the reader's open complaints, in the order to show them.

	// The annual report.
	Year     int      // That it is about.
	Report   string   // Its text, see Blocks.
	Differs  []string // Draft: sentences; figures in it that are others than those of the register.
	Personal []string // Draft: sentences of it that tell who somebody is; it does not go out with them.
	Profile  string   // Of the legal clock, for who must report.

	Digest  Digest  // Weekly and monthly digest.
	Lessons Lessons // Of a quarter, for all colleagues.

	Own map[string]string // Own text: what was filled in, by key of the field (Action.Fields); "-" is nothing.

	Staff bool // Set by Render: the letter is for a colleague.

	draft  bool      // Set by RenderDraft: no HTML, no folded lines, no marks of a practice run.
	w      *words    // Set by Render: the language of the letter.
	quotes []passage // Collected while the letter is filled in.
}

// What a receipt can say was done.
const (
	DoneNote      = "note"      // the reply is kept as a note
	DoneYes       = "yes"       // the question about Named is answered: yes
	DoneNo        = "no"        // the question about Named is answered: no
	DoneConfirmed = "confirmed" // the mail in the reader's name is confirmed
	DoneDecided   = "decided"   // somebody decided before; Decided says who and what
	DoneReview    = "review"    // parked mails were decided; Decisions says which
	DoneForward   = "forward"   // a forwarded mail became the complaint Number of the one who wrote it; Received is its date
)

// What a receipt can say was not done.
const (
	NotDoneNotYours      = "not_yours"      // the complaint is not the reader's
	NotDoneNotUnderstood = "not_understood" // no meaning found in the mail
	NotDoneDelegate      = "delegate"       // written in the name of Colleague, another entry; Note is kept as a note of the writer's
	NotDoneOwn           = "own_complaint"  // may be a complaint of the staff member's own
)

// Held is a mail of the complainant that no letter of its own confirmed.
type Held struct {
	Number   string
	Received time.Time
}

// ParkedMail is one mail that waits for a person's decision.
type ParkedMail struct {
	No          int    // "P-17".
	From        Person // As the mail says.
	Subject     string
	Received    time.Time // Local.
	Reason      string    // One of the labels parked.*, such as "spam".
	Words       string    // The beginning of its new text.
	Attachments int
}

// ReviewDecision is what a reply to the review list, or an earlier decision, made of a parked mail.
type ReviewDecision struct {
	No       int
	Accepted bool   // Otherwise discarded.
	Number   string // Of the complaint it became.
	Subject  string
	By       string    // Decided before: by whom; "" not known.
	At       time.Time // Decided before: local. Zero: it is decided now.
	Missing  bool      // There is no parked mail with that number.
}

// Flood is a stream of mails of one address.
type Flood struct {
	Address string
	N       int // Complaints registered before the limit was reached.
	Per     time.Duration
}

// Why an attachment is named in a staff mail and not sent along.
const (
	LeftExecutable = "executable" // it could run
	LeftTooBig     = "too-big"    // beyond 20 MB together
	LeftTelling    = "telling"    // it may tell who a shielded complainant is
)

// Organization is whose complaints these are.
type Organization struct {
	Name       string
	Phone      string
	SecondLine string // "Woonzorglijn, 02 553 75 00".
}

// Person is a reader or a complainant.
type Person struct {
	Name    string // As the person wrote it; may be "".
	Surname string // "" not known: with a Title the whole Name is used.
	Title   string // "mevrouw" or "heer", only when the person signed that way; never guessed.
	Email   string
	Phone   string
	Address string // Postal; one line or several.
}

// Attachment is a file that came with the complainant's mail.
type Attachment struct {
	Name string
	Size int64  // Bytes.
	Left string // "" it goes along; otherwise one of the Left constants.
}

// Earlier is a complaint that may teach something about this one.
type Earlier struct {
	Number     string
	Received   time.Time
	Subject    string // The Desk puts the word for "shielded" here where that holds.
	Stage      string // As in CONTRACT section 1: "closed".
	Verdict    string // "founded", "partly_founded", "unfounded", "" none.
	Outcome    string // In a person's own words.
	SamePerson bool
	Words      []string // The words in common, for a similar complaint.
}

// Button is a choice that can be made by opening a prepared mail.
type Button struct {
	Key string // "yes", "no", "own", "all_no", "s1" to "s5": its words are the labels button.KEY and without.KEY.
	URL string // mailto: only; anything else is shown without a link.
}

// AgendaItem is an open complaint of the reader, and what is to be done about it.
type AgendaItem struct {
	Number, Subject string // The Desk puts the word for "shielded" in place of the subject where that holds.
	Day, Term       int    // "dag 12 van 45"; Term 0: no such words.
	Late            bool
	What            string    // A sentence: what is due; "" nothing now.
	DueOn           time.Time // Local date of What; zero: no day.
}

// Near is a label of a form that was understood although it was not written quite so.
type Near struct{ Written, Understood string }

// Decision is what somebody chose before.
type Decision struct {
	By  string
	At  time.Time
	Yes bool
}
