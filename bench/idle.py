"""What connections cost that are open and do nothing: resident memory, live heap and descriptors.

A case of bench.py. Clients come from many loopback addresses, as from many hosts, so that limits for each client
do not matter. Postfix has one process for each connection and as many of them as its configuration allows, so it
is asked for fewer; compare what one connection costs.
"""

import os
import socket
import ssl
import subprocess
import time

PER_ADDRESS = 100  # connections from one client address
SETTLE = 2.0  # seconds before anything is read
POSTFIX_CONNECTIONS = 90


def resident(pids):
    """KiB in memory: what is shared between processes (Pss) counts once."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/smaps_rollup" % pid) as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:
            continue
    return total


def descriptors(pids):
    return sum(len(os.listdir("/proc/%d/fd" % pid)) for pid in pids if os.path.exists("/proc/%d/fd" % pid))


def live_heap(pid):
    """KiB of the Java heap in use after a full collection; None for what is no Java."""
    jcmd = os.path.join(os.path.dirname(os.readlink("/proc/%d/exe" % pid)), "jcmd")
    if not os.path.exists(jcmd):
        return None
    subprocess.run([jcmd, str(pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
    info = subprocess.run([jcmd, str(pid), "GC.heap_info"], check=True, stdout=subprocess.PIPE, text=True).stdout
    words = info.split()
    return int(words[words.index("used") + 1].rstrip("K,"))


def connect(port, count):
    return [
        socket.create_connection(("127.0.0.1", port), 30, source_address=("127.0.1.%d" % (1 + n // PER_ADDRESS), 0))
        for n in range(count)
    ]


def reply(connection):
    """Reads one reply, all lines of it."""
    text = b""
    while not (text.endswith(b"\n") and text.splitlines()[-1][3:4] == b" "):
        piece = connection.recv(4096)
        if not piece:
            raise RuntimeError("closed after %r" % text)
        text += piece
    return text


def greeted(connection):
    reply(connection)
    connection.sendall(b"EHLO idle.test\r\n")
    reply(connection)
    return connection


def encrypted(connection):
    greeted(connection)
    connection.sendall(b"STARTTLS\r\n")
    reply(connection)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    secure = context.wrap_socket(connection)
    secure.sendall(b"EHLO idle.test\r\n")
    reply(secure)
    return secure


ENCRYPTED = "after STARTTLS and EHLO"
PHASES = {"after the banner": reply, "after EHLO": greeted, ENCRYPTED: encrypted}


def cost(pids, port, count, phase):
    """What so many connections add, each left in this phase."""
    warm = [PHASES[phase](connection) for connection in connect(port, min(count, 20))]
    for connection in warm:
        if hasattr(connection, "close"):
            connection.close()
    main = pids()[0]
    heap = live_heap(main)
    before, files = resident(pids()), descriptors(pids())
    open_now = connect(port, count)
    try:
        kept = [PHASES[phase](connection) for connection in open_now]
        time.sleep(SETTLE)
        after, files = resident(pids()), descriptors(pids()) - files
        heap = None if heap is None else live_heap(main) - heap
        alive = sum(1 for connection in kept if connection)
    finally:
        for connection in open_now:
            connection.close()
    return {"connections": alive, "resident": after - before, "heap": heap, "descriptors": files}


def costs(server, pids, count):
    """All phases that the server knows. Postfix has 100 processes by default, and one for each connection."""
    found = {}
    for phase in PHASES:
        if server.name != "postfix":
            found[phase] = cost(lambda: [server.pid], server.relay_port, count, phase)
        elif phase != ENCRYPTED:
            found[phase] = cost(pids, server.relay_port, min(count, POSTFIX_CONNECTIONS), phase)
        time.sleep(SETTLE)
    return found


def report_all(results):
    """The repetition in the middle, by what was resident."""
    for name, runs in results.items():
        for phase in runs[0]:
            ordered = sorted((run[phase] for run in runs), key=lambda found: found["resident"])
            report(name, phase, ordered[len(ordered) // 2])


def report(name, phase, found):
    heap = "" if found["heap"] is None else "  live heap %7.1f MiB" % (found["heap"] / 1024)
    print(
        "%-10s %-9s %5d %-24s %7.1f MiB resident, %6.1f KiB each%s  %d descriptors"
        % (
            "idle",
            name,
            found["connections"],
            phase,
            found["resident"] / 1024,
            found["resident"] / found["connections"],
            heap,
            found["descriptors"],
        ),
        flush=True,
    )


if __name__ == "__main__":  # idle.py PID PORT COUNT: a gateway that runs already
    import sys

    pid, port, count = (int(word) for word in sys.argv[1:4])
    for each in PHASES:
        report("pid %d" % pid, each, cost(lambda: [pid], port, count, each))
        time.sleep(SETTLE)
