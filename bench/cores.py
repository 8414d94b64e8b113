"""How near two cores are, seen by what it costs to hand a cache line over.

The cores of a virtual machine are near one another or far apart, and move while a run goes on. All
that crosses threads is several times slower when they are far; which candidate meets that is chance.
So such workloads begin when the cores are near, and begin again if they moved apart meanwhile. A
round in which they never stayed near counts as one that others disturbed.
"""
import time

import runner
import suite

PATIENCE = 10  # seconds to wait for near cores
ATTEMPTS = 3  # to run a job while they are near


def are_near(seconds, least):
    """`seconds` is the price of a line, `least` the lowest of the run; None if nobody looked.

    Seen: 44 .. 85 ns when near, 400 and more when far.
    """
    return seconds is None or seconds <= 3 * least


class Cores:
    """`look()` gives the price of a line now, in seconds."""

    def __init__(self, look, clock=time.monotonic):
        self._look = look
        self._clock = clock
        self._least = float("inf")

    def look(self):
        seconds = self._look()
        self._least = min(self._least, seconds)
        return seconds

    def await_near(self):
        """The price when they are near, or when patience is over."""
        end = self._clock() + PATIENCE
        seconds = self.look()
        while not are_near(seconds, self._least) and self._clock() < end:
            seconds = self.look()
        return seconds

    def run(self, job, build):
        """As runner.run. Rows of jobs that cross threads know how far apart the cores were."""
        if not job.crosses:
            return runner.run(job, build)
        for _ in range(ATTEMPTS):
            before = self.await_near()
            rows = runner.run(job, build)
            apart = max(before, self.look())
            if are_near(apart, self._least):
                break
        for row in rows:
            row.apart = apart
        return rows


def of_machine(build):
    """Looks by the bench that hands a line over and does nothing else."""
    def look():
        return min(row.values["p50_s"] for row in runner.run(suite.LINE, build))
    look()  # loads the program
    return Cores(look)
