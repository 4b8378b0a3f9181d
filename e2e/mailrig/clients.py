"""Replies as mail clients write them: the new words, and the whole mail that is answered, quoted in text and in HTML.

Gmail, Outlook and Apple Mail write HTML and make the text of it, buttons and tables of the quoted mail too; Thunderbird is set to plain text here.
"""
import email.utils, html, html.parser, re, textwrap, urllib.parse
from email.message import EmailMessage
from email.policy import SMTP

STYLES = ["thunderbird", "gmail", "apple", "outlook"]
WEEKDAYS = {"nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag", "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
            "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"}
MONTHS = {"nl": "januari februari maart april mei juni juli augustus september oktober november december",
          "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
          "en": "January February March April May June July August September October November December",
          "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"}
ATTRIBUTION = {  # how clients announce the mail they quote
    "nl": {"gmail": "Op {wd} {d} {mon} {y} om {time} schreef {name} <{addr}>:", "thunderbird": "Op {d:02}-{m:02}-{y} om {time} schreef {name}:",
           "apple": "Op {d} {mon} {y} om {time} heeft {name} <{addr}> het volgende geschreven:"},
    "fr": {"gmail": "Le {wd}. {d} {mon}. {y} à {time}, {name} <{addr}> a écrit :", "thunderbird": "Le {d:02}/{m:02}/{y} à {time}, {name} a écrit :",
           "apple": "Le {d} {mon}. {y} à {time}, {name} <{addr}> a écrit :"},
    "en": {"gmail": "On {wd}, {mon} {d}, {y} at {time12} {name} <{addr}> wrote:", "thunderbird": "On {d:02}/{m:02}/{y} {time}, {name} wrote:",
           "apple": "On {d} {mon} {y}, at {time}, {name} <{addr}> wrote:"},
    "de": {"gmail": "Am {wd}., {d}. {mon}. {y} um {time} Uhr schrieb {name} <{addr}>:", "thunderbird": "Am {d:02}.{m:02}.{y} um {time} schrieb {name}:",
           "apple": "Am {d:02}.{m:02}.{y} um {time} schrieb {name} <{addr}>:"},
}
OUTLOOK = {"nl": ("Van", "Verzonden", "Aan", "Onderwerp", "{weekday} {d} {month} {y} {time}"), "fr": ("De", "Envoyé", "À", "Objet", "{weekday} {d} {month} {y} {time}"),
           "en": ("From", "Sent", "To", "Subject", "{weekday}, {month} {d}, {y} {time12}"), "de": ("Von", "Gesendet", "An", "Betreff", "{weekday}, {d}. {month} {y} {time}")}
PREFIX = {"nl": "Antw: ", "fr": "RE: ", "en": "RE: ", "de": "AW: "}  # of Outlook; all others write Re:


def compose_reply(original, sender, text, style, lang, to=None, fill=()):
    """fill are lines "Label: value" for the form in the quoted mail, and "old => new" for words in it."""
    subject = re.sub(r"^(Re|RE|AW|Antw): ", "", str(original["subject"]))
    mail = new_mail(sender, to or str(original["reply-to"] or original["from"]), (PREFIX[lang] if style == "outlook" else "Re: ") + subject)
    if original["message-id"]:
        mail["In-Reply-To"] = str(original["message-id"])
        mail["References"] = " ".join(filter(None, [str(original["references"] or ""), str(original["message-id"])]))
    plain, rich = contents(original)
    plain, rich = filled(plain, fill, "\n"), filled(rich, fill, "<")
    write = {"thunderbird": thunderbird, "gmail": gmail, "apple": apple, "outlook": outlook}[style]
    body, markup = write(text.strip("\n"), plain, rich, facts(original, lang), lang)
    mail.set_content(body)
    if markup:
        mail.add_alternative(markup, subtype="html")
    return mail


def new_mail(sender, to, subject):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = email.utils.localtime()
    mail["Message-ID"] = email.utils.make_msgid(domain=sender.split("@")[1])
    return mail


def compose_by_button(original, sender, button, text, fill=()):
    """The new mail that a client opens for a button (a mailto link, RFC 6068) of a mail, with its form filled in and a text below."""
    link = re.search(rf'<a [^>]*href="mailto:([^"?]*)\?([^"]*)"[^>]*>{re.escape(button)}</a>', original.get_body(("html",)).get_content())
    if not link:
        raise SystemExit(f"mailrig: the mail has no button {button!r}")
    fields = dict(f.split("=", 1) for f in html.unescape(link[2]).split("&"))
    mail = new_mail(sender, urllib.parse.unquote(link[1]), urllib.parse.unquote(fields["subject"]))
    mail.set_content(filled(urllib.parse.unquote(fields.get("body", "")).replace("\r\n", "\n"), fill, "\n").rstrip("\n") + "\n" + text)
    return mail


def contents(original):
    """The text and what stands in the body element of a mail; of a mail without HTML, its text as HTML."""
    plain, rich = original.get_body(("plain",)), original.get_body(("html",))
    plain = plain.get_content().replace("\r\n", "\n") if plain else ""
    if rich is None:
        return plain, "<br>\n".join(html.escape(plain, False).splitlines())
    rich = rich.get_content().replace("\r\n", "\n")
    inner = re.search(r"(?is)<body[^>]*>(.*)</body>", rich)
    return plain, inner[1] if inner else rich


def filled(quoted, fill, end):
    """A quoted mail with fields of its form filled in, or words changed. The form stands last: of lines that begin alike, the last is the field."""
    for line in fill:
        if " => " in line:
            old, new = line.split(" => ")
            if old not in quoted:
                raise SystemExit(f"mailrig: the quoted mail does not hold {old!r}")
            quoted = quoted.replace(old, new)
            continue
        label, _, value = line.partition(":")
        field = rf"(?m)^({re.escape(label.strip())}(?: \([^)]*\))?(?:[ \u00a0\u202f]|&nbsp;|&#160;)?:)[^{end}\n]*"
        found = list(re.finditer(field, quoted))
        if not found:
            raise SystemExit(f"mailrig: the quoted mail has no field {label!r}")
        value = value.strip() if end == "\n" else html.escape(value.strip(), False)
        quoted = quoted[:found[-1].start()] + found[-1][1] + " " + value + quoted[found[-1].end():]
    return quoted


def facts(original, lang):
    at = email.utils.localtime(email.utils.parsedate_to_datetime(str(original["date"])))
    weekday, month = WEEKDAYS[lang].split()[at.weekday()], MONTHS[lang].split()[at.month - 1]
    name, addr = email.utils.parseaddr(str(original["from"]))
    short = 2 if lang in ("nl", "de") else 3
    return {"weekday": weekday, "month": month, "wd": weekday[:short], "mon": month[:3], "d": at.day, "m": at.month, "y": at.year, "name": name or addr, "addr": addr,
            "time": f"{at:%H:%M}", "time12": f"{at.hour % 12 or 12}:{at:%M %p}", "to": str(original["to"]), "subject": str(original["subject"])}


def quote(text):
    return "".join((f"> {line}".rstrip() if not line.startswith(">") else f">{line}") + "\n" for line in text.splitlines())


def divs(text):
    return "".join(f"<div>{html.escape(line, False) or '<br>'}</div>" for line in text.splitlines())


def thunderbird(text, plain, rich, about, lang):
    return f"{text}\n\n{ATTRIBUTION[lang]['thunderbird'].format(**about)}\n{quote(plain)}", None


def gmail(text, plain, rich, about, lang):
    line = ATTRIBUTION[lang]["gmail"].format(**about)
    quoted = "\n".join("\n".join(textwrap.wrap(l, 76, break_long_words=False, break_on_hyphens=False)) for l in as_text(rich, " <", "\n").splitlines())
    said = "\n".join(textwrap.wrap(line.replace("<" + about["addr"], "< " + about["addr"]), 78)).replace("< ", "<")
    first, _, rest = text.partition("\n")
    return f"{text}\n\n{said}\n\n{quote(quoted)}", (
        f'<div dir="ltr">{html.escape(first, False)}{divs(rest)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(line, False)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{rich}</blockquote></div>\n')


def apple(text, plain, rich, about, lang):
    line = ATTRIBUTION[lang]["apple"].format(**about)
    return f"{text}\n\n> {line}\n> \n{quote(as_text(rich, None, ' '))}", (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
        f'{divs(text)}<div><br><blockquote type="cite"><div>{html.escape(line, False)}</div><br class="Apple-interchange-newline"><div>{rich}</div></blockquote></div><br></body></html>')


def outlook(text, plain, rich, about, lang):
    van, verzonden, aan, onderwerp, date = OUTLOOK[lang]
    head = [(van, f"{about['name']} <{about['addr']}>"), (verzonden, date.format(**about)), (aan, about["to"]), (onderwerp, about["subject"])]
    quoted = as_text(rich, "<", "\t")
    return f"{text}\n\n________________________________\n" + "".join(f"{k}: {v}\n" for k, v in head) + f"\n{quoted}", (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr">'
        + "".join(f'<div class="elementToProof" style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt;">{html.escape(l, False) or "<br>"}</div>' for l in text.splitlines())
        + '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt">'
        + "<br>".join(f"<b>{k}:</b> {html.escape(v, False)}" for k, v in head) + f"</font><div>&nbsp;</div></div><div>{rich}</div></body></html>")


class Text(html.parser.HTMLParser):
    """The text that a client makes of HTML: link is what stands before the address of a link (None: no address), cell what stands between two cells."""
    BLOCKS = {"p", "div", "table", "tr", "h1", "h2", "h3", "ul", "li", "blockquote"}

    def __init__(self, link, cell):
        super().__init__()
        self.link, self.cell, self.out, self.href = link, cell, "", ""

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self.out += "\n"
        elif tag in ("td", "th"):
            self.out += "" if self.out.endswith("\n") else self.cell
        elif tag == "a":
            self.href = dict(attrs).get("href", "")
        elif tag in self.BLOCKS:
            self.line()

    def handle_endtag(self, tag):
        if tag == "a" and self.link:
            self.out += self.link + self.href + ">"
        elif tag in self.BLOCKS:
            self.line()
            self.out += "\n" if tag in ("p", "h2", "ul") else ""

    def handle_data(self, data):
        self.out += re.sub(r"[ \t\r\n]+", " ", data) if not self.out.endswith("\n") else re.sub(r"[ \t\r\n]+", " ", data).lstrip(" ")

    def line(self):
        self.out += "" if self.out.endswith("\n") or not self.out else "\n"


def as_text(rich, link, cell):
    reader = Text(link, cell)
    reader.feed(rich)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", reader.out)).strip("\n")
