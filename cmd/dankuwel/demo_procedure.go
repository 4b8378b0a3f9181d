package main

import (
	"fmt"
	"slices"

	"dankuwel/models"
	"dankuwel/procedure"
)

// The scenes in which staff carry the complaint through the procedure, with nothing but their mail programs.

func (s *demoStory) investigation() {
	s.begin(26, 10, 0, "Bram investigates")
	m := s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, `#analyse
Feiten: De vader van mevrouw Claes kreeg drie avonden koude soep.
Omstandigheden: De warmhoudwagen van gang 1 was stuk.
Oorzaken: Niemand had de storing gemeld, en er is geen reservewagen.
Soort klacht: maaltijden`)
	m.inReplyTo = s.told.task.id
	s.wrote(m, "The form \"analyse klacht\" stands below every registration. Bram fills in what he knows already:")
	l := s.want(s.send(m), "receipt", bram.address)
	s.say("What he wrote is kept. What lacks comes back, marked at its line, and he may fill it in whenever he knows it:")
	s.show(l, excerpt(l.text, 1, 5))
	m = s.mail(bram, l.replyTo, "Re: "+l.subject, `Gegrondheid: gegrond
Ernst: matig
Nadeel of schade: Hij at drie avonden niet warm.
Eerdere klachten: geen
Stappen naar de klager: verontschuldiging, en deze week een maaltijd naar keuze
Conclusie: De klacht is gegrond.`)
	m.inReplyTo = l.id
	s.wrote(m, "In the afternoon he replies with the rest:")
	l = s.want(s.send(m), "receipt", bram.address)
	s.show(l, excerpt(l.text, 1, 4))
}

func (s *demoStory) answer() {
	s.begin(27, 9, 30, "The answer, seen before it leaves")
	m := s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, `#antwoord
Oordeel: gegrond
Verontschuldiging: Het spijt me dat uw vader drie avonden koude soep kreeg.
Wat is er gebeurd: De warmhoudwagen van de gang was stuk, en die storing is niet gemeld.
Wat doe ik voor u: Uw vader kiest deze week elke avond zelf zijn maaltijd. Ik bel u op vrijdag 4 december om te horen of het beter is.
Wat veranderen wij: Vanaf dinsdag 1 december staat er een tweede wagen klaar.`)
	m.inReplyTo = s.told.task.id
	s.wrote(m, "A founded complaint asks for an apology, for what is done for this person, and for what changes:")
	preview := s.want(s.send(m), "preview", bram.address)
	s.say("Nothing leaves unseen. The register makes the letter, holds it against the eight steps of the procedure, and shows it to Bram:")
	s.show(preview, preview.text)
	m = s.mail(bram, preview.replyTo, "Re: "+preview.subject, "ok, mag weg")
	m.inReplyTo = preview.id
	s.wrote(m, "He reads it once more:")
	l := s.want(s.send(m), "answer", lieve.address)
	s.say("And Lieve has her answer:")
	s.show(l, l.text)
}

func (s *demoStory) promise() {
	s.begin(27, 9, 45, "A promise with a day")
	m := s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, `#maatregel
Soort: opnieuw leveren
Omschrijving: Elke avond een maaltijd naar keuze
Verantwoordelijke: Bram De Wit
Tegen: 4 december`)
	m.inReplyTo = s.told.task.id
	s.wrote(m, "What was promised is written down, with an owner and a day:")
	l := s.want(s.send(m), "receipt", bram.address)
	s.show(l, excerpt(l.text, 1, 3))
	m = s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, "#sluit")
	m.inReplyTo = s.told.task.id
	s.wrote(m, "He would like to be done with it:")
	l = s.want(s.send(m), "receipt", bram.address)
	s.say("As long as a promise is open, a complaint does not end:")
	s.show(l, excerpt(l.text, 1, 3))
}

func (s *demoStory) promiseKept() {
	s.begin(34, 16, 0, "The promise is kept") // 4 December
	m := s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, "#gedaan verstuur\nUw vader koos deze week elke avond zelf. Ik belde u daarstraks, en het is beter.")
	m.inReplyTo = s.told.task.id
	s.wrote(m, "Bram did what he promised. With the word verstuur on its first line his text leaves at once, unless the check of the eight steps stops it:")
	l := s.want(s.send(m), "status_update", lieve.address)
	s.show(l, l.text)
	m = s.mail(bram, s.told.task.replyTo, "Re: "+s.told.task.subject, `#preventie
Maatregel: Een tweede warmhoudwagen op elke gang, en een meldkaart voor storingen
Proces: bedeling van maaltijden
Verantwoordelijke: An Peeters
Betrokkenen: Els Maes
Tegen: 31 december
Evaluatie op: 1 maart 2027`)
	m.inReplyTo = s.told.task.id
	s.wrote(m, "And so that it does not happen to the next person:")
	got := s.send(m)
	l = s.want(got, "receipt", bram.address)
	s.show(l, excerpt(l.text, 1, 4))
	l = s.want(got, "consultation", demoPeople[3].address)
	s.say("Whoever works there is asked what could be better, without the name of the one who complained:")
	s.show(l, excerpt(l.text, 1, 6))
}

func (s *demoStory) aftercare() {
	s.begin(41, 10, 0, "Is it right now?") // 11 December
	ask := s.want(s.time("follow_ups"), "satisfaction_request", lieve.address)
	s.say("Each working day the register looks at what time brings. A week after the last promise was kept it asks Lieve straight out:")
	s.show(ask, ask.text)
	m := s.mail(lieve, ask.replyTo, "Re: "+ask.subject, "5\n\nHij eet weer met smaak. Dank u wel.\n\nLieve Claes")
	m.inReplyTo = ask.id
	s.wrote(m, "She replies with a figure and a word:")
	l := s.want(s.send(m), "satisfaction_thanks", lieve.address)
	s.show(l, l.text)
	s.say("Nothing is open any more, so the complaint is closed. A 1 or a 2 would have been a telephone call within two working days.")
}

func (s *demoStory) evaluation() {
	s.begin(121, 9, 0, "Did it help?") // 1 March 2027
	ask := s.want(s.time("evaluations"), "evaluation_due", an.address)
	s.say("What was to keep it from happening again lives on after the complaint. On the day that was agreed An is asked whether it helped:")
	s.show(ask, excerpt(ask.text, 1, 6))
	m := s.mail(an, ask.replyTo, "Re: "+ask.subject, "#evaluatie\nMaatregel: M2\nResultaat: doeltreffend")
	m.inReplyTo = ask.id
	s.wrote(m, "There were no such complaints since:")
	l := s.want(s.send(m), "receipt", an.address)
	s.show(l, excerpt(l.text, 1, 3))
}

// time does the time-driven work of the jobs at this hour of the story, and returns what was delivered.
func (s *demoStory) time(jobs ...string) []*demoLetter {
	if s.err != nil {
		return nil
	}
	// Weeks pass in the story, and no poll here: the inbox is as empty as it was.
	err := s.app.store.Write(s.ctx, s.clock.Now(), func(tx *models.Tx) error {
		m, err := tx.Mailbox(demoRegister, s.app.config.Mailboxes[0].Inbox)
		if err != nil {
			return err
		}
		return tx.SaveMailbox(m)
	})
	if err != nil {
		s.err = err
		return nil
	}
	mails, err := s.app.desk.AsOf(s.ctx, s.clock.Now(), func(d *procedure.Desk) error {
		for _, j := range procedure.Jobs {
			if slices.Contains(jobs, j.Name) {
				if err := j.Do(d, s.ctx); err != nil {
					return fmt.Errorf("%s: %w", j.Name, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		s.err = err
		return nil
	}
	return s.settle(len(mails))
}
