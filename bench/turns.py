"""Processes that work in turns.

A side is a process that works only when it is asked, so that two sides can alternate (A B A B ...)
on the same cores while each keeps its own memory. Lines on standard input ask, lines on standard
output that begin with `turn ` answer in JSON:

    (start)   warm-up steps            {"seconds": [...], "losses": [...]}
    4         four more steps          the same; after the last step of the case also "before" and
                                       "peak", the resident bytes before the model was loaded and
                                       the most since training began
    gemm      a product of matrices    {"gflops": ...}
    end       (the process ends)
"""

import json
import subprocess
import sys


class Side:
    """One process. Its standard error goes to a file, which is shown if it fails."""

    def __init__(self, command, log, environment=None):
        self.command = command
        self.log = log
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
            )

    def answer(self):
        """The next answer; waits for it."""
        for line in self.process.stdout:
            if line.startswith("turn "):
                return json.loads(line[5:])
        self.process.wait()
        with open(self.log) as errors:
            sys.exit(f"{' '.join(self.command)} failed:\n{errors.read()[-3000:]}")

    def ask(self, what):
        """Asks for work and waits for the answer."""
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self):
        if self.process.poll() is None:
            self.process.stdin.write("end\n")
            self.process.stdin.close()
            self.process.wait()
