package templates

import (
	"fmt"

	"github.com/BurntSushi/toml"
)

// readPaper reads the words of printed papers, paper.toml: labels "paper.KEY".
func (w *words) readPaper() error {
	source, err := ours.ReadFile(w.lang + "/paper.toml")
	if err != nil {
		return fmt.Errorf("load words on paper: %w", err)
	}
	var file map[string]any
	if err := toml.Unmarshal(source, &file); err != nil {
		return fmt.Errorf("load words on paper of %s: %w", w.lang, err)
	}
	flatten(w.labels, "paper.", file)
	return nil
}
