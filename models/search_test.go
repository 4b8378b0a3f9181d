package models

import (
	"errors"
	"slices"
	"testing"
)

func exerciseSearch(t *testing.T, e Engine) {
	r := newRegister(t, e)
	add := func(language, facts string) int64 {
		c := r.complaintRow(facts)
		c.Language = language
		r.write(func(tx *Tx) error { return tx.add(c) })
		return c.ID
	}
	soup := add("nl", "De soepen in de cafetaria waren koud, en de verzorgster luisterde niet naar mij.")
	bell := add("nl", "Ik heb vannacht vier keer op de bel gedrukt en niemand kwam. Mijn moeder lag op de grond.")
	french := add("fr", "Les repas étaient froids et l'infirmière n'écoutait jamais les réclamations.")
	german := add("de", "Die Pflegerinnen haben die Schlüssel verloren und die Türen blieben geöffnet.")
	english := add("en", "The nurses were shouting at my father and cancelled his appointments twice.")
	shielded, practice := r.complaintRow("De soepen in de cafetaria waren koud."), r.complaintRow("De soepen in de cafetaria waren koud.")
	shielded.Shielded, practice.Practice = true, true
	r.write(func(tx *Tx) error { return errors.Join(tx.add(shielded), tx.add(practice)) })
	check := func(what, language, text string, words []string, want ...int64) {
		t.Helper()
		list := must[[]Found](t)(r.read().Search(text, language, 0, 10, nil))
		if got := mapped(list, func(f Found) int64 { return f.Complaint.ID }); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		} else if len(list) > 0 && !slices.Equal(list[0].Words, words) {
			t.Errorf("%s: words %q, want %q", what, list[0].Words, words)
		}
	}
	check("Dutch stems", "nl", "koude soep", []string{"koude", "soep"}, soup)
	check("capitals and punctuation", "nl", "SOEP!!! (cafetaria)", []string{"soep", "cafetaria"}, soup)
	check("French stems and accents", "fr", "L'infirmiere refuse chaque réclamation", []string{"infirmiere", "réclamation"}, french)
	check("accents in two characters", "fr", "e\u0301coutait re\u0301clamation", []string{"écoutait", "réclamation"}, french)
	check("German stems", "de", "Schlussel und eine Türe", []string{"schlussel", "türe"}, german)
	check("English stems", "en", "nurse shouted, appointment cancelled", []string{"nurse", "shouted", "appointment", "cancelled"}, english)
	check("one word of several is not alike", "nl", "De soep was lekker gezouten", nil)
	check("one word alone", "nl", "soep", []string{"soep"}, soup)
	check("function words", "nl", "Geachte mevrouw, ik heb een klacht: niemand kwam naar mij en waren de", nil)
	check("function words of other languages", "fr", "Les et l' n' les était jamais, madame", nil)
	check("nothing", "nl", " ?! \x00", nil)
	check("quotes and operators", "nl", `"soep" OR koud* AND (NEAR' | & !`, []string{"soep", "koud"}, soup)
	check("a year that stands in every number", "nl", "2026 0001", nil)

	second := add("nl", "Koude soep, en niemand die iets doet aan de bel.")
	check("the most alike first", "nl", "koude soep, kapotte bel", []string{"koude", "soep", "bel"}, second, soup)
	if list := must[[]Found](t)(r.read().Search("koude soep", "nl", second, 1, nil)); len(list) != 1 || list[0].Complaint.ID != soup {
		t.Errorf("except itself: %+v", list)
	}
	c := must[*Complaint](t)(r.read().ComplaintByID(bell))
	c.Facts = "De lift staat stil op de derde verdieping."
	r.write(func(tx *Tx) error { return tx.SaveComplaint(c) })
	check("what was changed is found", "nl", "lift verdieping", []string{"lift", "verdieping"}, bell)
	check("what was there before is not", "nl", "vannacht gedrukt", nil)

	r.write(func(tx *Tx) error { // what the transaction wrote is found in it, and nothing of what was undone
		kept, undone := r.complaintRow("Gestolen juwelen."), r.complaintRow("Gestolen juwelen.")
		err := tx.Savepoint(func(tx *Tx) error { return tx.add(kept) })
		tx.Savepoint(func(tx *Tx) error {
			if err := tx.add(undone); err != nil {
				return err
			}
			if list, err := tx.Search("juwelen gestolen", "nl", 0, 5, nil); len(list) != 2 || err != nil {
				t.Errorf("within: %d found, %v", len(list), err)
			}
			return errStory
		})
		return err
	})
	if list := must[[]Found](t)(r.read().Search("juwelen gestolen", "nl", 0, 5, nil)); len(list) != 1 {
		t.Errorf("afterwards: %d found", len(list))
	}
	empty := r.complaintRow("")
	r.write(func(tx *Tx) error { return tx.add(empty) })
	if _, ok := Stems("Klachten over de soepen", "nl")["soep"]; !ok {
		t.Errorf("stems: %v", Stems("Klachten over de soepen", "nl"))
	}
}
