"""One figure of an evaluation, with all that is needed to believe it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from limner.metrics import Interval

Better = Literal["lower", "higher", ""]


@dataclass(frozen=True)
class Measure:
    """A named figure, its 95 % interval where it has one, which way is better, and how it was measured."""

    name: str
    value: float
    better: Better
    protocol: str
    low: float | None = None
    high: float | None = None
    warning: str = ""

    @classmethod
    def of(cls, name: str, interval: Interval, better: Better, protocol: str, warning: str = "") -> "Measure":
        """Returns a figure from its interval."""
        return cls(name, interval.value, better, protocol, interval.low, interval.high, warning)


@dataclass
class Group:
    """What one group of measures found about one model: figures, notes, and tables or pictures for the report."""

    measures: list[Measure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Why something was not measured."""
    details: dict[str, Any] = field(default_factory=dict)
    """Plain numbers by class, size or bin, for report.json and the page."""

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON can hold it."""
        return {
            "measures": {measure.name: asdict(measure) for measure in self.measures},
            "notes": self.notes,
            "details": self.details,
        }
