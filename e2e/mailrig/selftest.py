"""`mailrig selftest`: shows on this machine that the rig does what its README says."""
import contextlib, email, email.policy, os, smtplib, tempfile

import people
from people import as_json
from rig import Rig, wait_for
from servers import MESSAGE_SIZE, PASSWORD


def uidvalidity(rig, user):
    box = people.imap(rig, user)
    try:
        return int(box.status("INBOX", "(UIDVALIDITY)")[1][0].split()[-1].rstrip(b")"))
    finally:
        box.logout()


def selftest():
    results = []

    def test(name, ok, why=""):
        results.append(ok)
        print(("ok    " if ok else "FAILED") + " " + name + (f": {why}" if not ok else ""))

    def got(rig, user, n, folder="INBOX"):
        with contextlib.suppress(SystemExit):
            wait_for("mail", lambda: len(list(people.messages(rig, user, folder))) >= n, 15)
        return list(people.messages(rig, user, folder))

    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(folder)
        rig.up({})
        try:
            people.deliver(rig, b"From: Klant Een <klant1@client.test>\r\nTo: klachten@example.test\r\nSubject: Koude soep\r\nMessage-ID: <a@client.test>\r\n"
                        b"Authentication-Results: mx.example.test; auth=pass smtp.auth=an@example.test\r\n\r\nDe soep was koud.\r\n",
                        "klant1@client.test", "klachten+token.x@example.test")
            mails = got(rig, "klachten", 1)
            m = email.message_from_bytes(mails[0], policy=email.policy.default) if mails else {}
            test("mail to a plus-address reaches klachten", len(mails) == 1)
            ar = m.get_all("authentication-results", []) if mails else []
            test("a forged Authentication-Results is stripped", len(ar) == 1 and "dmarc=pass" in ar[0] and "auth=pass" not in ar[0], str(ar))
            people.reply(rig, "klachten", "Koude soep", "", "Dank u.", "apple", "nl")
            back = got(rig, "klant1", 1)
            j = as_json(back[0]) if back else {}
            test("a reply is submitted, threaded and vouched for", j.get("in-reply-to") == "<a@client.test>" and "auth=pass smtp.auth=klachten@example.test" in j.get("authentication-results", ""), str(j))
            try:
                people.submit(rig, "an", b"From: bram@example.test\r\nSubject: x\r\n\r\nx\r\n", ["klachten@example.test"])
                with smtplib.SMTP("127.0.0.1", rig.conf["ports"]["submission"]) as s:
                    s.starttls(context=people.tls(rig)); s.login("an", PASSWORD)
                    s.sendmail("bram@example.test", ["klachten@example.test"], b"From: bram@example.test\r\n\r\nx\r\n")
                test("nobody submits with another's envelope sender", False)
            except smtplib.SMTPException:
                test("nobody submits with another's envelope sender", True)
            for who, code in (("onbekend@client.test", 550), ("vol@client.test", 452)):
                try:
                    people.submit(rig, "an", b"From: an@example.test\r\nSubject: x\r\n\r\nx\r\n", [who])
                    test(f"{who} refused {code}", False, "accepted")
                except smtplib.SMTPRecipientsRefused as e:
                    test(f"{who} refused {code}", e.recipients[who][0] == code, str(e.recipients))
            people.submit(rig, "bram", b"From: bram@example.test\r\nSubject: weg\r\nMessage-ID: <weg@example.test>\r\n\r\nx\r\n", ["bounce@client.test"])
            dsn = got(rig, "bram", 1)
            test("a real DSN comes back", bool(dsn) and b"multipart/report" in dsn[0] and b"<weg@example.test>" in dsn[0])
            raw = os.path.join(folder, "raw.eml")
            with open(raw, "wb") as f:
                f.write(b"Subject: rauw\r\n\r\nx\r\n")
            people.drop(rig, "klant2", [raw] * 500)
            test("500 files dropped are seen over IMAP", len(got(rig, "klant2", 500)) == 500)
            for which in ("imap", "smtp"):
                rig.kill(which)
                test(f"{which} is gone after kill -9", not rig.answers(which))
                (rig.start_imap if which == "imap" else rig.start_smtp)()
                test(f"{which} is back", rig.answers(which))
            box = people.imap(rig, "klachten")
            caps = box.capability()[1][0].decode()
            test("IDLE, MOVE, UIDPLUS offered", all(c in caps for c in ("IDLE", "MOVE", "UIDPLUS")), caps)
            box.logout()
            with smtplib.SMTP_SSL("127.0.0.1", rig.conf["ports"]["smtps"], context=people.tls(rig)) as s:
                test("implicit TLS submission", s.noop()[0] == 250)
            was = rig.change_uidvalidity("klant2") - 1
            test("a new UIDVALIDITY is what IMAP says", uidvalidity(rig, "klant2") == was + 1, f"{uidvalidity(rig, 'klant2')} after {was}")
            rig.limit_size(2000)
            try:
                people.submit(rig, "an", b"Subject: groot\r\n\r\n" + 300 * b"veel woorden\r\n", ["klant1@client.test"])
                test("a mail over the size limit is refused", False)
            except smtplib.SMTPException:
                test("a mail over the size limit is refused", True)
            rig.kill("imap")
            rig.reset()
            left = {u: len(list(people.messages(rig, u))) for u in ("klachten", "klant1", "klant2")}
            test("reset leaves running servers and empty mailboxes", not any(left.values()) and people.size_limit(rig) == MESSAGE_SIZE, str(left))
        finally:
            rig.stop()
        test("down", not rig.answers("smtp"))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1
