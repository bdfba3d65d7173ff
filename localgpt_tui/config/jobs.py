"""The `[[cron.jobs]]` of config.toml, added and changed without touching anything else in the file."""

from collections.abc import Callable
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from localgpt_tui.config.edit import changed_text
from localgpt_tui.config.show import toml
from localgpt_tui.config.source import Content, parse
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import Places

Jobs = list[dict[str, object]]


def add_job(places: Places, job: dict[str, object]) -> None:
    """Add a job; its name must be new.

    Raises:
        ConfigError: there is one of that name, something in it cannot be used, or the file cannot be changed.
    """

    def add(jobs: Jobs) -> Jobs:
        if any(one.get("name") == job["name"] for one in jobs):
            raise ConfigError(f"There is a job {job['name']} already.", "Give another name, or remove that one first.")
        return [*jobs, job]

    _change(places, add)


def remove_job(places: Places, name: str) -> None:
    """Remove the job called `name`.

    Raises:
        ConfigError: there is none, or the file cannot be changed.
    """
    _change(places, lambda jobs: [one for one in _with(jobs, name) if one.get("name") != name])


def enable_job(places: Places, name: str, *, on: bool) -> None:
    """Let the job called `name` run, or no longer.

    Raises:
        ConfigError: there is none, or the file cannot be changed.
    """

    def switch(jobs: Jobs) -> Jobs:
        return [{**one, "enabled": on} if one.get("name") == name else one for one in _with(jobs, name)]

    _change(places, switch)


def _with(jobs: Jobs, name: str) -> Jobs:
    if not any(one.get("name") == name for one in jobs):
        raise ConfigError(f"There is no job {name}.", "`localgpt-tui cron list` shows them.")
    return jobs


def _change(places: Places, change: Callable[[Jobs], Jobs]) -> None:
    def rewrite(old: str, file: Path) -> str:
        content = parse(old, file)
        before = _jobs(content)
        after = change(before)
        wanted = {**content, "cron": {**_cron(content), "jobs": after}}
        for attempt in (_appended, _with_tomlkit):
            text = attempt(old, before, after)
            if text is not None and _means(text, wanted, file):
                return text
        raise ConfigError(f"{file} cannot be changed here without touching the rest of it.", "Use an editor for it.")

    changed_text(places, rewrite)


def _appended(old: str, before: Jobs, after: Jobs) -> str | None:
    """One more job, at the end of the file: nothing that stands there is touched."""
    if after[:-1] != before:
        return None
    lines = ["", "[[cron.jobs]]", *(f"{key} = {toml(value)}" for key, value in after[-1].items()), ""]
    return ("" if not old or old.endswith("\n") else "\n").join((old, "\n".join(lines)))


def _with_tomlkit(old: str, before: Jobs, after: Jobs) -> str | None:
    """The jobs changed in their places, with the comments of the others."""
    try:
        document = tomlkit.parse(old)
        cron = document.setdefault("cron", tomlkit.table())
        if len(after) > len(before):
            cron["jobs"] = after
            return tomlkit.dumps(document)
        jobs = cron["jobs"]
        names = {one["name"] for one in after if "name" in one}
        for index in reversed(range(len(before))):
            if before[index].get("name") not in names:
                del jobs[index]
        for index, job in enumerate(after):
            for key, value in job.items():
                if jobs[index].get(key) != value:
                    jobs[index][key] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # a layout that tomlkit has no way with


def _means(text: str, wanted: Content, file: Path) -> bool:
    try:
        found = parse(text, file)
    except ConfigError:
        return False
    return {**found, "cron": {**_cron(found), "jobs": _jobs(found)}} == wanted


def _cron(content: Content) -> Content:
    cron = content.get("cron")
    return cron if isinstance(cron, dict) else {}


def _jobs(content: Content) -> Jobs:
    jobs = _cron(content).get("jobs")
    return [dict(job) for job in jobs if isinstance(job, dict)] if isinstance(jobs, list) else []
