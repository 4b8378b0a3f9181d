package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// WriteInit writes a short config.toml to be filled in, readable for its owner only. It never overwrites a file.
func WriteInit(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists already and is not overwritten: move it away, or choose another name with -c FILE", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: its folder does not exist; make the folder first", path)
	case err != nil:
		return fmt.Errorf("write %s: %s", path, osReason(err))
	}
	_, err = f.WriteString(initText)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// initText loads as soon as both passwords are filled in. What has a good default stands as a comment with that default.
const initText = `# The configuration of dankuwel. Fill in what is not a comment; what is, shows the default.
# config.example.toml explains every key. Afterwards: dankuwel check

# data_dir = "data"                      # database and big attachments; belongs above the first [table]

[organization]
name      = "Woonzorgcentrum De Linde"
signature = "An Peeters, klachtencoördinator"   # who says "ik" in automatic mail
phone     = "02 555 12 12"
# language = "nl"                        # nl, fr, en or de
# timezone = "Europe/Brussels"
# holidays = "BE"                        # BE, NL, or "" for none

[[mailbox]]
address = "klachten@example.test"        # where people send their complaints
name    = "Klachtendienst De Linde"      # the sender's name on what goes out
# reply_addressing = "plus"              # plus: klachten+token@ must arrive in this mailbox; otherwise "subject"

[mailbox.imap]
address  = "imap.example.test:993"
username = "klachten@example.test"
password = ""                            # or password_file = "…", or password_env = "…"
# security = "tls"                       # tls or starttls

[mailbox.smtp]
address  = "smtp.example.test:587"
username = "klachten@example.test"
password = ""
# security = "starttls"                  # starttls or tls

[security]
authserv_id = ""                         # dankuwel check proposes the value

[procedure]
# profile = "vlaams-bestuur"             # vlaams-bestuur, awb, wkkgz or vaph; your organisation answers for its terms, and [procedure.terms] changes them

[[staff]]
name  = "An Peeters"
email = "an@example.test"
roles = ["coordinator", "handler"]       # at least one coordinator

[[staff]]
name  = "Bram Claes"
email = "bram@example.test"
roles = ["handler"]
# shared = false                         # true: a desk used by several people; each adds a line "Naam:"

[retention]
pseudonymise_after = "24mo"              # after a complaint ended, its personal data are erased; choose the term that you can give a reason for
`
