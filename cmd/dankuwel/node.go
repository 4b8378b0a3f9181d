package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// node is this process among those that share the register. Its name stands in the leases of the mails that it is sending. As long as
// it lives it holds a lock on a file of that name under data_dir; the system takes the lock away however the process ends, so that the
// next start can give back what a dead one held, without waiting for the leases to run out.
type node struct {
	name string
	file *os.File
}

func newNode(dataDir string) (*node, error) {
	dir := filepath.Join(dataDir, "nodes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder of nodes: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		return nil, err
	}
	n := &node{name: fmt.Sprintf("%s-%d-%s", strings.Map(plainRune, host), os.Getpid(), hex.EncodeToString(random))}
	// The file gets its name when it is locked: whoever sees the name sees a living process.
	if n.file, err = os.CreateTemp(dir, ".new-"); err != nil {
		return nil, fmt.Errorf("lock as a node: %w", err)
	}
	if err = syscall.Flock(int(n.file.Fd()), syscall.LOCK_EX); err == nil {
		err = os.Rename(n.file.Name(), filepath.Join(dir, n.name))
	}
	if err != nil {
		n.file.Close()
		return nil, fmt.Errorf("lock as a node: %w", err)
	}
	return n, nil
}

func plainRune(r rune) rune {
	if r == '-' || r == '.' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') {
		return r
	}
	return '_'
}

// close ends the node: another may take over what it held.
func (n *node) close(dataDir string) error {
	return errors.Join(os.Remove(filepath.Join(dataDir, "nodes", n.name)), n.file.Close())
}

// releaseDead gives back the mails that processes of this machine were sending when they died.
func releaseDead(dataDir string, release func(owner string) error) error {
	dir := filepath.Join(dataDir, "nodes")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		f, err := os.Open(path)
		if err != nil {
			continue // it ended meanwhile
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && !strings.HasPrefix(e.Name(), ".new-") {
			if err := release(e.Name()); err != nil {
				f.Close()
				return err
			}
			os.Remove(path)
		}
		f.Close()
	}
	return nil
}
