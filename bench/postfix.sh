#!/usr/bin/env bash
# A private Postfix on loopback: postfix.sh start FOLDER RELAY_PORT HOLD_PORT NEXT_HOP_PORT OTHER_PORT | stop FOLDER
# What comes in at RELAY_PORT goes on to an LMTP server at NEXT_HOP_PORT (for other.test: OTHER_PORT); what comes in at HOLD_PORT is put on hold.
set -euo pipefail
folder=$2/postfix

start() {
  mkdir -p "$folder"/{etc,queue,data}
  chmod 755 "$folder" "$folder"/etc "$folder"/queue
  chown postfix "$folder/data"
  : > "$folder/maillog"
  cat > "$folder/etc/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file = $folder/maillog
maillog_file_prefixes = /
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.bench.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtpd_peername_lookup = no
relay_domains = bench.test, many.test, other.test
transport_maps = inline:{ bench.test=lmtp:inet:127.0.0.1:$3, many.test=lmtp:inet:127.0.0.1:$3, other.test=lmtp:inet:127.0.0.1:$4 }
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_tls_security_level = none
smtpd_tls_security_level = none
biff = no
CF
  cat > "$folder/etc/master.cf" <<CF
127.0.0.1:$1 inet n - n - - smtpd
127.0.0.1:$2 inet n - n - - smtpd
  -o smtpd_recipient_restrictions=check_recipient_access,static:HOLD,permit
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
CF
  postfix -c "$folder/etc" start >/dev/null 2>&1
}

case $1 in
  start) start "$3" "$4" "$5" "$6" ;;
  stop) postfix -c "$folder/etc" stop >/dev/null 2>&1 ;;
esac
