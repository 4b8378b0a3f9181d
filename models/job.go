package models

import (
	"fmt"
	"time"
)

// Job is how far a job of the scheduler has come.
type Job struct {
	Name      string     `gorm:"primaryKey"`
	PlannedAt time.Time  // planned time of its last run; before the first run, when the scheduler met it
	RanAt     *time.Time // nil: never yet
}

// Jobs reads how far every job has come, by name.
func (tx *Tx) Jobs() (map[string]Job, error) {
	var list []Job
	if err := tx.db.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read how far the jobs are: %w", err)
	}
	jobs := make(map[string]Job, len(list))
	for _, j := range list {
		jobs[j.Name] = j
	}
	return jobs, nil
}

// SaveJob writes how far a job has come.
func (tx *Tx) SaveJob(j *Job) error {
	if _, err := tx.insert(j, "ON CONFLICT (name) DO UPDATE SET planned_at = excluded.planned_at, ran_at = excluded.ran_at"); err != nil {
		return fmt.Errorf("write how far job %s is: %w", j.Name, err)
	}
	return nil
}
