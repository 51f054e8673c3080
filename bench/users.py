#!/usr/bin/env python3
"""Writes a CSV of users for `holdfast map load`: sorted as the map sorts, or shuffled; with its pairs as YAML.

    bench/users.py --users 10000000 --domains 1000 --pairs 100 --out /tmp/users [--shuffled] [--move PART]

makes OUT.csv and OUT-pairs.yaml. Memory: one permutation by arithmetic, so none to speak of.
"""

import argparse
from math import gcd


def shuffled(n):
    """A fixed permutation of 0..n-1: i -> a*i + b modulo n, with a far from 1 and coprime to n."""
    a = int(n * 0.6180339887) | 1
    while gcd(a, n) != 1:
        a += 2
    return lambda i: (a * i + n // 3) % n


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--users", type=int, default=10_000_000)
    args.add_argument("--domains", type=int, default=1000)
    args.add_argument("--pairs", type=int, default=100)
    args.add_argument("--out", required=True)
    args.add_argument("--shuffled", action="store_true")
    args.add_argument("--move", type=int, default=0, help="every so many-th user lives on the next pair")
    given = args.parse_args()
    with open(given.out + "-pairs.yaml", "w") as pairs:
        pairs.write("pairs:\n")
        for p in range(given.pairs):
            pairs.write(
                f"  - {{ name: pair{p:03}, members: {{ a{p:03}: {{ lmtp: '127.0.0.1:{20000 + 2 * p}' }},"
                f" b{p:03}: {{ lmtp: '127.0.0.1:{20001 + 2 * p}' }} }}, active: a{p:03} }}\n"
            )
    each = -(-given.users // given.domains)
    order = shuffled(given.users) if given.shuffled else lambda i: i
    with open(given.out + ".csv", "w", buffering=1 << 20) as csv:
        csv.write("address,pair,state\n")
        for i in range(given.users):
            n = order(i)
            moved = 1 if given.move and n % given.move == 0 else 0
            pair = (n * 31 + moved) % given.pairs
            csv.write(f"user.{n:08}@domain{n // each:04}.example,pair{pair:03},active\n")


if __name__ == "__main__":
    main()
