package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"dankuwel/models"
)

// version is stamped by the linker on a release: -ldflags "-X main.version=1.0.0".
var version = "dev"

type versionCommand struct{}

// Run prints version, commit, Go version and schema version.
func (versionCommand) Run(env *environment) error {
	commit := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	if env.json {
		return json.NewEncoder(env.stdout).Encode(map[string]any{"version": version, "commit": commit, "go": runtime.Version(), "schema": models.SchemaVersion()})
	}
	_, err := fmt.Fprintf(env.stdout, "dankuwel %s, commit %s, %s, database schema %d\n", version, commit, runtime.Version(), models.SchemaVersion())
	return err
}
