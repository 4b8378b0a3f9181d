package main

import (
	"fmt"
	"strings"

	"dankuwel/models"
)

// The scenes of the story, in the order in which they are told. The letters are the register's own; only what its people write and
// what the narrator says stands here.

var (
	lieve = demoPeople[0]
	bram  = demoPeople[1]
	an    = demoPeople[2]
)

func (s *demoStory) opening() {
	s.page.title("dankuwel: a complaint is a gift, and the first word is thanks", "")
	s.say(`Woonzorgcentrum De Linde is a care home. Complaints go to %s, and there the register works: it reads each mail, thanks, gives a number and a date, and tells the colleague who is to look into it. What follows really happens now: mail servers, register and mail programs all run in this process and talk SMTP and IMAP to each other. Only the clock is made up. The home writes Dutch; so do its letters.`, demoRegister)
	for _, p := range demoPeople[:4] {
		s.page.line("   %-12s %-13s %s", p.name, p.part, p.address)
	}
	s.page.line("")
	s.settle(3)
	s.say("An, Bram and Els have just had a mail from the register that says who it is and what they can do by mail. Now the week begins.")
}

// storyMails are the mails that later scenes come back to.
type storyMails struct {
	first  *demoMail   // Lieve's complaint
	thanks *demoLetter // what she got
	task   *demoLetter // what Bram got
}

func (s *demoStory) complaint() {
	s.begin(23, 9, 0, "A complaint arrives")
	m := s.mail(lieve, demoRegister, "Koude maaltijden", `Goedendag,

Mijn vader woont sinds maart bij u, op kamer 112. Zijn avondmaal was deze week drie keer koud. Hij vraagt het dan aan de zaal, maar niemand komt terug met een warm bord. Dat doet hem geen deugd, en mij ook niet.

Met vriendelijke groeten,
Lieve Claes`)
	s.told.first = m
	s.wrote(m, "Lieve Claes writes to %s:", demoRegister)
	got := s.send(m)
	s.told.thanks = s.want(got, "acknowledgement", lieve.address)
	s.told.task = s.want(got, "registration", bram.address)
	s.say("The register gives it a number and thanks her at once. A moment later this lies in her mailbox: thanks, regret, a promise with its day (its clock profile gives 45 days), and who looks into it.")
	s.show(s.told.thanks, s.told.thanks.text)
	s.say("It is about food, so it belongs to the kitchen, and there to Bram. His mail begins like this, and brings her whole text with it:")
	s.show(s.told.task, excerpt(s.told.task.text, 0, 5))
}

func (s *demoStory) addition() {
	s.begin(24, 10, 15, "She has something to add")
	m := s.mail(lieve, s.told.thanks.replyTo, "Re: "+s.told.thanks.subject, "Gisteren weer. De soep was koud en de aardappelen ook.\n\nLieve Claes")
	m.inReplyTo = s.told.thanks.id
	s.wrote(m, "Lieve simply replies to the thanks:")
	got := s.send(m)
	l := s.want(got, "addition_received", lieve.address)
	s.want(got, "addition", bram.address)
	s.say("The address that she replied to tells which complaint it is. She hears that it arrived and that the date holds; Bram gets her words.")
	s.show(l, excerpt(l.text, 1, 4))
}

func (s *demoStory) note() {
	s.begin(24, 11, 40, "The handler writes down what he found")
	m := s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, "#nota\nDe warmhoudwagen van gang 1 is sinds vorige maandag stuk. Ik heb de hersteldienst gebeld, ze komen donderdag.\n\nBram\n\n> "+
		strings.SplitN(s.told.task.text, "\n", 2)[0]+"\n> (…)")
	m.inReplyTo = s.told.task.id
	s.wrote(m, "Bram replies to the mail of yesterday. Above its first line, which says that a reply does not reach the complainant, he writes a note:")
	got := s.send(m)
	l := s.want(got, "receipt", bram.address)
	s.want(got, "receipt", an.address)
	s.say("That he is Bram is proven: the mail server vouches for his login, and the address that he wrote to was made for him alone. His words stay inside, as a note; the coordinator gets them too. And he hears what was done:")
	s.show(l, excerpt(l.text, 1, 5))
}

func (s *demoStory) twice() {
	s.begin(24, 12, 0, "The same mail once more")
	s.say("A server that lost its memory for a moment delivers Lieve's first mail a second time.")
	s.silent(s.send(s.told.first))
	s.say("The register knows it by its contents. It is entered in the ledger as known, and nobody gets anything twice.")
}

func (s *demoStory) absent() {
	s.begin(24, 12, 5, "A machine answers")
	m := s.mail(lieve, s.told.thanks.replyTo, "Afwezig: Re: "+s.told.thanks.subject, "Ik ben afwezig tot en met 30 november en lees uw bericht daarna.")
	m.inReplyTo, m.fields = s.told.thanks.id, []string{"Auto-Submitted: auto-replied"}
	s.wrote(m, "Lieve left for a few days, and her mail program answers the register's letter by itself:")
	s.silent(s.send(m))
	s.say("It is filed with her complaint, and never answered: two machines could thank each other for ever.")
}

func (s *demoStory) newsletter() {
	s.begin(24, 14, 30, "A newsletter")
	shop := demoPerson{name: "Grootkeuken Nieuws", address: "nieuws@grootkeuken.example"}
	m := s.mail(shop, demoRegister, "Ovens nu met 20 % korting", "Beste lezer, deze week betaalt u minder voor elke combisteamer.")
	m.fields, m.stranger = []string{"List-Id: <nieuws.grootkeuken.example>", "Precedence: bulk"}, true
	s.wrote(m, "The home's address stands on many lists:")
	s.silent(s.send(m))
	s.say("It is no complaint, and nobody is thanked for it. But nothing is thrown away by a machine: it is parked in the folder Te beoordelen, where a person decides.")
}

func (s *demoStory) french() {
	s.begin(25, 9, 20, "A complaint in French")
	amelie := demoPerson{name: "Amélie Dubois", address: "amelie@voisins.example"}
	m := s.mail(amelie, demoRegister, "Bruit pendant la nuit", `Bonjour,

Depuis deux semaines, la ventilation sur le toit fait du bruit toute la nuit. Nous habitons juste à côté et nous ne dormons plus. J'ai téléphoné deux fois, sans réponse.

Bien à vous,
Amélie Dubois`)
	m.stranger = true
	s.wrote(m, "A neighbour writes:")
	got := s.send(m)
	l := s.want(got, "acknowledgement", amelie.address)
	s.want(got, "registration", an.address)
	s.say("She is thanked in her own language. No department is known for roofs, so the coordinator, An, gets the complaint.")
	s.show(l, excerpt(l.text, 0, 6))
}

func (s *demoStory) shielded() {
	s.begin(25, 16, 45, "Somebody who must not be named")
	rita := demoPerson{name: "Rita Goossens", address: "rita@buurt.example"}
	m := s.mail(rita, demoRegister, "Over het eten op zaal 2", `Goedendag,

Op zaal 2 wordt het eten soms weggenomen voor de mensen klaar zijn. Ik kom er elke dag en zie het gebeuren. Ik wil graag anoniem blijven, want mijn zus woont er.

Rita Goossens`)
	m.stranger = true
	s.wrote(m, "A visitor is afraid for her sister:")
	got := s.send(m)
	l := s.want(got, "acknowledgement", rita.address)
	s.want(got, "registration", an.address)
	for _, other := range got {
		if other.kind == "registration" && other.rcpt != an.address && s.err == nil {
			s.err = fmt.Errorf("a shielded complaint went to %s", other.rcpt)
		}
	}
	s.say("It is about food again, but this time Bram gets nothing: only the coordinator reads it, and the lists show no name. In the thanks stands:")
	s.show(l, excerptWith(l.text, "genoemd"))
}

func (s *demoStory) bounced() {
	s.begin(26, 8, 50, "Thanks that come back")
	jef := demoPerson{name: "Jef Willems", address: "permfail@klanten.example"}
	m := s.mail(jef, demoRegister, "Parking", "Goedemorgen,\n\nOp zondag staan er zoveel wagens voor de ingang dat mijn moeder met haar rolwagen niet binnen kan.\n\nJef Willems")
	m.stranger = true
	s.wrote(m, "Jef's address will be closed before he reads his mail: a server takes the thanks, and returns it.")
	l := s.want(s.send(m), "bounced", an.address)
	tx := s.app.store.Read(s.ctx)
	if s.err == nil {
		s.err = tx.EachOutboxMail(s.clock.Now(), 0, func(o *models.OutboxMail, number string, _ bool) error {
			if o.BouncedAt != nil {
				s.say("Each letter leaves under a return address of its own, so the register knows which one came back: the %s of %s. Jef has read nothing yet. The complaint has a task now, to call or to write to him, and the coordinator is told:", o.Kind, number)
			}
			return nil
		})
	}
	s.show(l, excerpt(l.text, 1, 5))
}

// excerptWith is the paragraph in which a word stands.
func excerptWith(text, word string) string {
	for p := range strings.SplitSeq(text, "\n\n") {
		if strings.Contains(p, word) {
			return "…\n" + p + "\n…"
		}
	}
	return text
}
