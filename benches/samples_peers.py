"""relcore on NumPy arrays against scipy and numpy: tests and estimates of two samples.

    pip install relcore numpy scipy
    python benches/samples_peers.py

One thread, CPU time, the best of many rounds; both sides get the same arrays in one run. Before it measures, the script
compares what both return.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import platform
import time
from collections.abc import Callable

import numpy
import scipy
from scipy import stats as peer

from relcore import stats


def cpu(call: Callable[[], object], budget: float = 1.0) -> float:
    """The seconds of CPU of a call: the least of several rounds, each long enough for the clock."""
    call()
    start = time.process_time()
    call()
    once = max(time.process_time() - start, 1e-7)
    repeat = max(1, int(0.02 / once))
    best = float("inf")
    end = time.process_time() + budget
    for _ in range(3 if once > budget else 50):
        start = time.process_time()
        for _ in range(repeat):
            call()
        best = min(best, (time.process_time() - start) / repeat)
        if time.process_time() > end:
            break
    return best


def close(got: float, expected: float, tolerance: float = 1e-9) -> None:
    assert abs(got - expected) <= tolerance * max(abs(expected), 1e-12), (got, expected)


def row(what: str, own: Callable[[], object], other: Callable[[], object] | None, bar: str) -> None:
    ours = cpu(own)
    if other is None:
        print(f"| {what} | {bar} | {ours * 1e3:.4g} ms | | |", flush=True)
        return
    theirs = cpu(other)
    print(f"| {what} | {bar} | {ours * 1e3:.4g} ms | {theirs * 1e3:.4g} ms | {theirs / ours:.1f} |", flush=True)


def shift_of_all(x: numpy.ndarray, y: numpy.ndarray) -> list[float]:
    """Hodges and Lehmann with its interval by all differences."""
    differences = numpy.subtract.outer(x, y).ravel()
    n, m = len(x), len(y)
    depth = int(n * m / 2 - 1.959963984540054 * (n * m * (n + m + 1) / 12) ** 0.5)
    middle = (n * m - 1) // 2
    ranks = [depth, middle, n * m // 2, n * m - 1 - depth]
    parts = numpy.partition(differences, ranks)
    return [(parts[ranks[1]] + parts[ranks[2]]) / 2, parts[ranks[0]], parts[ranks[3]]]


def main() -> None:
    print(f"relcore against scipy {scipy.__version__}, numpy {numpy.__version__}, Python {platform.python_version()};")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| what | bar | relcore | peer | ratio |\n| --- | --- | --- | --- | --- |")
    random = numpy.random.default_rng(20261127)
    arms = {n: (random.lognormal(4.6, 0.5, n) * 1.01, random.lognormal(4.6, 0.5, n)) for n in (60, 200, 1000, 100_000, 1_000_000)}
    for n, bar in ((60, "100"), (1000, "15"), (100_000, "10"), (1_000_000, "7")):
        x, y = arms[n]
        test, other = stats.mann_whitney(x, y, "normal"), peer.mannwhitneyu(x, y, method="asymptotic")
        close(test.u, other.statistic)
        close(test.p_two_sided, other.pvalue)
        row(
            f"Mann-Whitney, {n:,}",
            lambda: stats.mann_whitney(x, y, "normal"),
            lambda: peer.mannwhitneyu(x, y, method="asymptotic"),
            bar,
        )
    x, y = arms[1000]
    got, all_pairs = stats.location_shift(x, y, 0.95), shift_of_all(x, y)
    close(got.estimate, all_pairs[0])
    close(got.lower or 0.0, all_pairs[1])
    close(got.upper or 0.0, all_pairs[2])
    row("Hodges-Lehmann with interval, 1,000", lambda: stats.location_shift(x, y, 0.95), lambda: shift_of_all(x, y), "20")
    x, y = arms[1_000_000]
    row("the same, 1,000,000: 8 TB of differences", lambda: stats.location_shift(x, y, 0.95), None, "600 ms")
    quantile = numpy.quantile(x, 0.99)
    interval = peer.quantile_test(x, q=quantile, p=0.99).confidence_interval(0.95)
    own = stats.quantile_interval(x, 0.99, 0.95)
    assert abs(numpy.searchsorted(numpy.sort(x), [own.low, own.high]) - numpy.searchsorted(numpy.sort(x), interval)).max() <= 1
    row(
        "p99 with interval, 1,000,000",
        lambda: stats.quantile_interval(x, 0.99, 0.95),
        lambda: peer.quantile_test(x, q=quantile, p=0.99).confidence_interval(0.95),
        "4",
    )
    close(stats.welch(x, y, 0.95).t, peer.ttest_ind(x, y, equal_var=False).statistic, 1e-6)
    row("Welch, 1,000,000", lambda: stats.welch(x, y, 0.95), lambda: peer.ttest_ind(x, y, equal_var=False), "8")
    row("Kolmogorov-Smirnov, 1,000,000", lambda: stats.kolmogorov_smirnov(x, y), lambda: peer.ks_2samp(x, y), "3")
    row("compare_samples, 1,000,000", lambda: stats.compare_samples(x, y, {}), None, "")
    # scipy keeps the distribution of a size after its first call, so that only the first one counts.
    x, y = arms[200]
    ours = cpu(lambda: stats.mann_whitney(x, y, "exact"))
    start = time.process_time()
    other = peer.mannwhitneyu(x, y, method="exact", alternative="greater")
    theirs = time.process_time() - start
    close(stats.mann_whitney(x, y, "exact").p_greater, other.pvalue)
    print(f"| Mann-Whitney, exact, 200 | 500 | {ours * 1e3:.4g} ms | {theirs * 1e3:.4g} ms | {theirs / ours:.0f} |")


if __name__ == "__main__":
    main()
