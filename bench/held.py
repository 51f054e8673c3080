#!/usr/bin/env python3
"""What a gateway full of held mail costs: heap, disk, and how soon it serves again after a start.

Fills the gateway over SMTP for users who are being moved, restarts it with its index and without, and lets all of it
go at the end. Loopback only, in a throw-away folder; Postfix's smtp-source and smtp-sink offer and take the mail.
Prints one block for each --messages and, with two or more, what ten million would take (a line through the last two).
"""

import argparse
import json
import os
import re
import shutil
import signal
import smtplib
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from bench import Sink, cpu_seconds, until

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(HERE, "..", "holdfast")
LOADS = 4  # smtp-sources at a time
SESSIONS = 12  # of each
PATIENCE = 1800  # seconds, for the longest step
COMEBACKS = 9  # of one user, each with so many messages:
COMEBACK_MESSAGES = 100


class FirstMail(threading.Thread):
    """An LMTP server for one user: notes when each message had come."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.count, self.at, self.times = 0, 0.0, []

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.converse(connection)
        except OSError:
            pass  # the gateway was stopped

    def converse(self, connection):
        lines = connection.makefile("rb")
        connection.sendall(b"220 first.test\r\n")
        for line in lines:
            if line.upper().startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                self.at = time.monotonic()
                self.times.append(self.at)
                self.count += 1
            connection.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 2.0.0 ok\r\n")


class Gateway:
    """`holdfast serve` on a folder, started as anybody would."""

    def __init__(self, folder, sink_port, first_port, users, heap):
        self.folder, self.users, self.heap = folder, users, heap
        self.smtp, self.lmtp, self.admin = free_port(), free_port(), free_port()
        self.process = None
        with open(os.path.join(folder, "map.yaml"), "w") as out:
            out.write("pairs:\n")
            for name, port in (("sink", sink_port), ("first", first_port)):
                out.write("  - { name: %s, members: { %s1: { lmtp: \"127.0.0.1:%d\" } }, active: %s1 }\n" % (name, name, port, name))
            out.write("users:\n  - { address: first@bench.test, pair: first, state: moving }\n")
            for user in users:
                out.write("  - { address: %s, pair: sink, state: moving }\n" % user)
        with open(os.path.join(folder, "holdfast.yaml"), "w") as out:
            out.write(
                'node: bench\nhostname: holdfast.bench.test\ndata: "%s/data"\nsmtp: { listen: "127.0.0.1:%d" }\n'
                'lmtp: { listen: "127.0.0.1:%d" }\nadmin: { listen: "127.0.0.1:%d" }\n'
                'store: { kind: embedded, max-bytes: 200GiB, min-free: 64MiB }\nmap: { load: "%s/map.yaml" }\n'
                % (folder, self.smtp, self.lmtp, self.admin, folder)
            )

    def start(self):
        """Returns the seconds from the command to the line `holdfast ready`."""
        ready = os.path.join(self.folder, "ready")
        began = time.monotonic()
        with open(ready, "w") as out, open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen(
                [LAUNCHER, "serve", "--config", os.path.join(self.folder, "holdfast.yaml")],
                stdout=out,
                stderr=log,
                env=dict(os.environ, HOLDFAST_JAVA_OPTS=self.heap),
            )
        until(lambda: "holdfast ready" in open(ready).read() or self.process.poll() is not None, 120, "start")
        if self.process.poll() is not None:
            raise RuntimeError("the gateway did not start; see " + self.folder + "/log")
        return time.monotonic() - began

    def stop(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)
        return time.monotonic() - began

    def call(self, method, path, body=None):
        with open(os.path.join(self.folder, "data", "operator.token")) as token:
            request = urllib.request.Request(
                "http://127.0.0.1:%d%s" % (self.admin, path),
                method=method,
                data=body.encode() if body else None,
                headers={"Authorization": "Bearer " + token.read().strip(), "Content-Type": "application/x-ndjson"},
            )
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.read().decode()

    def held(self):
        """None while the index is catching up."""
        try:
            summary = json.loads(self.call("GET", "/v1/queue"))
            return sum(summary.get(state, 0) for state in ("held", "ready", "deferred"))
        except urllib.error.HTTPError:
            return None

    def state(self, users, state):
        lines = [json.dumps({"address": user, "state": state}) for user in users]
        self.call("POST", "/v1/states", "\n".join(lines) + "\n")

    def heap_in_use(self):
        """MiB after a full collection, and resident memory of the process."""
        jcmd = os.path.join(os.path.dirname(os.path.realpath("/proc/%d/exe" % self.process.pid)), "jcmd")
        subprocess.run([jcmd, str(self.process.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
        info = subprocess.run([jcmd, str(self.process.pid), "GC.heap_info"], check=True, capture_output=True, text=True)
        used = re.search(r"used (\d+)K", info.stdout)
        with open("/proc/%d/status" % self.process.pid) as status:
            resident = re.search(r"VmHWM:\s+(\d+)", status.read())
        return int(used.group(1)) / 1024, int(resident.group(1)) / 1024

    def sizes(self):
        return tuple(mebibytes(os.path.join(self.folder, "data", "queue", part)) for part in ("log", "index"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def mebibytes(folder):
    """Of the files in a folder."""
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names) / 2**20


def fill(gateway, each, octets):
    waiting, running = list(gateway.users), []
    while waiting or running:
        running = [process for process in running if process.poll() is None]
        while waiting and len(running) < LOADS:
            running.append(
                subprocess.Popen(
                    ["smtp-source", "-4", "-d", "-m", str(each), "-s", str(min(each, SESSIONS)), "-l", str(octets)]
                    + ["-f", "sender@src.test", "-t", waiting.pop(), "-M", "src.test", "inet:127.0.0.1:%d" % gateway.smtp],
                    stdout=subprocess.DEVNULL,
                )
            )
        time.sleep(0.01)


def send(gateway, recipient):
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", gateway.smtp, timeout=60) as client:
        client.sendmail("sender@src.test", [recipient], "Subject: one\r\n\r\nfor the first to come back\r\n")
    return time.monotonic() - began


def served_again(gateway, first, began, held, say):
    """From the command on: new mail, a user who comes back, all that is held."""
    before = first.count
    say("a message right after the start answered 250 after %.2f s" % send(gateway, "first@bench.test"))
    flipped = time.monotonic()
    gateway.state(["first@bench.test"], "active")
    until(lambda: first.count > before, PATIENCE, "first mail")
    told = (first.at - began, first.at - flipped)
    say("a user who comes back has his first message %.1f s after the start, %.3f s after `active`" % told)
    until(lambda: gateway.held() == held, PATIENCE, "everything known")
    say("all known %.1f s after the start" % (time.monotonic() - began))
    gateway.state(["first@bench.test"], "moving")
    send(gateway, "first@bench.test")


def one_user(gateway, first, say):
    """One user comes back, all others stay held: from the call of the API to the first and the last message."""
    firsts, lasts, cpu = [], [], []
    for _ in range(COMEBACKS):
        gateway.state(["first@bench.test"], "moving")
        subprocess.run(
            ["smtp-source", "-4", "-d", "-m", str(COMEBACK_MESSAGES), "-s", "4", "-l", "4096", "-f", "sender@src.test"]
            + ["-t", "first@bench.test", "-M", "src.test", "inet:127.0.0.1:%d" % gateway.smtp],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        before, used, began = first.count, cpu_seconds(gateway.process.pid), time.monotonic()
        gateway.state(["first@bench.test"], "active")
        until(lambda: first.count >= before + COMEBACK_MESSAGES, PATIENCE, "the mail of one user")
        firsts.append(1000 * (first.times[before] - began))
        lasts.append(1000 * (first.times[before + COMEBACK_MESSAGES - 1] - began))
        cpu.append(1000 * (cpu_seconds(gateway.process.pid) - used))
    say(
        "one user's %d: first at the backend %.0f ms after the call (%.0f to %.0f), last %.0f ms; %.0f ms of CPU (%d times, medians)"
        % (COMEBACK_MESSAGES, statistics.median(firsts), min(firsts), max(firsts), statistics.median(lasts),
           statistics.median(cpu), COMEBACKS)
    )
    gateway.state(["first@bench.test"], "moving")


def again(gateway, first, held, what, say):
    def tell(line):
        say("%s: %s" % (what, line))

    began = time.monotonic()
    tell("ready after %.1f s" % gateway.start())
    served_again(gateway, first, began, held, tell)
    tell("heap in use %.0f MiB, resident at most %.0f MiB" % gateway.heap_in_use())
    tell("stopped in %.1f s" % gateway.stop())


def drain(gateway, sink, held, say):
    gateway.start()
    before, began, cpu = sink.count(), time.monotonic(), cpu_seconds(gateway.process.pid)
    gateway.state(gateway.users, "active")
    until(lambda: sink.count() >= before + held, PATIENCE, "release")
    seconds, cpu = time.monotonic() - began, cpu_seconds(gateway.process.pid) - cpu
    say("all released in %.0f s, %.0f msg/s, %.3f CPU s per 1000" % (seconds, held / seconds, 1000 * cpu / held))
    for minutes in (0, 1, 2):
        say("%d min later: log %.0f MiB, index %.0f MiB" % ((minutes,) + gateway.sizes()))
        time.sleep(60 if minutes < 2 else 0)
    gateway.stop()
    say("stopped: log %.0f MiB, index %.0f MiB" % gateway.sizes())


def measure(messages, options):
    folder = tempfile.mkdtemp(prefix="holdfast-held-", dir=options.dir)
    os.chmod(folder, 0o755)
    users = ["held%d@bench.test" % number for number in range(min(options.users, messages))]
    each = messages // len(users)
    held = each * len(users)
    port, first = free_port(), FirstMail()
    first.start()
    sink = Sink(folder, port)
    gateway = Gateway(folder, port, first.port, users, options.heap)

    def say(line):
        print("%9d held: %s" % (held, line), flush=True)

    try:
        say("start with nothing held %.1f s" % gateway.start())
        one_user(gateway, first, lambda line: say("nothing held yet, " + line))
        began, cpu = time.monotonic(), cpu_seconds(gateway.process.pid)
        fill(gateway, each, options.size)
        until(lambda: gateway.held() == held, PATIENCE, "all stored")
        seconds, cpu = time.monotonic() - began, cpu_seconds(gateway.process.pid) - cpu
        say("taken in within %.0f s, %.0f msg/s, %.3f CPU s per 1000" % (seconds, held / seconds, 1000 * cpu / held))
        one_user(gateway, first, say)
        send(gateway, "first@bench.test")
        heap, resident = gateway.heap_in_use()
        log, index = gateway.sizes()
        say("heap in use %.0f MiB (%s), resident at most %.0f MiB" % (heap, options.heap, resident))
        say("log %.0f MiB, index %.0f MiB" % (log, index))
        say("stopped in %.1f s" % gateway.stop())
        again(gateway, first, held, "index intact", say)
        shutil.rmtree(os.path.join(folder, "data", "queue", "index"))
        again(gateway, first, held, "index gone", say)
        if options.drain:
            drain(gateway, sink, held, say)
        return {"messages": held, "heap MiB": heap, "log MiB": log, "index MiB": index}
    finally:
        if gateway.process and gateway.process.poll() is None:
            gateway.process.kill()
        sink.stop()
        if options.keep:
            print("kept: " + folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def project(fewer, more, messages):
    """A line through two measurements."""
    found = {}
    for what in ("heap MiB", "log MiB", "index MiB"):
        slope = (more[what] - fewer[what]) / (more["messages"] - fewer["messages"])
        found[what] = more[what] + slope * (messages - more["messages"])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", action="append", type=int, help="default: 100000 and 1000000")
    parser.add_argument("--users", type=int, default=1000, help="who share them evenly")
    parser.add_argument("--size", type=int, default=4096, help="octets of a message")
    parser.add_argument("--heap", default="-Xmx512m", help="options for the gateway's JVM")
    parser.add_argument("--dir", default=os.environ.get("BENCH_DIR", "/tmp"), help="where the throw-away folder is made")
    parser.add_argument("--drain", action="store_true", help="release all of it at the end and look at the disk")
    parser.add_argument("--keep", action="store_true", help="do not delete the folder")
    options = parser.parse_args()
    subprocess.run([LAUNCHER, "--version"], check=True, stdout=subprocess.DEVNULL)  # builds it where that is needed
    results = [measure(messages, options) for messages in options.messages or [100_000, 1_000_000]]
    if len(results) > 1:
        expected = project(results[-2], results[-1], 10_000_000)
        print(" 10000000 held, projected: " + ", ".join("%s %.0f" % each for each in expected.items()))


if __name__ == "__main__":
    main()
