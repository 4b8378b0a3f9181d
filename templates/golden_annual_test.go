package templates

import (
	"maps"
	"reflect"
	"strings"
	"testing"
)

// The annual report, and its draft.
func init() {
	report := "# Jaarverslag klachten 2026\n\nWoonzorgcentrum De Linde\n\nIn 2026 kwamen er 42 klachten binnen; in 2025 waren het er 38.\n\n## 1. Aantal klachten\n\n" +
		"- Onderdeel | 2026 | deel | 2025\n- Ontvangen | 42 | | 38\n- Geen klacht | <5 | | –\n- Behandeld als klacht | 35 | 83 % | 31\n\n## 11. Klachtenbeeld\n\n### Wat wij veranderden\n\n" +
		"- Avondmaal: elke verdieping kreeg een warmhoudwagen. Het hielp.\n- Een regel met <b>tekens</b> & sterren: 2 * 3.\n\nStraf uw proces, niet de medewerkers."
	year := func(d *Data) {
		d.Number, d.Term, d.Department, d.Year, d.Report = "", 0, "", 2026, report
	}
	maps.Copy(stories, map[string][]variant{
		"annual_report": {{"", year}},
		"annual_report_draft": {
			{"", func(d *Data) { year(d); d.Profile, d.Buttons = "vlaams-bestuur", staffButtons("send", "drop") }},
			{"changed", func(d *Data) {
				year(d)
				d.Did, d.Changed, d.Buttons = []string{"Dit is de tekst met uw wijzigingen; er is nog niets verzonden."}, []string{"44", "met dank aan de keuken"}, staffButtons("send", "drop")
				d.Differs = []string{"1. Aantal klachten, Ontvangen: in de tekst staat 44, in het register 42."}
			}},
			{"personal", func(d *Data) {
				year(d)
				d.Not, d.Personal = []string{"Ik verzond het verslag niet: er staat nog in wie iemand is. Hieronder staan de zinnen."}, []string{"De kok, Bram De Wit, kookt nu later."}
			}},
		},
	})
}

func TestBlocks(t *testing.T) {
	// As Outlook, Gmail and a telephone bring a report back: other bullets, bold words, empty lines between rows, a line folded in two.
	text := "# Jaarverslag\n\n* Onderdeel | 2026\n\n• Ontvangen | 42\n- **Geen klacht** | <5\n\nEen alinea\nmet een regel.\n\n- eerste punt\ndat verder gaat\n- tweede\n\n##geen titel"
	want := []Block{
		{Level: 1, Text: "Jaarverslag"}, {Rows: [][]string{{"Onderdeel", "2026"}, {"Ontvangen", "42"}, {"**Geen klacht**", "<5"}}}, {Text: "Een alinea\nmet een regel."},
		{Items: []string{"eerste punt dat verder gaat", "tweede"}}, {Text: "##geen titel"},
	}
	if got := Blocks(text); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	s := load(t)
	l, err := s.RenderReport("nl", "Jaarverslag", text, Data{})
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{`scope="row"`, `>Geen klacht</th>`, `&lt;5</td>`, "<h1", "eerste punt dat verder gaat"} {
		if !strings.Contains(l.HTML, must) {
			t.Errorf("no %q in\n%s", must, l.HTML)
		}
	}
	if got := s.ReportIn("> --- schrijf boven ---\n> --- begin verslag ---\n>\n> # Jaarverslag klachten 2026 van een organisatie met een lange naam\n> ## 1. Aantal\n> - Ontvangen | 42\n> --- einde verslag ---"); got != "# Jaarverslag klachten 2026 van een organisatie met een lange naam\n## 1. Aantal\n- Ontvangen | 42" {
		t.Errorf("%q", got)
	}
}
