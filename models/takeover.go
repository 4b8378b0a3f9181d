package models

import "fmt"

// TakenOver is what the register knows of a complaint that it took over from an older one.
type TakenOver struct {
	Number       string
	Reference    string
	ReceivedOn   Date
	ImportDigest string
}

// AllTakenOver lists the complaints that were taken over from an older register.
func (tx *Tx) AllTakenOver() (list []TakenOver, err error) {
	err = tx.db.Model(&Complaint{}).Where("import_digest <> ''").Find(&list).Error
	if err != nil {
		err = fmt.Errorf("list what was taken over: %w", err)
	}
	return list, err
}
