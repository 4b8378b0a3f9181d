"""Acting as the people around the rig: strangers, logged-in users, mail clients that reply."""
import contextlib, email, email.policy, email.utils, imaplib, os, re, shutil, smtplib, ssl, time
from email.message import EmailMessage

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


def reply(rig, user, subject, text, style, lang, to=None):
    """Replies to the newest mail whose subject matches, quoting it as that mail client does."""
    found = [m for m in (email.message_from_bytes(r, policy=email.policy.default) for r in messages(rig, user))
             if re.search(subject, str(m["subject"]))]
    if not found:
        raise SystemExit(f"mailrig: {user} has no mail whose subject matches {subject!r}")
    mail = compose_reply(found[-1], address_of(user), text, style, lang, to)
    submit(rig, user, mail.as_bytes(policy=email.policy.SMTP), [a for _, a in email.utils.getaddresses([mail["To"]])])
    return mail


ATTRIBUTION = {  # how clients announce the mail they quote
    "nl": {"gmail": "Op {date} schreef {name} <{addr}>:", "thunderbird": "Op {date} schreef {name}:",
           "apple": "Op {date} heeft {name} <{addr}> het volgende geschreven:", "outlook": ("Van", "Verzonden", "Aan", "Onderwerp")},
    "fr": {"gmail": "Le {date}, {name} <{addr}> a écrit :", "thunderbird": "Le {date}, {name} a écrit :",
           "apple": "Le {date}, {name} <{addr}> a écrit :", "outlook": ("De", "Envoyé", "À", "Objet")},
    "en": {"gmail": "On {date}, {name} <{addr}> wrote:", "thunderbird": "On {date}, {name} wrote:",
           "apple": "On {date}, {name} <{addr}> wrote:", "outlook": ("From", "Sent", "To", "Subject")},
    "de": {"gmail": "Am {date} schrieb {name} <{addr}>:", "thunderbird": "Am {date} schrieb {name}:",
           "apple": "Am {date} schrieb {name} <{addr}>:", "outlook": ("Von", "Gesendet", "An", "Betreff")},
}
PREFIX = {"nl": {"outlook": "Antw: ", None: "Re: "}, "de": {"outlook": "AW: ", None: "Re: "}, "fr": {None: "Re: ", "outlook": "RE: "}, "en": {None: "Re: "}}


def compose_reply(original, sender, text, style, lang, to=None):
    body = original.get_body(("plain", "html"))
    quoted = body.get_content() if body else ""
    name, addr = email.utils.parseaddr(str(original["from"]))
    facts = {"date": str(original["date"]), "name": name or addr, "addr": addr}
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = sender
    mail["To"] = to or str(original["reply-to"] or original["from"])
    mail["Subject"] = PREFIX[lang].get(style, PREFIX[lang][None]) + str(original["subject"])
    mail["Date"] = email.utils.localtime()
    mail["Message-ID"] = email.utils.make_msgid(domain=sender.split("@")[1])
    if original["message-id"]:
        mail["In-Reply-To"] = str(original["message-id"])
        mail["References"] = " ".join(filter(None, [str(original["references"] or ""), str(original["message-id"])]))
    if style == "outlook":
        van, verzonden, aan, onderwerp = ATTRIBUTION[lang]["outlook"]
        head = f"{van}: {name} <{addr}>\n{verzonden}: {facts['date']}\n{aan}: {original['to']}\n{onderwerp}: {original['subject']}\n"
        mail.set_content(f"{text}\n\n________________________________\n{head}\n{quoted}")
        mail.add_alternative(f"<html><body><p>{'<br>'.join(text.splitlines())}</p><hr><div id=\"divRplyFwdMsg\"><b>{van}:</b> {name} &lt;{addr}&gt;<br>"
                             f"<b>{verzonden}:</b> {facts['date']}<br><b>{aan}:</b> {original['to']}<br><b>{onderwerp}:</b> {original['subject']}</div>"
                             f"<div>{'<br>'.join(quoted.splitlines())}</div></body></html>", subtype="html")
    else:
        line = ATTRIBUTION[lang][style].format(**facts)
        mail.set_content(f"{text}\n\n{line}\n" + "".join(f"> {l}\n" for l in quoted.splitlines()))
        if style == "gmail":
            mail.add_alternative(f"<div dir=\"ltr\">{'<br>'.join(text.splitlines())}</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">{line}<br></div>"
                                 f"<blockquote class=\"gmail_quote\">{'<br>'.join(quoted.splitlines())}</blockquote></div>", subtype="html")
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
