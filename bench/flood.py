#!/usr/bin/env python3
"""Thousands of connections offer large messages at once to a gateway that runs already: does it live, who is served?

Every connection stands ready before any of them says MAIL. One more client sends small mail all the while and is
timed; memory, descriptors, spool and disk are watched. At the end everything that got 250 is read back by the API
and must be there once, octet for octet; for that the recipient must be a user who is held. See bench/README.md.

    bench/flood.py --pid PID --smtp PORT --api URL --token-file FILE --data FOLDER --recipient held@example.com
"""

import argparse
import asyncio
import collections
import hashlib
import json
import multiprocessing
import os
import re
import resource
import sys
import time
import urllib.request

PER_ADDRESS = 100  # connections from one client address
PATIENCE = 600  # seconds for any reply
LINE = b"x" * 76 + b"\r\n"
PIECE = LINE * 840  # a little less than 64 KiB


def head(number):
    return b"Subject: flood %d\r\n\r\n" % number


def content(number, size):
    """The message in pieces."""
    yield head(number)
    left = size - len(head(number))
    while left >= len(PIECE):
        yield PIECE
        left -= len(PIECE)
    yield LINE * (left // len(LINE))


def digest(number, size):
    found = hashlib.sha256()
    for piece in content(number, size):
        found.update(piece)
    return found.hexdigest()


class Session:
    def __init__(self, options, number):
        self.options, self.number = options, number
        self.local = "127.0.%d.%d" % (2 + number // PER_ADDRESS // 250, 1 + number // PER_ADDRESS % 250)

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.options.smtp, local_addr=(self.local, 0)
        )
        banner = await self.reply()
        if banner.startswith("220"):
            await self.say(b"EHLO flood.test\r\n")
        return banner

    async def reply(self):
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), PATIENCE)).decode()
            if line[3:4] != "-":
                return line.strip() or "closed"

    async def say(self, line):
        self.writer.write(line)
        return await self.reply()

    async def message(self, size, declare):
        """Sends one message; what was answered last, and where that was."""
        declared = b" SIZE=%d" % sum(len(piece) for piece in content(self.number, size)) if declare else b""
        steps = {
            "MAIL": b"MAIL FROM:<flood@src.test>%s\r\n" % declared,
            "RCPT": b"RCPT TO:<%s>\r\n" % self.options.recipient.encode(),
            "DATA": b"DATA\r\n",
        }
        for step, line in steps.items():
            answer = await self.say(line)
            if answer[0] not in "23":
                return step, answer
        for piece in content(self.number, size):
            self.writer.write(piece)
            await self.writer.drain()
        return "end", await self.say(b".\r\n")

    def close(self):
        self.writer.close()


async def offer(options, session, start):
    """One of the many; connection resets are outcomes too."""
    try:
        banner = await session.open()
        if not banner.startswith("220"):
            return session.number, "banner", banner
        options.ready += 1
        await start.wait()
        step, answer = await session.message(options.size, options.declare)
        return session.number, step, answer
    except (OSError, asyncio.TimeoutError, IndexError) as trouble:
        return session.number, "broken", type(trouble).__name__
    finally:
        if hasattr(session, "writer"):
            session.close()


async def small_mail(options, session, ended):
    """One message of 4 KB after the other: milliseconds, or what was refused."""
    millis, refused = [], []
    while not ended.is_set():
        began = time.monotonic()
        step, answer = await session.message(4096, True)
        (millis if answer.startswith("250") else refused).append(1000 * (time.monotonic() - began))
        await asyncio.sleep(0.1)
    session.close()
    return millis, refused


def watch(options, ended, result):
    """The most of everything, looked at five times a second; and how long the API takes. A process of its own."""
    most = {}
    while not ended.is_set():
        status = open("/proc/%d/status" % options.pid).read()
        seen = {
            "resident MiB": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024,
            "threads": int(re.search(r"Threads:\s+(\d+)", status).group(1)),
            "descriptors": len(os.listdir("/proc/%d/fd" % options.pid)),
            "spool MiB": size_of(os.path.join(options.data, "spool")) >> 20,
            "disk used MiB": used(options.data) >> 20,
        }
        began = time.monotonic()
        call(options, "/readyz")
        seen["API ms"] = round(1000 * (time.monotonic() - began))
        for name, value in seen.items():
            most[name] = max(most.get(name, 0), value)
        ended.wait(0.2)
    result.put(most)


def size_of(folder):
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            try:
                total += os.path.getsize(os.path.join(path, file))
            except OSError:
                continue
    return total


def used(folder):
    disk = os.statvfs(folder)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def call(options, path):
    request = urllib.request.Request(options.api + path, headers={"Authorization": "Bearer " + options.token})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()
    except urllib.error.HTTPError as refused:  # /readyz may well say no
        return refused.read()


def held(options):
    """How often each number is in the queue, and which are not what was sent."""
    seen, wrong, after = collections.Counter(), [], ""
    while after is not None:
        page = json.loads(call(options, "/v1/queue/messages?limit=500" + ("&after=" + after if after else "")))
        for item in page["items"]:
            raw = call(options, "/v1/queue/messages/%s/raw" % item["id"])
            match = re.search(rb"Subject: flood (\d+)\r\n", raw[:4096])
            number = int(match.group(1))
            if number < 1_000_000:
                seen[number] += 1
                if hashlib.sha256(raw[match.start():]).hexdigest() != digest(number, options.size):
                    wrong.append(number)
        after = page.get("next")
    return seen, wrong


async def flood(options):
    start, ended = asyncio.Event(), asyncio.Event()
    stop, result = multiprocessing.Event(), multiprocessing.Queue()
    options.ready = 0
    other = Session(options, 1_000_000)
    other.local = "127.0.0.1"
    await other.open()  # connections are counted too: who comes first is in
    watching = multiprocessing.Process(target=watch, args=(options, stop, result))
    watching.start()
    sessions = [asyncio.create_task(offer(options, Session(options, n), start)) for n in range(options.connections)]
    waited = time.monotonic()
    while options.ready + sum(task.done() for task in sessions) < len(sessions) and time.monotonic() - waited < 60:
        await asyncio.sleep(0.1)
    print("%d connections are ready" % options.ready, flush=True)
    small = asyncio.create_task(small_mail(options, other, ended))
    began = time.monotonic()
    start.set()
    outcomes = await asyncio.gather(*sessions)
    seconds = time.monotonic() - began
    await asyncio.sleep(2)
    ended.set()
    stop.set()
    most = result.get(timeout=60)
    watching.join()
    return outcomes, seconds, await small, most


def report(options, outcomes, seconds, small, most):
    print("%d connections, %d octets each, in %.1f s:" % (options.connections, options.size, seconds))
    words = collections.Counter((step, re.sub(r" id=.*", "", answer)) for _, step, answer in outcomes)
    for (step, answer), count in words.most_common():
        print("  %6d  %-6s %s" % (count, step, answer))
    millis, refused = small
    print("small mail meanwhile: %d taken, %d refused; median %.0f ms, longest %.0f ms"
          % (len(millis), len(refused), sorted(millis)[len(millis) // 2] if millis else -1, max(millis, default=-1)))
    print("at most: " + ", ".join("%s %d" % pair for pair in most.items()))
    taken = {number for number, step, answer in outcomes if step == "end" and answer.startswith("250")}
    seen, wrong = held(options)
    lost = taken - set(seen)
    print("got 250: %d; held: %d; lost: %d; twice: %d; held without 250: %d; other octets: %d"
          % (len(taken), len(seen), len(lost), sum(1 for n in seen.values() if n > 1), len(set(seen) - taken), len(wrong)))
    return 1 if lost or wrong or any(n > 1 for n in seen.values()) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("pid", "smtp"):
        parser.add_argument("--" + name, type=int, required=True)
    for name in ("api", "token-file", "data", "recipient"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--size", type=int, default=50 << 20, help="octets of a message")
    parser.add_argument("--no-declare", dest="declare", action="store_false", help="without SIZE at MAIL")
    options = parser.parse_args()
    options.token = open(options.token_file).read().strip()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return report(options, *asyncio.run(flood(options)))


if __name__ == "__main__":
    sys.exit(main())
