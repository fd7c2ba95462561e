"""Ranges of a repository's own history, and programs timed over them: what the benchmark scripts share."""
import os, subprocess, sys, time

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
}
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def lines(repository, *arguments):
    result = subprocess.run(["git", "-C", repository, *arguments], env=ENVIRONMENT, capture_output=True)
    return result.stdout.decode(errors="replace").splitlines() if result.returncode == 0 else None


def first_parents(repository):
    return lines(repository, "rev-list", "--first-parent", "HEAD") or []


def changed(repository, base, head):
    """Paths that differ; `None` where a blob is missing from this copy."""
    return lines(repository, "diff", "--numstat", "-M", f"{base}...{head}")


def find_range(repository, history, target, counts=lambda path: True):
    """The range of first parents, of any length that fits, whose number of changed files is closest to the target."""
    best = (float("inf"), None)
    for start in range(0, len(history) - 1, max(1, len(history) // 12)):
        length = 1
        while start + length < len(history):
            base, head = history[start + length], history[start]
            paths = changed(repository, base, head)
            if paths is None:
                break
            number = sum(map(counts, paths))
            best = min(best, (abs(number - target), (base, head, number)))
            if number >= target:
                break
            length = max(length + 1, length * 3 // 2)
        if best[0] <= target // 20:
            break
    return best[1]


def diff_command(repository, base, head):
    """What git itself does to say what changed, with attributes out of its way as they are out of ours."""
    return ["git", "-C", repository, f"--attr-source={EMPTY_TREE}", "-c", "diff.renameLimit=1000", "diff", "-M", "--numstat",
            "--no-ext-diff", "--no-textconv", f"{base}...{head}"]


class Run:
    """One run of a program: `milliseconds`, `mebibytes` at its peak, `status`, `output`."""

    def __init__(self, command, given=b"", accepted=(0,)):
        started = time.perf_counter()
        process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(given)
        process.stdin.close()
        self.output = process.stdout.read()
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.milliseconds = (time.perf_counter() - started) * 1000
        self.mebibytes = usage.ru_maxrss / 1024
        self.status = process.returncode = os.waitstatus_to_exitcode(status)
        if self.status not in accepted or self.output.startswith(b"error:"):
            sys.exit(f"{command} failed: {(said or self.output).decode()}")


def built(name, *arguments):
    """The release build of a program of this repository, or what a variable of its name in capitals points to."""
    given = os.environ.get(name.upper())
    if given:
        return given
    subprocess.run(["cargo", "build", "--quiet", "--release", *arguments], cwd=TOP, check=True)
    folder = "release/examples" if "--example" in arguments else "release"
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(TOP, "target")), folder, name)
