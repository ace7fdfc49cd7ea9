"""Compares audits that Spark scanned with one of `banister audit scan`: they must have the same files. `run` starts this."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import archive
import pyspark

BANISTER = Path(sys.argv[1]).resolve()
SPARK = Path(pyspark.__file__).parent
OBJECTS, RECORDS, FAILED_READS = 24, 60, 3
POLICY = """
version: 1
name: spark
word_filters: [{name: secrets, words: [project falcon], action: block}]
pii: [{types: [EMAIL, PHONE, CREDIT_DEBIT_CARD_NUMBER], action: mask}]
"""
ENVIRONMENT = {
    **os.environ,
    "SPARK_HOME": str(SPARK),
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYSPARK_PYTHON": sys.executable,
    "PYSPARK_DRIVER_PYTHON": sys.executable,
}


def banister(*arguments, code):
    run = subprocess.run([BANISTER, "audit", *arguments], capture_output=True, text=True)
    assert run.returncode == code, f"audit {arguments[0]}: exit code {run.returncode}\n{run.stdout}{run.stderr}"
    return run.stdout


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Audit:
    """An audit whose units Spark scans, with the job that `audit spark` prints."""

    def __init__(self, folder, name):
        self.folder, self.out, self.name = folder, folder / name, name
        banister("plan", str(folder / "logs"), "--out", name, code=0)
        self.job = folder / f"{name}.py"
        self.job.write_text(banister("spark", name, "--policy", "policy.yaml", "--findings-format", "both", code=0))

    def submit(self, master, **configuration):
        options = [f"--conf=spark.{key.replace('_', '.')}={value}" for key, value in configuration.items()]
        arguments = ["--out", self.name, "--policy", str(self.folder / "policy.yaml"), "--findings-format", "both"]
        arguments += ["--partitions", str(OBJECTS)]
        with open(self.folder / f"{self.name}.log", "wb") as log:
            return subprocess.Popen(
                [SPARK / "bin" / "spark-submit", "--master", master, *options, self.job, *arguments],
                env=ENVIRONMENT,
                stdout=log,
                stderr=log,
            )

    def log(self):
        return (self.folder / f"{self.name}.log").read_text(errors="replace")[-5000:]

    def check_like(self, other):
        # The archive has lines that cannot be read: incomplete.
        banister("finalize", self.name, code=FAILED_READS)
        # The list has the digest of every file but the manifest, which has the time.
        ours, theirs = (folder.joinpath("files.sha256").read_text().splitlines() for folder in (self.out, other))
        assert ours == theirs, f"{self.name}: other files than on one machine: {sorted(set(ours) ^ set(theirs))}"
        assert sum("  receipts/" in line for line in ours) == OBJECTS + 1, "a receipt for each object and the marker"
        assert sum("  findings/" in line for line in ours) >= OBJECTS
        banister("verify", self.name, "--policy", "policy.yaml", "--rescan", "100%", code=0)


@contextlib.contextmanager
def process(log, *arguments):
    """A daemon of Spark; it and its children are ended by their process IDs."""
    with open(log, "wb") as out:
        daemon = subprocess.Popen([SPARK / "bin" / "spark-class", *arguments], env=ENVIRONMENT, stdout=out, stderr=out)
    try:
        yield daemon
    finally:
        kill(daemon)


def children(pid):
    """Returns the process IDs of the children, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *children(child)]
    return found


def kill(daemon):
    for pid in [daemon.pid, *children(daemon.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    daemon.wait()


def wait_for(what, check, seconds=600):
    for _ in range(seconds * 5):
        if result := check():
            return result
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return json.load(response)
    # It does not listen yet, or says in words that it is starting.
    except (OSError, ValueError):
        return None


def one_process(audit, single):
    job = audit.submit("local[2]")
    assert job.wait() == 0, audit.log()
    audit.check_like(single)
    print(f"local[2]: the same {len(list((single / 'receipts').iterdir()))} receipts and findings as on one machine")


def cluster(audit, single):
    """Kills a worker, with its executor, after both have ended tasks."""
    port, state_port, ui_port = free_port(), free_port(), free_port()
    master, folder = f"spark://127.0.0.1:{port}", audit.folder
    package = "org.apache.spark.deploy"
    with contextlib.ExitStack() as daemons:
        daemons.enter_context(
            process(folder / "master.log", f"{package}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(state_port))
        )
        workers = [
            daemons.enter_context(
                process(folder / f"worker-{number}.log", f"{package}.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
                        "--work-dir", str(folder / f"work-{number}"), "--webui-port", str(free_port()), master)
            )
            for number in range(2)
        ]
        wait_for("workers", lambda: len((get(state_port, "/json/") or {}).get("workers", [])) == 2)
        events = folder / "events"
        events.mkdir()
        job = audit.submit(
            master, ui_port=ui_port, executor_memory="512m", driver_host="127.0.0.1", eventLog_enabled="true",
            eventLog_dir=events.as_uri(), eventLog_rolling_enabled="false", eventLog_compress="false",
        )
        daemons.callback(kill, job)

        def both_ended_tasks():
            assert job.poll() is None, f"the job ended before a worker was killed\n{audit.log()}"
            (application,) = get(ui_port, "/api/v1/applications") or [None]
            executors = application and get(ui_port, f"/api/v1/applications/{application['id']}/executors")
            executors = [executor for executor in executors or [] if executor["id"] != "driver"]
            return len(executors) == 2 and all(executor["completedTasks"] >= 2 for executor in executors)

        wait_for("tasks of both executors", both_ended_tasks)
        kill(workers[0])
        assert job.wait(timeout=600) == 0, audit.log()
        ended, removed = tasks(events)
    assert len(removed) == 1, f"executors that Spark missed: {removed}"
    assert len(ended) == 2 and all(count >= 2 for count in ended.values()), f"tasks by executor: {ended}"
    audit.check_like(single)
    print(f"cluster: tasks by executor {dict(sorted(ended.items()))}, of which {removed} was killed; the same audit")


def tasks(events):
    """Returns the number of tasks that each executor ended before one was removed, and the removed ones before the end."""
    (log,) = events.iterdir()
    ended, removed, after = {}, [], 0
    for line in log.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerExecutorRemoved":
            removed.append(event["Executor ID"])
        if event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] == "Success":
            if removed:
                after += 1
            else:
                executor = event["Task Info"]["Executor ID"]
                ended[executor] = ended.get(executor, 0) + 1
    assert after > 0, "no task ended after the worker was killed: the archive is too small"
    return ended, removed


def main():
    folder = Path(tempfile.mkdtemp(prefix="banister-spark-"))
    try:
        os.chdir(folder)
        archive.write(folder / "logs", OBJECTS, RECORDS)
        (folder / "policy.yaml").write_text(POLICY)
        policy = str(folder / "policy.yaml")
        # By absolute paths, because executors have directories of their own.
        banister("scan", str(folder / "logs"), "--out", "single", "--policy", policy, "--findings-format", "both", code=FAILED_READS)
        one_process(Audit(folder, "local"), folder / "single")
        if sys.argv[2:] == ["local"]:
            print("skipped: the cluster with a worker that is killed; run integrations/spark/test/run without an argument")
        else:
            cluster(Audit(folder, "cluster"), folder / "single")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
