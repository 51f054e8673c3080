#!/usr/bin/env python3
"""How fast is Holdfast beside Postfix? Loopback only; every load and every wait is bounded.

Drives both servers with Postfix's own smtp-source and smtp-sink, one after the other inside each repetition, so
that both see the same machine. Prints medians: messages a second, CPU seconds of the server's process tree for
1000 messages, and where it applies the p99 of what one patient sender waits for its 250 meanwhile.

bench/run.sh starts the servers and calls this; see bench/README.md.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

import idle

TICKS = os.sysconf("SC_CLK_TCK")
RUN_LIMIT = 180  # seconds, for one load
SETTLE = 1.0  # seconds between a load and the next
HELD_USERS = 200
ISOLATION_SESSIONS = 20  # for each destination
ISOLATION_LEAD = 2.0  # seconds before anything is measured


# --- measuring ------------------------------------------------------------------------------------------------


def processes(root):
    """A process and all below it, with what the kernel says of each."""
    parent, said = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        parent[int(entry)] = int(fields[1])
        said[int(entry)] = fields
    return {pid: fields for pid, fields in said.items() if below(pid, root, parent)}


def cpu_seconds(root):
    """User and system time of a process and all below it, children that have ended included."""
    return sum(int(ticks) for fields in processes(root).values() for ticks in fields[11:15]) / TICKS


def below(pid, root, parent):
    while pid in parent:
        if pid == root:
            return True
        pid = parent[pid]
    return False


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


class Sink:
    """An smtp-sink that speaks LMTP and counts; what it took is thrown away."""

    def __init__(self, folder, port):
        self.output = os.path.join(folder, "sink.%d" % port)
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(
                ["smtp-sink", "-4", "-L", "-c", "-u", "nobody", "-m", "2000", "inet:127.0.0.1:%d" % port, "1024"],
                stdout=out,
                stderr=subprocess.DEVNULL,
            )
        until(lambda: answers(port), 5, "smtp-sink")

    def count(self):
        with open(self.output, "rb") as out:
            out.seek(max(0, os.path.getsize(self.output) - 256))
            counters = re.findall(rb"mesg=(\d+)\r", out.read())
        return int(counters[-1]) if counters else 0

    def stall(self):
        """From now on connections are made and nothing is answered, as by a machine whose disk hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.go_on()
        self.process.terminate()
        self.process.wait(10)


class PatientSender(threading.Thread):
    """Sends one message after the other while a load runs and notes how long each 250 took."""

    def __init__(self, port, recipient, size):
        super().__init__(daemon=True)
        self.port, self.recipient = port, recipient
        self.message = (b"Subject: x\r\n\r\n" + b"x" * 76 + b"\r\n") + (b"x" * 76 + b"\r\n") * (size // 78) + b".\r\n"
        self.millis, self.ended = [], False

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            replies = connection.makefile("rb")
            say(connection, replies, b"", b"2")
            say(connection, replies, b"EHLO patient.test\r\n", b"2")
            while not self.ended:
                say(connection, replies, b"MAIL FROM:<patient@src.test>\r\n", b"2")
                say(connection, replies, b"RCPT TO:<%s>\r\n" % self.recipient.encode(), b"2")
                say(connection, replies, b"DATA\r\n", b"3")
                began = time.perf_counter()
                say(connection, replies, self.message, b"2")
                self.millis.append(1000 * (time.perf_counter() - began))

    def finish(self):
        self.ended = True
        self.join(30)
        return len(self.millis)


def say(connection, replies, line, expected):
    connection.sendall(line)
    reply = replies.readline()
    while reply[3:4] == b"-":
        reply = replies.readline()
    if not reply.startswith(expected):
        raise RuntimeError("%r -> %r" % (line[:40], reply))


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def until(fact, limit, what):
    end = time.monotonic() + limit
    while not fact():
        if time.monotonic() > end:
            raise RuntimeError("%s: not within %s s" % (what, limit))
        time.sleep(0.005)


def source(port, recipient, count, size, sessions, numbered=False, keep=True):
    """Offers count messages over that many sessions; returns when all were answered.

    numbered: each message is for another user, made by putting a number before the recipient.
    keep: sessions stay open; otherwise every message has a connection of its own.
    """
    done = subprocess.run(
        ["smtp-source", "-4", "-m", str(count), "-s", str(sessions), "-l", str(size)]
        + (["-d"] if keep else [])
        + (["-N"] if numbered else [])
        + ["-f", "sender@src.test", "-t", recipient, "-M", "src.test", "inet:127.0.0.1:%d" % port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=RUN_LIMIT,
    )
    if done.returncode:
        raise RuntimeError("smtp-source: " + done.stderr.decode(errors="replace")[:200])


class Load:
    """An smtp-source that offers mail without end, until it is stopped."""

    def __init__(self, port, recipient, size):
        self.process = subprocess.Popen(
            ["smtp-source", "-4", "-d", "-m", "10000000", "-s", str(ISOLATION_SESSIONS), "-l", str(size)]
            + ["-f", "sender@src.test", "-t", recipient, "-M", "src.test", "inet:127.0.0.1:%d" % port],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self):
        self.process.kill()
        self.process.wait(10)


# --- the two servers ------------------------------------------------------------------------------------------


class Postfix:
    name = "postfix"

    def __init__(self, options, folder):
        self.pid = int(open(options.postfix_pidfile).read())
        self.config = options.postfix_config
        self.relay_port, self.hold_port = options.postfix_relay, options.postfix_hold
        self.sink, self.other = Sink(folder, options.postfix_sink), Sink(folder, options.postfix_other)

    def forget_held(self):
        subprocess.run(["postsuper", "-c", self.config, "-d", "ALL"], check=True, stderr=subprocess.DEVNULL)

    def held(self):
        return sum(len(files) for _, _, files in os.walk(os.path.join(os.path.dirname(self.config), "queue", "hold")))

    def release(self):
        subprocess.run(["postsuper", "-c", self.config, "-H", "ALL"], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["postqueue", "-c", self.config, "-f"], check=True)

    def queue_up(self, recipient, count, size):
        """By way of the hold queue: Postfix slows its clients down while more comes in than goes out."""
        source(self.hold_port, recipient, count, size, ISOLATION_SESSIONS)
        self.release()

    def forget_queued(self):
        subprocess.run(["postsuper", "-c", self.config, "-d", "ALL"], check=True, stderr=subprocess.DEVNULL)


class Holdfast:
    name = "holdfast"

    def __init__(self, options, folder):
        self.pid = options.holdfast_pid
        self.relay_port = self.hold_port = options.holdfast_smtp
        self.api, self.token = options.holdfast_api, options.holdfast_token
        self.sink, self.other = Sink(folder, options.holdfast_sink), Sink(folder, options.holdfast_other)

    def forget_held(self):
        """Throwing mail away wants a reason and a person, on purpose: it is let out instead."""
        self.release()
        until(lambda: self.held() == 0, RUN_LIMIT, "release of what was held")
        self.states("moving")

    def held(self):
        return json.loads(self.call("GET", "/v1/queue"))["held"]

    def queue_up(self, recipient, count, size):
        source(self.relay_port, recipient, count, size, ISOLATION_SESSIONS)

    def forget_queued(self):
        until(lambda: self.held() == 0, RUN_LIMIT, "what was held for the stalled pair")

    def release(self):
        self.states("active")

    def states(self, state):
        lines = [json.dumps({"address": user, "state": state}) for user in held_users()]
        answers = self.call("POST", "/v1/states", "\n".join(lines) + "\n").splitlines()
        if len(answers) != len(lines) or not all(json.loads(a).get("state") == state for a in answers):
            raise RuntimeError("flip to %s: %s" % (state, answers[:2]))

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.api + path,
            method=method,
            data=body.encode() if body else None,
            headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/x-ndjson"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read().decode()


def held_users():
    return ["held%d@bench.test" % number for number in range(HELD_USERS)]


# --- the cases ------------------------------------------------------------------------------------------------


def relay(server, options):
    """Until the backend has everything; all of it for one user."""
    before = server.sink.count()
    return timed(server, options.relay_count, lambda: relay_load(server, options, before, "user@bench.test", False))


def relay_many(server, options):
    """The same, every message for another user."""
    before = server.sink.count()
    return timed(server, options.relay_count, lambda: relay_load(server, options, before, "u@many.test", True))


def relay_new(server, options):
    """Every message for another user and over a connection of its own."""
    before = server.sink.count()
    return timed(
        server, options.relay_count, lambda: relay_load(server, options, before, "u@many.test", True, keep=False))


def relay_sized(size, count):
    """Messages of another size, every one for another user."""

    def case(server, options):
        before = server.sink.count()
        sized = argparse.Namespace(**{**vars(options), "size": size, "relay_count": count})
        return timed(server, count, lambda: relay_load(server, sized, before, "u@many.test", True))

    return case


def relay_load(server, options, before, recipient, numbered, keep=True):
    source(server.relay_port, recipient, options.relay_count, options.size, options.sessions, numbered, keep)
    until(lambda: server.sink.count() >= before + options.relay_count, RUN_LIMIT, "relay")


def hold(server, options):
    """Until everything has been answered 250 and lies on stable storage."""
    patient = PatientSender(server.hold_port, "held0@bench.test", options.size)
    patient.start()
    cpu, began = cpu_seconds(server.pid), time.monotonic()
    source(server.hold_port, "held1@bench.test", options.hold_count, options.size, options.sessions)
    seconds = time.monotonic() - began
    count = options.hold_count + patient.finish()
    cpu = cpu_seconds(server.pid) - cpu
    server.forget_held()
    return {"rate": count / seconds, "cpu": 1000 * cpu / count, "p99": percentile(patient.millis, 0.99)}


def release(server, options):
    """From the word until the backend has everything, many users at once."""
    each = options.release_count // HELD_USERS
    for user in held_users():
        source(server.hold_port, user, each, options.size, 10)
    if server.held() != each * HELD_USERS:
        raise RuntimeError("%s holds %d instead of %d" % (server.name, server.held(), each * HELD_USERS))
    before = server.sink.count()
    result = timed(server, each * HELD_USERS, lambda: release_load(server, before + each * HELD_USERS))
    server.forget_held()
    return result


def release_load(server, goal):
    server.release()
    until(lambda: server.sink.count() >= goal, RUN_LIMIT, "release")


def isolation(server, options):
    """What a destination takes beside another one that is well, that stalls, and that much is queued for."""
    found = {"alone": beside(server, options, False), "beside one that is well": beside(server, options, True)}
    server.other.stall()
    try:
        found["beside one that stalls"] = beside(server, options, True)
        server.queue_up("user@other.test", options.isolation_queued, options.size)
        found["%d queued for that one" % options.isolation_queued] = beside(server, options, False)
    finally:
        server.other.go_on()
    server.forget_queued()
    return found


def beside(server, options, with_other):
    """What the destination takes for some seconds, and how long a patient sender to it waits."""
    loads = [Load(server.relay_port, "user@bench.test", options.size)]
    if with_other:
        loads.append(Load(server.relay_port, "user@other.test", options.size))
    patient = PatientSender(server.relay_port, "user@bench.test", options.size)
    try:
        time.sleep(ISOLATION_LEAD)
        patient.start()
        before, began = server.sink.count(), time.monotonic()
        time.sleep(options.isolation_seconds)
        rate = (server.sink.count() - before) / (time.monotonic() - began)
    finally:
        for load in loads:
            load.stop()
    patient.finish()
    time.sleep(SETTLE)
    return {"rate": rate, "p99": percentile(patient.millis, 0.99)}


def timed(server, count, load):
    cpu, began = cpu_seconds(server.pid), time.monotonic()
    load()
    seconds = time.monotonic() - began
    time.sleep(SETTLE)  # what the server still does for these messages counts too
    return {"rate": count / seconds, "cpu": 1000 * (cpu_seconds(server.pid) - cpu) / count}


def idle_connections(server, options):
    """What open connections cost that do nothing."""
    return idle.costs(server, lambda: sorted(processes(server.pid)), options.idle_connections)


CASES = {
    "relay": relay,
    "relay-many": relay_many,
    "relay-new": relay_new,
    "relay-64k": relay_sized(64 * 1024, 2000),
    "relay-1m": relay_sized(1024 * 1024, 300),
    "hold": hold,
    "release": release,
    "isolation": isolation,
    "idle": idle_connections,
}


def compare(case, servers, options):
    results = {server.name: [] for server in servers}
    for repetition in range(options.warm_up + options.repetitions):
        for server in servers:
            result = CASES[case](server, options)
            if repetition >= options.warm_up:
                results[server.name].append(result)
            time.sleep(SETTLE)
    return results


def report_isolation(results):
    for name, runs in results.items():
        for phase in runs[0]:
            rate = statistics.median(run[phase]["rate"] for run in runs)
            wait = statistics.median(run[phase]["p99"] for run in runs)
            print("%-10s %-9s %-28s %8.0f msg/s  p99 %7.1f ms" % ("isolation", name, phase, rate, wait), flush=True)


def report(case, results):
    if case == "isolation":
        report_isolation(results)
        return
    if case == "idle":
        idle.report_all(results)
        return
    for name, runs in results.items():
        rates = [run["rate"] for run in runs]
        line = "%-10s %-9s %8.0f msg/s (%.0f to %.0f)  %7.3f CPU s per 1000" % (
            case,
            name,
            statistics.median(rates),
            min(rates),
            max(rates),
            statistics.median(run["cpu"] for run in runs),
        )
        if "p99" in runs[0]:
            line += "  p99 %6.1f ms" % statistics.median(run["p99"] for run in runs)
        print(line, flush=True)
    if len(results) == 2:
        one, two = (statistics.median(run["rate"] for run in runs) for runs in results.values())
        print("%-10s ratio     %8.1f" % (case, two / one), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("postfix-relay", "postfix-hold", "postfix-sink", "postfix-other", "holdfast-pid", "holdfast-smtp",
                 "holdfast-sink", "holdfast-other"):
        parser.add_argument("--" + name, type=int)
    for name in ("folder", "postfix-config", "postfix-pidfile", "holdfast-api", "holdfast-token"):
        parser.add_argument("--" + name)
    parser.add_argument("--case", action="append", choices=CASES, help="default: all")
    parser.add_argument("--only", choices=("postfix", "holdfast"))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--warm-up", type=int, default=1, help="repetitions that do not count")
    parser.add_argument("--size", type=int, default=4096, help="octets of a message")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--relay-count", type=int, default=5000)
    parser.add_argument("--hold-count", type=int, default=5000)
    parser.add_argument("--release-count", type=int, default=20000)
    parser.add_argument("--isolation-seconds", type=float, default=8)
    parser.add_argument("--isolation-queued", type=int, default=22000)
    parser.add_argument("--idle-connections", type=int, default=2000)
    parser.add_argument("--json", help="also write every single result here")
    return parser.parse_args()


def main():
    options = arguments()
    servers = [kind(options, options.folder) for kind in (Postfix, Holdfast) if options.only in (None, kind.name)]
    everything = {}
    try:
        for case in options.case or CASES:
            everything[case] = compare(case, servers, options)
            report(case, everything[case])
    finally:
        for server in servers:
            server.sink.stop()
            server.other.stop()
        if options.json:
            with open(options.json, "w") as out:
                json.dump(everything, out, indent=1)


if __name__ == "__main__":
    sys.exit(main())
