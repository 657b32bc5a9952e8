"""Progress of long work: a bar with rate and time left in a terminal, a plain line now and then elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

SECONDS_BETWEEN_PLAIN_LINES = 10.0


class ProgressLine:
    """Context manager that shows `done / total unit`, the rate, the time left and a note such as current losses."""

    def __init__(self, label: str, total: float | None, unit: str, *, rate: bool = True, quiet: bool = False) -> None:
        self.label, self.total, self.unit, self.rate = label, total, unit, rate
        self.console = Console(stderr=True, quiet=quiet)
        self.done, self.text = 0.0, ""
        self.offset = 0.0
        self.printed_line = ""
        self.started = self.printed = time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[line]}"))
        self.bar = Progress(*columns, console=self.console, transient=True) if self.console.is_terminal else None

    def __enter__(self) -> "ProgressLine":
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task(self.label, total=self.total, line="")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.bar:
            self.bar.stop()
        if self.printed_line != self.line() and (self.done > 0 or not self.total):
            self.say(self.line())

    def start_at(self, done: float) -> None:
        """Counts `done` as finished before this session, so that the rate speaks of this session alone."""
        self.done = self.offset = done

    def advance(self, amount: float = 1.0, note: str = "") -> None:
        """Adds finished units, and replaces the note if one is given."""
        self.update(self.done + amount, note)

    def update(self, done: float, note: str = "") -> None:
        """Sets the number of finished units, and replaces the note if one is given."""
        self.done, self.text = done, note or self.text
        if self.bar:
            self.bar.update(self.task, completed=self.done, line=self.line())
        elif time.monotonic() - self.printed > SECONDS_BETWEEN_PLAIN_LINES:
            self.printed, self.printed_line = time.monotonic(), self.line()
            self.say(self.printed_line)

    def say(self, line: str) -> None:
        """Prints a line that stays."""
        self.console.print(f"{self.label}: {line}", highlight=False, markup=False, soft_wrap=True)

    def line(self) -> str:
        """Returns the state in words."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        rate = (self.done - self.offset) / seconds
        of_total = f"/{self.total:,.0f}" if self.total else ""
        parts = [f"{self.done:,.0f}{of_total} {self.unit}"]
        if self.rate and self.unit != "seconds":
            parts.append(f"{rate:,.4g} {self.unit}/s")
        if self.total and rate > 0 and self.done < self.total:
            parts.append(f"{_clock((self.total - self.done) / rate)} left")
        return ", ".join([*parts, self.text] if self.text else parts)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 60 else f"{minutes}:{seconds:02d}"
