#!/usr/bin/env bash
# Holdfast beside Postfix on this machine: starts both with throw-away data on loopback and runs bench.py.
# usage: bench/run.sh [options of bench.py, such as --case relay --repetitions 5]; as root, see README.md
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"

die() { echo "bench/run.sh: $*" >&2; exit 1; }

PATH=$PATH:/usr/sbin
for program in postfix smtp-source smtp-sink python3; do
  command -v "$program" >/dev/null || die "$program is missing (Debian packages: postfix, python3)"
done
[ "$(id -u)" = 0 ] || die "a private Postfix needs root"
../holdfast --version >/dev/null || exit 1 # builds it where that is needed

free_ports() {
  python3 -c 'import socket,sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
[s.bind(("127.0.0.1", 0)) for s in held]
print(*[s.getsockname()[1] for s in held])' "$1"
}

folder=$(mktemp -d "${BENCH_DIR:-/tmp}/holdfast-bench-XXXXXX")
chmod 755 "$folder"
holdfast_pid=
clean_up() {
  [ -z "$holdfast_pid" ] || kill "$holdfast_pid" 2>/dev/null || true
  [ ! -d "$folder/postfix" ] || ./postfix.sh stop "$folder" || true
  [ -z "$holdfast_pid" ] || wait "$holdfast_pid" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

read -r relay hold postfix_sink postfix_other smtp lmtp admin holdfast_sink holdfast_other < <(free_ports 9)

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=holdfast.bench.test \
  -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null || die "openssl is missing"

cat > "$folder/holdfast.yaml" <<CF
node: bench
hostname: holdfast.bench.test
data: "$folder/data"
smtp: { listen: "127.0.0.1:$smtp", max-connections: 3000, tls: { certificate: "$folder/cert.pem", key: "$folder/key.pem" } }
lmtp: { listen: "127.0.0.1:$lmtp" }
admin: { listen: "127.0.0.1:$admin" }
store: { kind: embedded, max-bytes: 4GiB, min-free: 64MiB }
map: { load: "$folder/map.yaml" }
CF
{
  echo 'pairs:'
  echo "  - { name: sink, members: { sink1: { lmtp: \"127.0.0.1:$holdfast_sink\" } }, active: sink1 }"
  echo "  - { name: other, members: { other1: { lmtp: \"127.0.0.1:$holdfast_other\" } }, active: other1 }"
  echo 'users:'
  echo '  - { address: user@other.test, pair: other }'
  echo '  - { address: user@bench.test, pair: sink }'
  echo '  - { address: "@many.test", pair: sink }'
  for number in $(seq 0 199); do echo "  - { address: held$number@bench.test, pair: sink, state: moving }"; done
} > "$folder/map.yaml"

# As anybody starts it; the launcher becomes java, so its process id is the gateway's.
../holdfast serve --config "$folder/holdfast.yaml" > "$folder/ready" 2> "$folder/log" &
holdfast_pid=$!
for _ in $(seq 300); do
  grep -q '^holdfast ready' "$folder/ready" && break
  kill -0 "$holdfast_pid" 2>/dev/null || { cat "$folder/log" >&2; die "the gateway did not start"; }
  sleep 0.1
done
grep -q '^holdfast ready' "$folder/ready" || die "no ready line within 30 s"

./postfix.sh start "$folder" "$relay" "$hold" "$postfix_sink" "$postfix_other"
sleep 1

echo "$(nproc) cores, $(postconf -h mail_version 2>/dev/null | sed 's/^/Postfix /'), ${HOLDFAST_JAVA_OPTS:-heap as shipped}, load $(cut -d' ' -f1 /proc/loadavg), data on $(df --output=fstype "$folder" | tail -1)"
python3 bench.py --folder "$folder" \
  --postfix-config "$folder/postfix/etc" --postfix-pidfile "$folder/postfix/queue/pid/master.pid" \
  --postfix-relay "$relay" --postfix-hold "$hold" --postfix-sink "$postfix_sink" --postfix-other "$postfix_other" \
  --holdfast-pid "$holdfast_pid" --holdfast-smtp "$smtp" --holdfast-sink "$holdfast_sink" --holdfast-other "$holdfast_other" \
  --holdfast-api "http://127.0.0.1:$admin" --holdfast-token "$(cat "$folder/data/operator.token")" "$@"
