"""Golden cases of golden/federated: federated loops in float64, written from the papers' formulas.

    python federated.py <golden/federated>

scaffold.json  Karimireddy et al. 2020, Algorithm 1 with option II, cohorts of 3 of 4 clients
fedprox.json   Li et al. 2020: every gradient has mu (w - w_t)
rolora.json    Chen et al. 2025: B trains in rounds 0, 2, .., A in rounds 1, 3, ..; the mean of what
               trained
Needs numpy alone. Every number that a test needs is in the files.
"""

import json
import pathlib
import sys

import numpy as np


def quadratics(rng, clients, size):
    """Client k's loss is 1/2 (w - b_k)' H_k (w - b_k), so that its gradient is H_k (w - b_k)."""
    h, b = [], []
    for _ in range(clients):
        q = rng.normal(size=(size, size))
        h.append(q @ q.T / size + 0.2 * np.eye(size))
        b.append(rng.normal(size=size) * 3)
    return h, b


def loop(case, rule):
    h = [np.array(x) for x in case["hessians"]]
    b = [np.array(x) for x in case["optima"]]
    n = np.array(case["rows"], float)
    x = np.array(case["start"])
    c = np.zeros_like(x)
    own = [np.zeros_like(x) for _ in h]
    rounds = []
    for cohort, rates in zip(case["cohorts"], case["rates"]):
        p = n[cohort] / n[cohort].sum()
        ends, changes = [], []
        for k in cohort:
            y = x.copy()
            for rate in rates[: case["steps"][k]]:
                gradient = h[k] @ (y - b[k])
                if rule == "scaffold":
                    gradient = gradient + c - own[k]
                else:
                    gradient = gradient + case["mu"] * (y - x)
                y = y - rate * gradient
            total = sum(rates[: case["steps"][k]])
            ends.append(y)
            if rule == "scaffold":
                new = own[k] - c + (x - y) / total
                changes.append(new - own[k])
                own[k] = new
        x = sum(weight * end for weight, end in zip(p, ends))
        if rule == "scaffold":
            c = c + sum(changes) / len(h)
        rounds.append(
            {"w": x.tolist(), "c": c.tolist(), "own": [o.tolist() for o in own]}
            if rule == "scaffold"
            else {"w": x.tolist()}
        )
    return rounds


def local_rule(rng, rule):
    h, b = quadratics(rng, 4, 5)
    case = {
        "hessians": [x.tolist() for x in h],
        "optima": [x.tolist() for x in b],
        "rows": [10, 25, 65, 7],
        "steps": [3, 5, 4, 6],
        "start": rng.normal(size=5).tolist(),
        "cohorts": [[0, 1, 3], [1, 2, 3], [0, 2, 3], [0, 1, 2]],
        "rates": [[0.05 * 0.9 ** (6 * r + s) for s in range(6)] for r in range(4)],
    }
    if rule == "fedprox":
        case["mu"] = 0.3
    case["rounds"] = loop(case, rule)
    return case


def rolora(rng):
    m, n, r, clients = 7, 5, 2, 3
    rows = np.array([10, 25, 65], float)
    p = rows / rows.sum()
    a, b = rng.normal(size=(r, n)), np.zeros((m, r))
    case = {"rows": rows.tolist(), "A": a.tolist(), "B": b.tolist(), "rounds": []}
    for t in range(4):
        shape = (m, r) if t % 2 == 0 else (r, n)
        trained = [rng.normal(size=shape) for _ in range(clients)]
        mean = sum(weight * x for weight, x in zip(p, trained))
        exact = sum(w * (x @ a if t % 2 == 0 else b @ x) for w, x in zip(p, trained))
        a, b = (a, mean) if t % 2 == 0 else (mean, b)
        assert np.abs(exact - b @ a).max() < 1e-12
        case["rounds"].append(
            {
                "trained": [x.tolist() for x in trained],
                "A": a.tolist(),
                "B": b.tolist(),
                "product": exact.tolist(),
            }
        )
    return case


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    for name in ("scaffold", "fedprox"):
        case = local_rule(np.random.default_rng(7), name)
        (target / f"{name}.json").write_text(json.dumps(case, indent=1) + "\n")
    case = rolora(np.random.default_rng(8))
    (target / "rolora.json").write_text(json.dumps(case, indent=1) + "\n")
