"""Acting as the people around the rig: strangers, logged-in users, mail clients that reply."""
import contextlib, email, email.policy, email.utils, imaplib, os, re, shutil, smtplib, ssl, time

from clients import compose_by_button, compose_reply
from servers import CLIENTS, DOMAIN, PASSWORD


def tls(rig):
    return ssl.create_default_context(cafile=rig.conf["ca_cert"])


def size_limit(rig):
    with contextlib.suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", rig.conf["ports"]["submission"]) as s:
        s.ehlo("mail.client.test")
        return int(s.esmtp_features.get("size", "0"))
    return None


def deliver(rig, raw, sender, to):
    """As a stranger's server would, raw bytes."""
    with smtplib.SMTP("127.0.0.1", rig.conf["ports"]["smtp"]) as s:
        s.ehlo("mail.client.test")
        utf8 = ["SMTPUTF8"] if any(ord(c) > 127 for c in sender + to) else []
        return s.sendmail(sender, [to], raw, mail_options=utf8)


def submit(rig, user, raw, to):
    """As a user who has logged in."""
    with smtplib.SMTP("127.0.0.1", rig.conf["ports"]["submission"]) as s:
        s.starttls(context=tls(rig))
        s.login(user, PASSWORD)
        return s.sendmail(address_of(user), to, raw)


def imap(rig, user):
    box = imaplib.IMAP4("127.0.0.1", rig.conf["ports"]["imap"])
    box.login(user, PASSWORD)
    return box


def announced(rig):
    """What the IMAP server says after a login that it can do; nothing while it reads its configuration anew."""
    with contextlib.suppress(OSError, imaplib.IMAP4.error), imap(rig, "postmaster") as box:
        return box.capability()[1][0].decode().split()
    return []


def messages(rig, user, folder="INBOX"):
    box = imap(rig, user)
    try:
        if box.select(f'"{folder}"', readonly=True)[0] != "OK":
            return
        for num in box.search(None, "ALL")[1][0].split():
            yield box.fetch(num, "(BODY.PEEK[])")[1][0][1]
    finally:
        box.logout()


def drop(rig, user, files):
    """Puts files straight into the user's Maildir: thousands in a second."""
    home = os.path.join(rig.dir, "mail", user)
    for path in [home] + [os.path.join(home, sub) for sub in ("cur", "new", "tmp")]:
        os.makedirs(path, mode=0o700, exist_ok=True)
        shutil.chown(path, "nobody", "nogroup")
    stamp = time.time_ns()
    for i, name in enumerate(files):
        tmp = os.path.join(home, "tmp", f"{stamp}.{i:07d}.rig")
        shutil.copyfile(name, tmp)
        shutil.chown(tmp, "nobody", "nogroup")
        os.rename(tmp, os.path.join(home, "new", os.path.basename(tmp)))


def address_of(user):
    if "@" in user:
        return user
    return f"{user}@{CLIENTS if user.startswith(('klant', 'buiten')) else DOMAIN}"


def reply(rig, user, subject, kind, text, style, lang, to=None, fill=(), button=None):
    """Answers the newest mail whose subject matches and that is of the kind ("": any): by a button in it, or quoting it as that mail client does."""
    found = [m for m in (email.message_from_bytes(r, policy=email.policy.default) for r in messages(rig, user))
             if re.search(subject, str(m["subject"])) and kind in ("", str(m["x-dankuwel-kind"] or "").strip())]
    if not found:
        raise SystemExit(f"mailrig: {user} has no mail {kind} whose subject matches {subject!r}")
    if button:
        mail = compose_by_button(found[-1], address_of(user), button, text, fill)
    else:
        mail = compose_reply(found[-1], address_of(user), text, style, lang, to, fill)
    submit(rig, user, mail.as_bytes(policy=email.policy.SMTP), [a for _, a in email.utils.getaddresses([mail["To"]])])
    return mail


def as_json(raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    body = m.get_body(("plain", "html"))
    out = {k: str(m[k]) for k in ("subject", "from", "to", "reply-to", "date", "message-id", "in-reply-to", "references",
                                  "auto-submitted", "x-auto-response-suppress", "x-dankuwel-kind", "x-dankuwel-complaint",
                                  "return-path", "authentication-results", "content-type") if m[k] is not None}
    with contextlib.suppress(Exception):
        out["text"] = body.get_content() if body else ""
    with contextlib.suppress(Exception):
        out["parts"] = [p.get_content_type() for p in m.walk()]
    return out
