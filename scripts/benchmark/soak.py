"""The case about round after round: nothing lost, nothing left behind."""

from support.certificates import Certificates
from support.soaking import OUTCOMES, Soaking

from benchmark.bench import ENGINES, Bench
from benchmark.measure import RunFailed
from benchmark.result import CaseResult, Goal

SETTLED = 5  # by this round all that is kept for later has been made


def soak(bench: Bench) -> CaseResult:
    """A hundred rounds in one process, one check in ten a fault."""
    checks = bench.scaled(10_000)
    rounds = 100
    folder = bench.directory / "soak"
    certificates = folder / "certificates"
    certificates.mkdir(parents=True)
    result = CaseResult(
        f"{rounds} rounds of {checks} checks in one process, a tenth fails",
        "Half of the healthy endpoints are HTTPS; faults are wrong statuses, "
        "refused, cut and reset connections, garbage, a certificate out of "
        "date and time limits. In every round every check has exactly one "
        "result, and the one it ought to have.",
        columns=["", f"memory after round {SETTLED}",
                 f"after round {rounds}", "heap in use", "", "descriptors",
                 "", "wrong or lost"],
    )
    with Soaking(folder, Certificates(certificates), checks) as soaking:
        expected = {name: soaking.expected[name] for name in OUTCOMES}
        for engine in ENGINES:
            made = soaking.run(bench.programs.soak, engine, rounds)
            wrong = sum(
                abs(each.outcomes[name] - expected[name])
                for each in made for name in OUTCOMES
            )
            if len(made) != rounds:
                raise RunFailed(f"{len(made)} rounds instead of {rounds}")
            early, last = made[SETTLED - 1], made[-1]
            result.rows.append([
                f"rounds {engine}",
                f"{early.resident_kib / 1024:.1f} MiB",
                f"{last.resident_kib / 1024:.1f} MiB",
                f"{early.heap_kib / 1024:.1f} MiB",
                f"{last.heap_kib / 1024:.1f} MiB",
                str(early.descriptors), str(last.descriptors), str(wrong),
            ])
            result.goals += [
                Goal(f"{engine}: wrong or lost results", 0, wrong),
                Goal(f"{engine}: memory over that of round {SETTLED}", 1.05,
                     last.resident_kib / early.resident_kib),
                Goal(f"{engine}: descriptors over those of round {SETTLED}",
                     1.05, last.descriptors / early.descriptors),
            ]
            result.samples[engine] = [
                [each.resident_kib, each.heap_kib, each.descriptors]
                for each in made
            ]
    return result
