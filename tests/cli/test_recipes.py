"""The recipes in examples/: their own commands are run, with what each system
sets in the environment, against servers on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.counting import Answer, CountingServer
from support.parsers import github, junit
from support.plans import plan_of
from support.program import PROJECT, SLOWNESS, Rounds, clean_environment

EXAMPLES = PROJECT / "examples"
SHARDS = 4

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def engine() -> None:
    """The recipes say what is run."""


@pytest.fixture
def run(rounds: Rounds) -> Run:
    """Runs a command with `rounds` on its PATH, in the test's folder."""
    tools = rounds.directory / "bin"
    tools.mkdir()
    (tools / "rounds").symlink_to(rounds.binary)

    def run_command(
        *command: str | Path, cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Done:
        path = f"{tools}:{os.environ['PATH']}"
        return subprocess.run(
            command, cwd=cwd or rounds.directory, capture_output=True,
            env=clean_environment() | {"PATH": path} | dict(env or {}),
            encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
            timeout=60 * SLOWNESS,
        )

    return run_command


@pytest.fixture
def servers(
    make_counting: Callable[..., CountingServer]
) -> list[CountingServer]:
    """Origins to be split."""
    return [make_counting() for _ in range(6)]


@pytest.fixture
def plan(rounds: Rounds, servers: list[CountingServer]) -> Path:
    """Two endpoints an origin; each wants the token."""
    text = plan_of(
        [f"{each.origin}/{i}" for each in servers for i in range(2)],
        'defaults = { headers = { Authorization = "${API_TOKEN:-none}"; }; };')
    file = rounds.directory / "plan.cfg"
    file.write_text(text.replace("$$", "$"), "utf-8")
    return file


def example(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def read_yaml(name: str) -> Any:
    """A manifest, as a reader that takes every key for text sees it."""
    return yaml.load(example(name), yaml.BaseLoader)


def hold_all_asked_once(servers: list[CountingServer]) -> None:
    """By one machine each, with one connection of its own at the least."""
    for server in servers:
        assert sorted(each.target for each in server.requests) == ["/0", "/1"]


# GitHub Actions.


class Workflow:
    """The jobs of a workflow, step by step as the runner takes them."""

    def __init__(self, directory: Path, run: Run) -> None:
        self.jobs = read_yaml("github-actions.yml")["jobs"]
        self._env = read_yaml("github-actions.yml")["env"]
        self._directory = directory
        self._run = run
        self.summary = directory / "summary.md"

    def job(self, name: str, **context: str) -> list[Done]:
        """Run the job's own commands and hand its artifacts on."""
        folder = self._directory / "-".join([name, *context.values()])
        folder.mkdir()
        shutil.copy(self._directory / "plan.cfg", folder)
        done = []
        for step in self.jobs[name]["steps"]:
            if "run" in step:
                done.append(self._command(step, folder, context))
            elif step["uses"].startswith("actions/upload-artifact"):
                self._upload(step["with"], folder, context)
            elif step["uses"].startswith("actions/download-artifact"):
                self._download(step["with"], folder)
        return done

    def _command(
        self, step: Any, folder: Path, context: dict[str, str]
    ) -> Done:
        assert step["shell"] == "bash"
        env = self._env | {
            name: self._value(value, context)
            for name, value in step.get("env", {}).items()
        }
        script = folder / "step.sh"
        script.write_text(step["run"], "utf-8")
        return self._run(
            "bash", "--noprofile", "--norc", "-eo", "pipefail", script,
            cwd=folder, env=env | {
                "CI": "true", "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(folder),
                "GITHUB_STEP_SUMMARY": str(self.summary),
            })

    def _value(self, text: str, context: dict[str, str]) -> str:
        matrix = self.jobs["check"]["strategy"]["matrix"]["shard"]
        known = {
            "matrix.shard": context.get("shard", ""),
            "strategy.job-total": str(len(matrix)),
            "secrets.API_TOKEN": "t0k3n-0f-0urs",
        }
        return re.sub(r"\$\{\{ *(\S+) *\}\}", lambda m: known[m[1]], text)

    def _upload(
        self, settings: Any, folder: Path, context: dict[str, str]
    ) -> None:
        target = (self._directory / "artifacts"
                  / self._value(settings["name"], context))
        target.mkdir(parents=True)
        for name in settings["path"].split():
            shutil.copy(folder / name, target)

    def _download(self, settings: Any, folder: Path) -> None:
        for each in (self._directory / "artifacts").glob(settings["pattern"]):
            shutil.copytree(each, folder / settings["path"] / each.name)


@pytest.fixture
def workflow(rounds: Rounds, run: Run, plan: Path) -> Workflow:
    """The GitHub workflow, its matrix of as many shards."""
    made = Workflow(rounds.directory, run)
    shards = made.jobs["check"]["strategy"]["matrix"]["shard"]
    assert shards == [str(i + 1) for i in range(SHARDS)]
    return made


def run_matrix(workflow: Workflow) -> list[Done]:
    return [done for shard in range(1, SHARDS + 1)
            for done in workflow.job("check", shard=str(shard))]


def test_in_github_shards_are_told_as_one(
    workflow: Workflow, servers: list[CountingServer]
) -> None:
    shards = run_matrix(workflow)
    [report] = workflow.job("report")

    assert [each.returncode for each in shards] == [0] * SHARDS
    assert (report.returncode, report.stderr) == (0, "")
    hold_all_asked_once(servers)
    for server in servers:
        for request in server.requests:
            assert request.header("Authorization") == "t0k3n-0f-0urs"
    assert "t0k3n" not in report.stdout + "".join(
        each.stdout for each in shards)


def test_in_github_the_report_gives_the_verdict_and_annotates_once(
    workflow: Workflow, servers: list[CountingServer]
) -> None:
    servers[2].script("/1", [Answer(500)])

    shards = run_matrix(workflow)
    before = workflow.summary.exists()
    [report] = workflow.job("report")

    assert [each.returncode for each in shards] == [0] * SHARDS
    assert not before
    for shard in shards:
        assert github.parse_github(shard.stdout.split("::stop-commands::")[0]
                                   ).commands == []
    after_fence = report.stdout.split("::\n", 2)[-1]
    [command] = github.parse_github(after_fence).commands
    assert report.returncode == 1
    assert command.properties["title"] == "e5: status"
    assert command.properties["file"] == "plan.cfg"
    assert "| e5 | unhealthy | status |" in workflow.summary.read_text("utf-8")


def test_in_github_a_mistake_in_the_plan_fails_the_shard(
    rounds: Rounds, workflow: Workflow
) -> None:
    (rounds.directory / "plan.cfg").write_text("endpoints = 5;", "utf-8")

    with pytest.raises(FileNotFoundError):  # there is no report to upload
        workflow.job("check", shard="1")

    step = workflow.jobs["check"]["steps"][1]
    done = workflow._command(  # pylint: disable=protected-access
        step, rounds.directory / "check-1", {"shard": "1"})
    assert done.returncode == 2


# GitLab.


def run_gitlab(rounds: Rounds, run: Run, **env: str) -> list[Done]:
    """The script of each job, as the runner's shell gets it."""
    jobs = read_yaml("gitlab-ci.yml")
    assert jobs["stages"] == [jobs["shard"]["stage"],
                              jobs["endpoints"]["stage"]]
    total = int(jobs["shard"]["parallel"])
    done = []
    for index in range(1, total + 1):
        script = "\n".join(["set -eo pipefail", *jobs["shard"]["script"]])
        done.append(run("bash", "-c", script, env=jobs["variables"] | {
            "CI": "true", "GITLAB_CI": "true", "CI_NODE_INDEX": str(index),
            "CI_NODE_TOTAL": str(total)} | env))
    script = "\n".join(["set -eo pipefail", *jobs["endpoints"]["script"]])
    assert jobs["shard"]["artifacts"]["paths"] == ["shard-*.json"]
    return [*done, run("bash", "-c", script, env=jobs["variables"])]


def test_in_gitlab_the_parallel_jobs_are_told_as_one(
    rounds: Rounds, run: Run, plan: Path, servers: list[CountingServer]
) -> None:
    servers[0].script("/0", [Answer(404)])

    *shards, report = run_gitlab(rounds, run)

    assert [each.returncode for each in shards] == [0] * SHARDS
    assert report.returncode == 1
    hold_all_asked_once(servers)
    artifacts = read_yaml("gitlab-ci.yml")["endpoints"]["artifacts"]
    xml = rounds.directory / artifacts["reports"]["junit"]
    cases = junit.parse_junit(xml.read_text("utf-8"))
    assert len(cases) == 2 * len(servers)
    assert [each.name for each in cases if each.ending] == ["e0"]
    assert (rounds.directory / artifacts["paths"][0]).exists()


# Jenkins.


def shell_steps(text: str) -> list[str]:
    """The scripts of the sh steps."""
    return re.findall(r"\bsh '''(.*?)'''", text, re.S)


def test_in_jenkins_the_matrix_is_told_as_one(
    rounds: Rounds, run: Run, plan: Path, servers: list[CountingServer]
) -> None:
    servers[3].script("/1", [Answer(503)])
    text = example("Jenkinsfile")
    shard_step, report_step = shell_steps(text)
    [values] = re.findall(r"values (.*)", text)
    shards = re.findall(r"'(\d+)'", values)
    env = dict(re.findall(r"^ +(PLAN|SHARDS) = '(.*)'$", text, re.M))
    assert shards == [str(i + 1) for i in range(int(env["SHARDS"]))]

    done = [run("sh", "-xe", "-c", shard_step.replace("\\\\\n", "\\\n"),
                env=env | {"SHARD": shard, "JENKINS_URL": "http://x/"})
            for shard in shards]
    report = run("sh", "-xe", "-c", report_step, env=env)

    assert [each.returncode for each in done] == [0] * SHARDS
    assert report.returncode == 1
    hold_all_asked_once(servers)
    [file] = re.findall(r"junit '(.*)'", text)
    junit_text = (rounds.directory / file).read_text("utf-8")
    assert [each.name for each in junit.parse_junit(junit_text)
            if each.ending] == ["e7"]
    [page] = re.findall(r"archiveArtifacts '(.*)'", text)
    assert (rounds.directory / page).exists()


def test_the_jenkinsfiles_braces_and_quotes_are_in_pairs() -> None:
    text = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*", "",
                  example("Jenkinsfile"), flags=re.S)

    assert "'" not in text and '"' not in text
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0


# Kubernetes.


class Pod:
    """The container of a Job's pod."""

    def __init__(self, name: str) -> None:
        self.job = read_yaml(f"kubernetes/{name}.yaml")
        [self.container] = self.job["spec"]["template"]["spec"]["containers"]

    def run(
        self, run: Run, mounts: Mapping[str, Path], **env: str
    ) -> Done:
        """Run its command, with what is mounted at these paths."""
        given = {each["name"]: each.get("value", "")
                 for each in self.container["env"]}
        for mount in self.container["volumeMounts"]:
            path = mount["mountPath"]
            for name, value in given.items():
                if value == path or value.startswith(path + "/"):
                    given[name] = str(mounts[path]) + value[len(path):]
        return run(*self.container["command"], *self.container["args"],
                   env=given | env)


def test_the_pods_of_an_indexed_job_are_the_shards(
    rounds: Rounds, run: Run, plan: Path, servers: list[CountingServer]
) -> None:
    servers[1].script("/0", [Answer(500)])
    reports = rounds.directory / "reports"
    reports.mkdir()
    mounts = {"/reports": reports, "/plan": plan.parent}
    pod = Pod("check")
    spec = pod.job["spec"]
    completions = int(spec["completions"])

    done = [pod.run(run, mounts, JOB_COMPLETION_INDEX=str(index))
            for index in range(completions)]
    report = Pod("report").run(run, mounts)

    assert spec["completionMode"] == "Indexed"
    assert completions == int(spec["parallelism"]) == SHARDS
    assert [each.returncode for each in done] == [0] * completions
    assert {each.name for each in reports.iterdir()} == {
        *(f"shard-{i + 1}.json" for i in range(completions)),
        "endpoints.html", "endpoints.json",
    }
    hold_all_asked_once(servers)
    assert report.returncode == 1
    assert "1 of 12 endpoints failed" in report.stdout


def test_a_pod_that_never_ran_is_a_missing_shard(
    rounds: Rounds, run: Run, plan: Path
) -> None:
    mounts = {"/reports": rounds.directory, "/plan": plan.parent}
    for index in (0, 1, 3):
        Pod("check").run(run, mounts, JOB_COMPLETION_INDEX=str(index))

    report = Pod("report").run(run, mounts)

    assert report.returncode == 2
    assert "shard 3/4 is missing" in report.stderr


@pytest.mark.parametrize("name", ["check", "report"])
def test_a_pod_may_do_nothing_but_its_work(name: str) -> None:
    pod = Pod(name)
    template = pod.job["spec"]["template"]["spec"]

    assert pod.job["apiVersion"] == "batch/v1" and pod.job["kind"] == "Job"
    assert template["restartPolicy"] == "Never"
    assert template["securityContext"]["runAsNonRoot"] == "true"
    assert pod.container["securityContext"] == {
        "allowPrivilegeEscalation": "false", "readOnlyRootFilesystem": "true",
        "capabilities": {"drop": ["ALL"]},
    }
    volumes = {each["name"] for each in template["volumes"]}
    assert {each["name"] for each in pod.container["volumeMounts"]} == volumes


# GNU parallel.

FAKE_SSH = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do
    case $1 in -l | -o | -p) shift ;; esac
    shift
done
echo "$1" >>"$HOSTS_ASKED"
cd "$HOSTS_FOLDER/$1" || exit 255
shift
[ "$1" != -- ] || shift
SHELL=/bin/sh exec sh -c "$*"
"""


@pytest.fixture
def needs_parallel() -> None:
    """Skipped where GNU parallel is not installed."""
    if not shutil.which("parallel"):
        pytest.skip("no GNU parallel here")


@pytest.mark.usefixtures("needs_parallel")
@pytest.mark.parametrize("shards", [1, 2, 5])
def test_parallel_runs_all_shards_on_this_machine(
    run: Run, plan: Path, servers: list[CountingServer], shards: int
) -> None:
    servers[4].script("/0", [Answer(500)])

    done = run(EXAMPLES / "many-hosts", plan.name,
               env={"SHARDS": str(shards)})

    assert (done.returncode, done.stderr) == (1, "")
    assert "1 of 12 endpoints failed" in done.stdout
    hold_all_asked_once(servers)


@pytest.mark.usefixtures("needs_parallel")
def test_parallel_takes_the_plan_to_other_hosts_and_back_again(
    rounds: Rounds, run: Run, plan: Path, servers: list[CountingServer]
) -> None:
    if not shutil.which("rsync"):
        pytest.skip("no rsync here")
    ssh = rounds.directory / "bin" / "ssh"
    ssh.write_text(FAKE_SSH)
    ssh.chmod(0o755)
    folders = [rounds.directory / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    asked = rounds.directory / "asked"

    done = run(EXAMPLES / "many-hosts", plan.name, env={
        "HOSTS": "one,two,three", "HOSTS_FOLDER": str(rounds.directory),
        "HOSTS_ASKED": str(asked),
    })

    assert (done.returncode, done.stderr) == (0, "")
    assert "all 12 endpoints passed" in done.stdout
    assert set(asked.read_text().split()) == {"one", "two", "three"}
    assert [list(folder.iterdir()) for folder in folders] == [[], [], []]
    hold_all_asked_once(servers)


@pytest.mark.usefixtures("needs_parallel")
def test_a_mistake_on_every_host_is_one_here_too(
    run: Run, plan: Path
) -> None:
    plan.write_text("endpoints = 5;", "utf-8")

    done = run(EXAMPLES / "many-hosts", plan.name, env={"SHARDS": "2"})

    assert done.returncode == 2
    assert "plan.cfg:1: endpoints: " in done.stderr


# cron.


def test_a_patrol_speaks_of_what_is_new_alone(
    rounds: Rounds, run: Run, plan: Path, servers: list[CountingServer]
) -> None:
    servers[0].script("/0", [Answer(), Answer(500), Answer(500), Answer(),
                             Answer(500)])
    folder = rounds.directory / "state"
    folder.mkdir()

    told = [run(EXAMPLES / "patrol", plan, folder) for _ in range(5)]

    assert [each.returncode for each in told] == [0, 1, 0, 0, 1]
    assert [bool(each.stdout) for each in told] == [
        False, True, False, False, True]
    assert "e0" in told[1].stdout and "status" in told[1].stdout
    assert all(not each.stderr for each in told)


def test_a_patrol_tells_what_kept_it_from_a_round(
    rounds: Rounds, run: Run, plan: Path
) -> None:
    plan.write_text("endpoints = 5;", "utf-8")

    done = run(EXAMPLES / "patrol", plan, rounds.directory)

    assert done.returncode == 2
    assert done.stderr.startswith(f"{plan}:1: endpoints: ")


def test_the_line_for_cron_has_its_fields(
    rounds: Rounds, run: Run, plan: Path
) -> None:
    settings = dict(re.findall(r"^([A-Z]+)=(.*)$", example("crontab"), re.M))
    [line] = re.findall(r"^[*0-9].*$", example("crontab"), re.M)
    *times, user, command = line.split(None, 6)
    assert times == ["*/5", "*", "*", "*", "*"] and user == "rounds"
    assert "%" not in command  # cron's own newline
    assert set(settings) == {"MAILTO", "PATH"}

    here = (command
            .replace("/run/lock/rounds.lock", str(rounds.directory / "lock"))
            .replace("/usr/local/bin/patrol", str(EXAMPLES / "patrol"))
            .replace("/etc/rounds/plan.cfg", str(plan))
            .replace("/var/lib/rounds", str(rounds.directory)))
    done = run("sh", "-c", here)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (rounds.directory / "last.json").exists()


# systemd.


@pytest.fixture
def units(rounds: Rounds) -> Path:
    """The units, with the program where it is here."""
    folder = rounds.directory / "units"
    shutil.copytree(EXAMPLES / "systemd", folder)
    for unit in folder.iterdir():
        text = unit.read_text("utf-8")
        unit.write_text(text.replace("/usr/local/bin/rounds",
                                     str(rounds.binary)), "utf-8")
    return folder


def needs_systemd(run: Run) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    version = run("systemd-analyze", "--version").stdout.split()
    if version[1:2] and int(re.sub(r"\D.*", "", version[1])) < 252:
        pytest.skip("this systemd-analyze is older than Debian 12's")


def test_systemd_takes_the_units(run: Run, units: Path) -> None:
    needs_systemd(run)

    done = run("systemd-analyze", "verify", "--man=no", "./rounds.service",
               "./rounds.timer", "./rounds-failed@.service", cwd=units)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_is_shut_in_well(run: Run, units: Path) -> None:
    needs_systemd(run)

    done = run("systemd-analyze", "security", "--offline=true",
               "--threshold=20", "--no-pager", "./rounds.service", cwd=units)

    assert done.returncode == 0, done.stdout


def test_the_units_command_makes_a_round(
    rounds: Rounds, run: Run, plan: Path
) -> None:
    [command] = re.findall(r"^ExecStart=(.*)$",
                           example("systemd/rounds.service"), re.M)
    here = (command.replace("/usr/local/bin/", "")
            .replace("/etc/rounds/plan.cfg", str(plan)))

    done = run("sh", "-c", here,
               env={"STATE_DIRECTORY": str(rounds.directory)})

    assert (done.returncode, done.stderr) == (0, "")
    assert (rounds.directory / "last.json").exists()
    assert (rounds.directory / "rounds.prom").exists()


# All of them.


def test_each_recipe_is_told_of_and_each_link_leads_to_one() -> None:
    guide = (PROJECT / "docs" / "ci.md").read_text("utf-8")
    told = set(re.findall(r"\.\./examples/([\w./@-]+?)\)", guide))

    files = {str(each.relative_to(EXAMPLES))
             for each in EXAMPLES.rglob("*") if each.is_file()}
    assert told == files


def test_options_of_the_recipes_are_those_of_the_program(
    rounds: Rounds
) -> None:
    help_ = {name: rounds.run(name, "--help").stdout
             for name in ("check", "merge")}
    seen = 0
    for file in EXAMPLES.rglob("*"):
        if not file.is_file():
            continue
        text = re.sub(r"\\\n", " ", file.read_text("utf-8"))
        for name, words in re.findall(r"\brounds (check|merge) ([^|\n]*)",
                                      text):
            for option in re.findall(r"--[a-z-]+", words):
                assert option in help_[name], (file, option)
                seen += 1
    assert seen > 20
