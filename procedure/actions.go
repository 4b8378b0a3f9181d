package procedure

import "dankuwel/models"

// actions are what staff can do by mail, by their key in the vocabulary (CONTRACT section 6). Rights stand beside each.
var actions map[string]action

func init() { // the handlers look actions up themselves
	owns, manages := (*deed).owns, (*deed).manages
	noted := func(x *deed) bool { return x.mayNote(x.c, x.by) || x.handles() }
	decides := (*deed).decides
	ownOrOwner := func(x *deed) bool { return noted(x) } // who owns the measure is looked at there
	actions = map[string]action{
		"reply":           {(*deed).plainReply, true, false, noted},
		"note":            {(*deed).keepAsNote, true, false, noted},
		"register":        {(*deed).register, false, false, nil},
		"change":          {(*deed).change, true, false, owns},
		"assign":          {(*deed).assignTo, true, true, manages},
		"ask":             {(*deed).ask, true, true, owns},
		"status":          {(*deed).status, true, true, owns},
		"analyse":         {(*deed).analyse, true, true, (*deed).investigates},
		"template":        {(*deed).ownText, true, true, owns},
		"answer":          {(*deed).answerNow, true, true, owns},
		"send":            {(*deed).sendNow, true, false, decides},
		"drop":            {(*deed).sendNow, true, false, decides},
		"measure":         {(*deed).addMeasure, true, true, owns},
		"done":            {(*deed).measureDone, true, false, ownOrOwner},
		"postpone":        {(*deed).postpone, true, false, ownOrOwner},
		"prevent":         {(*deed).prevent, true, false, owns},
		"evaluate":        {(*deed).evaluate, true, false, ownOrOwner},
		"contact":         {(*deed).contacted, true, false, owns},
		"new_email":       {(*deed).newAddress, true, false, owns},
		"extend":          {(*deed).extend, true, true, manages},
		"inadmissible":    {(*deed).sideEnd, true, true, owns},
		"not_a_complaint": {(*deed).sideEnd, true, true, owns},
		"withdrawn":       {(*deed).sideEnd, true, true, owns},
		"duplicate":       {(*deed).duplicate, true, true, owns},
		"split":           {(*deed).split, true, false, owns},
		"belongs":         {(*deed).belongs, true, false, owns},
		"close":           {(*deed).closeNow, true, true, owns},
		"reopen":          {(*deed).reopen, true, false, owns},
		"shield":          {(*deed).shieldIt, true, false, owns},
		"absent":          {(*deed).goAway, false, false, nil},
		"present":         {(*deed).comeBack, false, false, nil},
		"dossier":         {(*deed).dossier, false, false, nil},
		"search":          {(*deed).search, false, false, nil},
		"overview":        {(*deed).overview, false, false, nil},
		"help":            {(*deed).help, false, false, nil},
		"practice":        {(*deed).practise, false, false, nil},
		"annual_report":   {(*deed).annual, false, false, nil},
		"form":            {(*deed).emptyForm, false, false, nil},
		"decide":          {(*deed).decideDraft, true, false, decides}, // a reply to a preview
		"sign":            {(*deed).sign, true, false, nil},            // a reply to a receipt that asked a shared desk who wrote
		"consulted":       {(*deed).consulted, true, false, nil},       // a reply to a question of ours
		"figures":         {(*deed).aboutFigures, false, false, nil},   // a reply to a digest
		"idea":            {(*deed).idea, false, false, nil},           // a reply to the lessons of a quarter
	}
}

// decides: who owns the complaint, and management that was asked to release a letter; nobody by another's preview, nor by his own after
// the complaint went to somebody else.
func (x *deed) decides() bool {
	return x.owns() || x.token != nil && x.token.StaffID == x.by.ID && x.token.Purpose == "preview" && x.by.Has(models.Management)
}

// sendNow is a bare `verstuur` or `nee` that answers no preview: it decides about nothing, but shows the draft that waits.
func (x *deed) sendNow() error {
	open, err := x.tx.OpenDraft(x.c.ID)
	if err != nil {
		return err
	}
	if open == nil {
		x.refuse("no_draft")
		return nil
	}
	x.refuse("answer_the_preview")
	return x.preview(open, x.findings(open), "")
}
