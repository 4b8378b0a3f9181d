//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// postgresBin is where Debian 12 puts the programs of postgresql-15.
const postgresBin = "/usr/lib/postgresql/15/bin"

// cluster is the private PostgreSQL of this run: started when the first story asks, a database per story.
var cluster struct {
	sync.Mutex
	port   int
	dir    string
	server *exec.Cmd
	leash  io.WriteCloser
	err    error
	made   int
}

// newDatabase makes an empty database and returns its DSN. With a tablespace, a folder, the data lies there.
func newDatabase(t *testing.T, tablespace string) string {
	t.Helper()
	cluster.Lock()
	defer cluster.Unlock()
	if cluster.server == nil && cluster.err == nil {
		cluster.err = startPostgres()
	}
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	cluster.made++
	name := fmt.Sprintf("story%d", cluster.made)
	db := openDatabase(t, "pgx", postgresDSN("postgres"))
	defer db.Close()
	clause := ""
	if tablespace != "" {
		mustExec(t, db, fmt.Sprintf("CREATE TABLESPACE %s LOCATION '%s'", name, tablespace))
		clause = " TABLESPACE " + name
	}
	mustExec(t, db, "CREATE DATABASE "+name+clause)
	t.Cleanup(func() { dropDatabase(t, name, tablespace != "") })
	return postgresDSN(name)
}

// dropDatabase comes before the disk below a tablespace is taken away: the server would stumble over it for ever.
func dropDatabase(t *testing.T, name string, tablespace bool) {
	if os.Getenv("DK_KEEP") != "" && !tablespace {
		return
	}
	db := openDatabase(t, "pgx", postgresDSN("postgres"))
	defer db.Close()
	mustExec(t, db, "DROP DATABASE "+name+" WITH (FORCE)")
	if tablespace {
		mustExec(t, db, "DROP TABLESPACE "+name)
	}
}

func postgresDSN(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", local(cluster.port), database)
}

func openDatabase(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func startPostgres() error {
	if err := need(filepath.Join(postgresBin, "postgres"), "postgresql-15"); err != nil {
		return err
	}
	cluster.dir = filepath.Join(root, "postgres")
	as, err := identity("postgres")
	if err != nil {
		return err
	}
	if err := os.Mkdir(cluster.dir, 0o700); err != nil {
		return err
	}
	if err := os.Chown(cluster.dir, int(as.Uid), int(as.Gid)); err != nil {
		return err
	}
	data := filepath.Join(cluster.dir, "data")
	initdb := exec.Command(filepath.Join(postgresBin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = cluster.dir, &syscall.SysProcAttr{Credential: as}
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, said)
	}
	if cluster.port, err = freePort(); err != nil {
		return err
	}
	// The shell ends the server when our end of the pipe closes, however this process ends. The stories kill the
	// program, not the database, so the database may do without fsync.
	cluster.server = exec.Command("sh", "-c", `"$0" "$@" >server.log 2>&1 & read -r _; kill -INT $!; wait`,
		filepath.Join(postgresBin, "postgres"), "-D", data, "-p", fmt.Sprint(cluster.port), "-k", cluster.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200")
	cluster.server.Dir, cluster.server.SysProcAttr = cluster.dir, &syscall.SysProcAttr{Credential: as}
	if cluster.leash, err = cluster.server.StdinPipe(); err != nil {
		return err
	}
	if err := cluster.server.Start(); err != nil {
		return err
	}
	return awaitPostgres()
}

func awaitPostgres() error {
	db, err := sql.Open("pgx", postgresDSN("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err = db.Ping(); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(cluster.dir, "server.log"))
			return fmt.Errorf("PostgreSQL did not come up: %w\n%s", err, tail(string(log), 20))
		}
	}
}

func stopPostgres() {
	if cluster.leash != nil {
		cluster.leash.Close()
		cluster.server.Wait()
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
