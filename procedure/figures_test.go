package procedure

import (
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// What goes around names nobody: neither staff, nor who complained, nor an address.
func TestWithoutNames(t *testing.T) {
	store := modelstest.SQLite(t)
	d := &Desk{Settings: &Settings{Staff: []*models.Staff{{Name: "Bram De Wit"}, {Name: "An Peeters"}}}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	err := store.Write(t.Context(), now, func(tx *models.Tx) error {
		c := &models.Complaint{Number: "K-2026-0001", Year: 2026, Serial: 1, Stage: models.Registered, ReceivedAt: now, ReceivedOn: "2026-03-02", Mailbox: "k@example.test", Token: "t", Carrier: "mail",
			Channel: "rechtstreeks", Language: "nl", Profile: "vlaams-bestuur", AnswerDue: "2026-04-16", Complainant: models.Complainant{Name: "José van den Broeck"}}
		if err := tx.AddComplaint(c); err != nil {
			return err
		}
		for text, want := range map[string]string{
			"Elke verdieping krijgt een wagen van de keuken": "Elke verdieping krijgt een wagen van de keuken.",
			"Er staat een wagen.  \n Hij is warm!":           "Er staat een wagen. Hij is warm!",
			"Bram brengt de soep als eerste":                 "",
			"de wit krijgt uitleg":                           "",
			"Mevrouw PEETERS belt voortaan":                  "",
			"Jose krijgt een eigen wagen":                    "",
			"de kamer van mijnheer Broeck":                   "",
			"schrijf naar keuken@example.test":               "",
			"":                                               "",
		} {
			if got := d.withoutNames(tx, text, []string{"K-2026-0001"}); got != want {
				t.Errorf("%q is told as %q, want %q", text, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
