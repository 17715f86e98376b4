"""The cohorts that LowRankRunsTest expects, from the words of docs/methods.md and Java's documentation.

    python cohorts.py <seed> <clients> <fraction> <rounds>

A round draws max(1, round(fraction K)) clients: the first of a permutation of 0..K-1. Its seed is the first
eight bytes of SHA-256 over the job's seed and the parts "cohort" and the round, each with its length before
it. The permutation is Fisher and Yates', from the end, with the numbers of java.util.SplittableRandom (Steele,
Lea and Flood 2014). Needs nothing but Python.
"""

import hashlib
import struct
import sys

MASK = (1 << 64) - 1


def seed_of(seed, *parts):
    digest = hashlib.sha256(struct.pack(">q", seed))
    for part in parts:
        text = str(part).encode()
        digest.update(struct.pack(">i", len(text)) + text)
    return int.from_bytes(digest.digest()[:8], "big")


class SplittableRandom:
    def __init__(self, seed):
        self.seed = seed

    def next_int(self):
        """32 bits without a sign."""
        self.seed = (self.seed + 0x9E3779B97F4A7C15) & MASK
        z = self.seed
        z = ((z ^ (z >> 33)) * 0x62A9D9ED799705F5) & MASK
        z = ((z ^ (z >> 28)) * 0xCB24D0A5C88C35B3) & MASK
        return z >> 32

    def below(self, bound):
        if bound & (bound - 1) == 0:
            return self.next_int() & (bound - 1)
        while True:
            bits = self.next_int() >> 1
            value = bits % bound
            if bits - value + bound - 1 < 1 << 31:
                return value


def cohort(seed, clients, fraction, round_):
    random = SplittableRandom(seed_of(seed, "cohort", round_))
    order = list(range(clients))
    for i in range(clients - 1, 0, -1):
        j = random.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return sorted(order[: max(1, int(fraction * clients + 0.5))])


if __name__ == "__main__":
    seed, clients, fraction, rounds = sys.argv[1:]
    for r in range(int(rounds)):
        print(r, cohort(int(seed), int(clients), float(fraction), r))
