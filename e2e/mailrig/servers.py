"""The configuration files of the rig's Dovecot and Postfix; what each user and address of the rig may do is decided here."""
import os, shutil

DOMAIN, CLIENTS, PASSWORD, AUTHSERV = "example.test", "client.test", "geheim", "mx.example.test"
OURS = ["klachten", "meldpunt", "an", "bram", "directie", "postmaster"]
MESSAGE_SIZE = 104857600


def write_dovecot(rig):
    p, d = rig.conf["ports"], rig.dovecot
    shutil.chown(os.path.join(rig.dir, "mail"), "nobody", "nogroup")
    with open(f"{d}/dovecot.conf", "w") as f:
        f.write(f"""
base_dir = {d}/run
state_dir = {d}/state
log_path = {rig.log}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{rig.dir}/tls/cert.pem
ssl_key = <{rig.dir}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Ln
mail_location = maildir:{rig.dir}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 1000
recipient_delimiter = +
lda_mailbox_autocreate = yes
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={rig.dir}/mail/%u allow_all_users=yes
}}
service imap-login {{
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {p['imap']}
  }}
  inet_listener imaps {{
    port = {p['imaps']}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 2048
}}
service lmtp {{
  process_min_avail = 2
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@{DOMAIN}
}}
!include_try {d}/capability.conf
""")


def write_postfix(rig):
    p, etc = rig.conf["ports"], os.path.join(rig.postfix, "etc")
    shutil.chown(os.path.join(rig.postfix, "data"), "postfix")
    os.makedirs(os.path.join(rig.postfix, "spool/pid"), exist_ok=True)
    users = "|".join(OURS)

    def table(name, *lines):
        with open(os.path.join(etc, name), "w") as f:
            f.write("\n".join(lines) + "\n")
        return f"regexp:{etc}/{name}"

    boxes = table("boxes", rf"/^({users})(\+.*)?@{DOMAIN}$/ ok", rf"/@{CLIENTS}$/ ok")
    alias = table("alias", rf"/^(klant[0-9]+)(\+.*)?@{CLIENTS}$/ $1@{CLIENTS}", rf"/^bounce@{CLIENTS}$/ bounce@{CLIENTS}",
                  rf"/@{CLIENTS}$/ buiten@{CLIENTS}")
    refuse = table("refuse", rf"/^onbekend@{CLIENTS}$/ 550 5.1.1 no such user",
                   rf"/^vol@{CLIENTS}$/ 452 4.2.2 mailbox full")
    bounce = table("bounce", rf"/^bounce@{CLIENTS}$/ error:5.1.1 user unknown at destination")
    logins = table("logins", rf"/^({users})(\+.*)?@{DOMAIN}$/ $1", rf"/^(klant[0-9]+)(\+.*)?@{CLIENTS}$/ $1",
                   rf"/^(.*)@{CLIENTS}$/ buiten", "/^$/ klachten")
    # what this host vouches for; the word after the semicolon keeps forged fields of unauthenticated mail apart
    passed = table("passed", rf"/^(.+)$/ PREPEND Authentication-Results: {AUTHSERV}; auth=pass smtp.auth=$1; x-rig={rig.conf['secret']}")
    mx = table("mx", rf"/@{DOMAIN}$/ PREPEND Authentication-Results: {AUTHSERV}; spf=fail smtp.mailfrom={DOMAIN}; dmarc=fail header.from={DOMAIN}; x-rig={rig.conf['secret']}",
               rf"/@(.+)$/ PREPEND Authentication-Results: {AUTHSERV}; spf=pass smtp.mailfrom=$1; dmarc=pass header.from=$1; x-rig={rig.conf['secret']}")
    forged = table("forged", rf"/^Authentication-Results:.*x-rig={rig.conf['secret']}/ DUNNO",
                   rf"/^Authentication-Results:[[:space:]]*{AUTHSERV}/ IGNORE")
    with open(f"{etc}/main.cf", "w") as f:
        f.write(f"""
compatibility_level = 3.6
queue_directory = {rig.postfix}/spool
data_directory = {rig.postfix}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {rig.log}/postfix.log
maillog_file_prefixes = {rig.log}
myhostname = {AUTHSERV}
mydomain = {DOMAIN}
myorigin = {DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {DOMAIN}, {CLIENTS}
virtual_mailbox_maps = {boxes}
virtual_alias_maps = {alias}
virtual_transport = lmtp:unix:{rig.dovecot}/run/lmtp
transport_maps = {bounce}
recipient_delimiter = +
propagate_unmatched_extensions = virtual, canonical
default_transport = error:5.4.4 no mail leaves this rig
relay_transport = error:5.4.4 no mail leaves this rig
header_checks = {forged}
smtpd_tls_cert_file = {rig.dir}/tls/cert.pem
smtpd_tls_key_file = {rig.dir}/tls/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = {rig.dovecot}/run/auth-postfix
smtpd_sender_login_maps = {logins}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access {refuse}, permit_sasl_authenticated, reject_unauth_destination
smtpd_data_restrictions = check_sender_access {mx}
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = {MESSAGE_SIZE}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
minimal_backoff_time = 5s
queue_run_delay = 5s
lmtp_destination_concurrency_limit = 20
biff = no
smtputf8_enable = yes
strict_rfc821_envelopes = no
""")
    submission = (f"-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject "
                  f"-o smtpd_sender_restrictions=reject_sender_login_mismatch "
                  f"-o smtpd_data_restrictions=check_sender_access,{passed}")
    with open(f"{etc}/master.cf", "w") as f:
        f.write(f"""
127.0.0.1:{p['smtp']} inet n - n - - smtpd
127.0.0.1:{p['submission']} inet n - n - - smtpd -o smtpd_tls_security_level=may -o smtpd_tls_auth_only=yes {submission}
127.0.0.1:{p['smtps']} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {submission}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")
