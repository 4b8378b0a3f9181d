package mailin

import (
	"dankuwel/models"
	"dankuwel/procedure"
	"dankuwel/templates"
)

// ReadStaffMail reads verbs and forms in a message of a staff member, for the Desk.
func ReadStaffMail(texts *templates.Set) func(*models.Message) procedure.Filled {
	return func(m *models.Message) procedure.Filled {
		return procedure.Filled(ReadFilled(m.Subject, m.NewText, m.Text, texts))
	}
}
