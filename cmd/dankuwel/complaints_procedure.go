package main

import (
	"time"

	"dankuwel/models"
)

type analysisJSON struct {
	Version       int     `json:"version"`
	At            string  `json:"at"`
	Facts         string  `json:"facts"`
	Circumstances string  `json:"circumstances"`
	Causes        string  `json:"causes"`
	Kind          string  `json:"kind"`
	Verdict       *string `json:"verdict"`
	Severity      *string `json:"severity"`
	Damage        string  `json:"damage"`
	Earlier       string  `json:"earlier"`
	Steps         string  `json:"steps"`
	OmbudsNorm    string  `json:"ombuds_norm"`
	Conclusion    string  `json:"conclusion"`
}

type answerJSON struct {
	SentAt  string  `json:"sent_at"`
	Verdict *string `json:"verdict"`
	Text    string  `json:"text"`
}

type measureJSON struct {
	No           int          `json:"no"` // M1 is 1
	Kind         string       `json:"kind,omitempty"`
	Description  string       `json:"description"`
	Process      string       `json:"process,omitempty"`
	Owner        string       `json:"owner"`
	DueOn        models.Date  `json:"due_on"`
	EvaluationOn *models.Date `json:"evaluation_on,omitempty"`
	DoneAt       *string      `json:"done_at"`
	Result       *string      `json:"result,omitempty"`
	Note         string       `json:"note,omitempty"`
}

// fillProcedure adds what the investigation, the answer and the measures brought.
func (j *dossierJSON) fillProcedure(tx *models.Tx, c *models.Complaint, messages []models.Message, zone *time.Location) error {
	a, err := tx.LatestAnalysis(c.ID)
	if err != nil {
		return err
	}
	if a != nil {
		j.Analysis = &analysisJSON{a.Version, stamp(a.At, zone), a.Facts, a.Circumstances, a.Causes, a.Kind, orNull(a.Verdict), orNull(a.Severity), a.Damage, a.Earlier, a.Steps,
			a.OmbudsNorms, a.Conclusion}
	}
	for i := range messages {
		if m := &messages[i]; m.Direction == "out" && m.Kind == "answer" {
			j.Answer = &answerJSON{stamp(m.At, zone), orNull(c.Verdict), m.Text}
		}
	}
	corrective, err := tx.CorrectiveMeasures(c.ID)
	if err != nil {
		return err
	}
	for _, m := range corrective {
		j.CorrectiveMeasures = append(j.CorrectiveMeasures, measureJSON{No: m.No, Kind: m.Kind, Description: m.Description, Owner: m.Owner, DueOn: m.DueOn, DoneAt: stampOrNull(m.DoneAt, zone),
			Note: m.Note})
	}
	preventive, err := tx.PreventiveMeasures(c.ID)
	if err != nil {
		return err
	}
	for _, m := range preventive {
		j.PreventiveMeasures = append(j.PreventiveMeasures, measureJSON{No: m.No, Description: m.Description, Process: m.Process, Owner: m.Owner, DueOn: m.DueOn, EvaluationOn: &m.EvaluationOn,
			DoneAt: stampOrNull(m.DoneAt, zone), Result: orNull(m.Result)})
	}
	return nil
}
