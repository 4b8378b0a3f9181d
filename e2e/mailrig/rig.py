"""One rig: a folder, a Dovecot and a Postfix in it, and what can be done to them."""
import contextlib, json, os, secrets, shutil, signal, socket, subprocess, tempfile, time

import people
from servers import AUTHSERV, DOMAIN, MESSAGE_SIZE, PASSWORD, write_dovecot, write_postfix

PORTS = {"imap": "IMAP", "imaps": "IMAPS", "submission": "SUBMISSION", "smtps": "SMTPS", "smtp": "SMTP"}


def sh(*cmd, check=True, **kw):
    """Runs a command; its output goes to a file, since a daemon that it leaves behind would hold a pipe open."""
    with tempfile.TemporaryFile("w+") as out:
        try:
            done = subprocess.run(cmd, text=True, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **kw)
        except FileNotFoundError:
            raise SystemExit(f"mailrig: {cmd[0]} is not installed; run `mailrig install`") from None
        out.seek(0)
        done.stdout = out.read()
    if check and done.returncode:
        raise SystemExit(f"mailrig: {' '.join(cmd[:3])}: {done.stdout.strip()}")
    return done


def wait_for(what, probe, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if probe():
            return
        time.sleep(0.02)
    raise SystemExit(f"mailrig: {what} did not happen within {seconds} s")


class Rig:
    def __init__(self, folder):
        self.dir = os.path.abspath(folder)
        self.dovecot, self.postfix, self.log = (os.path.join(self.dir, n) for n in ("dovecot", "postfix", "log"))
        self.file = os.path.join(self.dir, "rig.json")
        self.conf = None
        if os.path.exists(self.file):
            with open(self.file) as f:
                self.conf = json.load(f)

    # -- setting up ---------------------------------------------------------------------------------

    def up(self, wanted):
        if self.conf:
            raise SystemExit(f"mailrig: {self.dir} already holds a rig; use `down` first")
        if os.geteuid() != 0:
            raise SystemExit("mailrig: Dovecot and Postfix change users, so the rig must be started by root")
        for d in ("mail", "log", "tls", "dovecot", "postfix/etc", "postfix/spool", "postfix/data"):
            os.makedirs(os.path.join(self.dir, d), exist_ok=True)
        path = self.dir
        while path != "/":                       # the servers run as other users: they must be able to get here
            os.chmod(path, os.stat(path).st_mode | 0o011)
            path = os.path.dirname(path)
        ports = {k: wanted.get(k) or port for k, port in zip(PORTS, free_ports(len(PORTS)))}
        self.conf = {"domain": DOMAIN, "authserv_id": AUTHSERV, "password": PASSWORD, "ports": ports,
                     "ca_cert": os.path.join(self.dir, "tls/ca.pem"), "secret": secrets.token_hex(8)}
        self._certificates()
        write_dovecot(self)
        write_postfix(self)
        try:
            self.start_imap()
            self.start_smtp()
        except BaseException:
            self.kill("smtp")
            self.kill("imap")
            raise
        self._write_facts()

    def _write_facts(self):
        ports = self.conf["ports"]
        with open(self.file, "w") as f:
            json.dump(self.conf, f, indent=1)
        with open(os.path.join(self.dir, "rig.env"), "w") as f:
            for k, name in PORTS.items():
                f.write(f"RIG_{name}_PORT={ports[k]}\n")
            f.write(f"RIG_CA_CERT={self.conf['ca_cert']}\nRIG_DOMAIN={DOMAIN}\nRIG_AUTHSERV_ID={AUTHSERV}\n"
                    f"RIG_PASSWORD={PASSWORD}\nRIG_DIR={self.dir}\n")

    def _certificates(self):
        t = os.path.join(self.dir, "tls")
        sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=mailrig CA",
           "-keyout", f"{t}/ca.key", "-out", f"{t}/ca.pem")
        sh("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
           "-keyout", f"{t}/key.pem", "-out", f"{t}/req.pem")
        with open(f"{t}/ext", "w") as f:
            f.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        sh("openssl", "x509", "-req", "-in", f"{t}/req.pem", "-CA", f"{t}/ca.pem", "-CAkey", f"{t}/ca.key",
           "-CAcreateserial", "-days", "30", "-extfile", f"{t}/ext", "-out", f"{t}/cert.pem")

    # -- running ------------------------------------------------------------------------------------

    def start_imap(self):
        sh("dovecot", "-c", f"{self.dovecot}/dovecot.conf")
        wait_for("IMAP answering", lambda: all(self.answers(k) for k in ("imap", "imaps")))

    def start_smtp(self):
        started = sh("postfix", "-c", f"{self.postfix}/etc", "start", check=False)
        if started.returncode:
            raise SystemExit(f"mailrig: postfix did not start: {started.stdout}")
        wait_for("SMTP answering", lambda: all(self.answers(k) for k in ("smtp", "submission", "smtps")))

    def answers(self, service):
        """Whether somebody greets on the port; a TLS port is silent until it is spoken to, so there connecting is enough."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.conf["ports"][service]), 0.5) as s:
            s.settimeout(2)
            return service in ("imaps", "smtps") or s.recv(1) != b""
        return False

    def pid_file(self, which):
        return f"{self.dovecot}/run/master.pid" if which == "imap" else f"{self.postfix}/spool/pid/master.pid"

    def master(self, which):
        with contextlib.suppress(OSError, ValueError):
            with open(self.pid_file(which)) as f:
                pid = int(f.read().strip())
            os.kill(pid, 0)
            return pid
        return None

    def kill(self, which):
        """kill -9 the server and all its children, by pid."""
        pid = self.master(which)
        if not pid:
            return
        for p in [pid] + children_of(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(p, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.unlink(self.pid_file(which))

    def stop(self):
        if self.master("smtp"):
            sh("postfix", "-c", f"{self.postfix}/etc", "stop", check=False)
        if self.master("imap"):
            sh("doveadm", "-c", f"{self.dovecot}/dovecot.conf", "stop", check=False)
        wait_for("the servers stopping", lambda: not self.master("smtp") and not self.master("imap"))

    def down(self):
        self.stop()
        os.unlink(self.file)

    # -- between two stories, and in the middle of one ------------------------------------------------

    def reset(self):
        """A rig as after `up`: both servers running, no mail in a queue, no mailbox."""
        for which, start in (("imap", self.start_imap), ("smtp", self.start_smtp)):
            if not self.master(which):
                start()
        self.limit_size(MESSAGE_SIZE)
        self.capability("")
        if self.queued("deferred"):
            sh("postsuper", "-c", f"{self.postfix}/etc", "-d", "ALL", "deferred")
        self.settle()
        sh("doveadm", "-c", f"{self.dovecot}/dovecot.conf", "kick", "*", check=False)
        mail = os.path.join(self.dir, "mail")
        for user in os.listdir(mail):
            shutil.rmtree(os.path.join(mail, user), ignore_errors=True)
        for user in os.listdir(mail):            # a session that was just ending may have written once more
            shutil.rmtree(os.path.join(mail, user))

    def queued(self, *queues):
        return sum(len(files) for q in queues for _, _, files in os.walk(os.path.join(self.postfix, "spool", q)))

    def settle(self, seconds=30):
        """Waits until Postfix holds nothing that it could deliver now; what is deferred stays."""
        wait_for("an empty queue", lambda: not self.queued("maildrop", "incoming", "active"), seconds)

    def limit_size(self, octets):
        """Sets the largest mail that Postfix takes."""
        etc = f"{self.postfix}/etc"
        if sh("postconf", "-c", etc, "-h", "message_size_limit").stdout.strip() == str(octets):
            return
        sh("postconf", "-c", etc, "-e", f"message_size_limit={octets}")
        sh("postfix", "-c", etc, "reload")
        wait_for("the new size limit", lambda: people.size_limit(self) == octets)

    def capability(self, words):
        """Makes Dovecot announce these capabilities and no others, before and after the login; "" announces what it can again."""
        file = f"{self.dovecot}/capability.conf"
        if not words and not os.path.exists(file):
            return
        with open(file, "w") as f:
            f.write(f"protocol imap {{\n  imap_capability = {words}\n}}\n" if words else "")
        sh("doveadm", "-c", f"{self.dovecot}/dovecot.conf", "reload")
        if not words:
            os.unlink(file)
        wait_for("the new capabilities", lambda: people.announced(self) == words.split() if words else "MOVE" in people.announced(self))

    def change_uidvalidity(self, user, folder="INBOX"):
        """As after a restored backup: the folder's UIDs mean nothing any more."""
        conf = f"{self.dovecot}/dovecot.conf"
        old = int(sh("doveadm", "-c", conf, "-f", "flow", "mailbox", "status", "-u", user, "uidvalidity", folder).stdout.split("uidvalidity=")[1])
        sh("doveadm", "-c", conf, "mailbox", "update", "-u", user, "--uid-validity", str(old + 1), folder)
        return old + 1


def free_ports(n):
    """All are held until the last is found, so that no port is given twice."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(n)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def children_of(pid):
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{name}/stat") as f:
                parents.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
    found, todo = [], [pid]
    while todo:
        kids = parents.get(todo.pop(), [])
        found += kids
        todo += kids
    return found
