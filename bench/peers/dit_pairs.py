"""BROJA of the pairs that pairs_ours.mjs prints, by dit, as JSON lines: python dit_pairs.py --method auto < LINES

`least` is the minimum that dit ends at: the information of both neurons about the class, less the synergy that it says. Times are of the
processor: dit's own start is not in them.
"""
import argparse
import json
import sys
import time
import warnings

import dit
from dit.pid import PID_BROJA


def distribution(counts, classes):
    """[4 levels 00, 01, 10, 11][classes] counts to P(t_i, t_j, y)."""
    total = sum(counts)
    cells = {(at // classes // 2, at // classes % 2, at % classes): n / total for at, n in enumerate(counts) if n > 0}
    return dit.Distribution(list(cells), list(cells.values()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", default="auto", help="auto, scipy, admui or cone, as PID_BROJA takes it")
    parser.add_argument("--pairs", type=int, default=None, help="the first so many")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for line in [json.loads(text) for text in sys.stdin][: options.pairs]:
        d = distribution(line["counts"], line["classes"])
        start, used = time.perf_counter(), time.process_time()
        pid = PID_BROJA(d, [[0], [1]], [2], method=options.method)
        both, shared = ((0, 1),), ((0,), (1,))
        synergy, redundancy = float(pid.get_pi(both)), float(pid.get_pi(shared))
        seconds, processor = time.perf_counter() - start, time.process_time() - used
        row = {"peer": "dit", "method": options.method, "place": line["place"], "seconds": seconds, "processor": processor}
        row.update(least=line["information"] - synergy, synergy=synergy, redundancy=redundancy)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
