"""Counterfactual pictures of Morpho-MNIST beside the true ones and beside published models.

    python benchmarks/morpho.py pictures digits --rendered 60000
    limner prepare digits morpho
    limner causal fit morpho --graph digits.yaml --out causal --minutes 40
    python benchmarks/causal.py causal [--n 500] [--seed 0] [--out FOLDER]

RUN is a causal model of training pictures that are drawn here, or of the first 8,000 of the given test pictures (`--n 8000`); it is
evaluated on the last 2,000, or some of them. Attributes are read by the published predictors, which train no model here, and
thickness and intensity are measured, too. The truth is drawn (`morpho.py`); of another digit there is none. Published figures are
those of Melistas et al. 2024, arXiv 2403.20287. For the garden, `limner causal soundness RUN --data DATA --truth FLOWERS` does the
same.

The folder gets report.json and report.html.
"""

from functools import cached_property
from pathlib import Path

import command
import morpho
import numpy as np

from limner.causal import CausalModel, StructuralModel
from limner.causal.page import tables
from limner.causal.soundness import shuffled_values, soundness
from limner.causal.soundness_run import write
from limner.causal.variables import Table
from limner.seeds import generator

LEARNED = 8000
MEASURED = 200
"""Pictures whose strokes are measured: thirty a second."""
PUBLISHED = {
    "VAE": (".109 .333 .139", "3.15 5.33 4.64", ".989 .988 .775", "2.60 7.70"),
    "HVAE": (".086 .224 .117", "1.99 3.52 2.10", ".985 .935 .972", "0.44 1.55"),
    "GAN": (".228 .680 .393", "9.43 15.14 12.39", ".961 .966 .451", "3.81 11.70"),
}
DONE = ("thickness", "intensity", "digit")


class Digits:
    """Given test pictures, their attributes as a model has them, and the truth about them."""

    def __init__(self, model: CausalModel, rows: np.ndarray) -> None:
        self.variables, self.rows = model.structure.variables, rows
        self.pictures = morpho.padded(morpho.given()[rows])[..., None]
        self.table = self._table(morpho.mnist("test")[1][rows], *morpho.table("test")[rows].T)

    def read(self, pictures: np.ndarray) -> Table:
        """The attributes that the published predictors see."""
        seen = morpho.predict(pictures[..., 0], self.networks)
        return self._table(seen["digit"], seen["thickness"], seen["intensity"])

    def truth(self, name: str, values: np.ndarray) -> tuple[Table, np.ndarray] | None:
        """What pictures and attributes would have been; nobody knows another digit."""
        if name == "digit":
            return None
        drawn = [morpho.truth(int(row), {name: float(value)}) for row, value in zip(self.rows, values, strict=True)]
        thickness, intensity = (np.array([about[each] for _, about in drawn]) for each in morpho.RANGES)
        table = self.table | {"thickness": thickness, "intensity": intensity}
        return table, morpho.padded(np.stack([picture for picture, _ in drawn]))[..., None]

    @cached_property
    def networks(self) -> dict:
        """The published predictors."""
        return morpho.predictors()

    def _table(self, digit: np.ndarray, thickness: np.ndarray, intensity: np.ndarray) -> Table:
        classes = [self.variables["digit"].classes.index(str(int(each))) for each in digit]
        return {"digit": np.array(classes), "thickness": thickness.astype(float), "intensity": intensity.astype(float)}


def others(model: CausalModel, digits: Digits) -> dict[str, StructuralModel]:
    """Structural models of other graphs, of the units that the model learned from."""
    graph = model.structure.graph
    graphs = {"without_edges": graph.without_edges(), "reversed": graph.reversed()}
    return {name: StructuralModel.fit(each, digits.variables, digits.table) for name, each in graphs.items()}


def measured(model: CausalModel, digits: Digits, seed: int) -> str:
    """Mean absolute error of measured thickness and intensity after each intervention."""
    table = {name: values[:MEASURED] for name, values in digits.table.items()}
    parts = []
    for name in DONE:
        do = {name: shuffled_values(digits.variables[name], table[name], generator("shuffled values", seed, name))}
        after, shown = model.counterfactual(table, digits.pictures[:MEASURED], do, seed)
        seen = np.array([morpho.measure(picture[..., 0]) for picture in shown])
        wrong = [np.abs(seen[:, i] - after[each]).mean() for i, each in enumerate(morpho.RANGES)]
        parts.append(f"do({name}) thickness {wrong[0]:.3f}, intensity {wrong[1]:.2f}")
    return "; ".join(parts)


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("run", type=Path, help="the folder of a causal model of Morpho-MNIST")
    parser.add_argument("--n", type=int, default=500, help="pictures, at most 2,000")
    parser.add_argument("--seed", type=int, default=0, help="of whose values are taken")
    parser.add_argument("--out", type=Path, default=Path("causal-bench"), help="the folder of the report")
    options = parser.parse_args()
    model = CausalModel.load(options.run)
    digits = Digits(model, np.arange(LEARNED, LEARNED + min(options.n, 2000)))
    learned = Digits(model, np.arange(LEARNED))
    found = soundness(
        model,
        digits.table,
        digits.pictures,
        digits,
        others=learned.pictures[:2000],
        truth=digits.truth,
        other_graphs=others(model, learned),
        seed=options.seed,
    )
    write(model, found, digits.table, "Morpho-MNIST", options.out)
    for title, header, rows, _ in tables(model, found):
        print(f"\n{title}\n\n| {' | '.join(header)} |\n|{'---|' * len(header)}")
        print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    heading = "thickness after do(thickness), do(intensity), do(digit) | intensity likewise | digit likewise"
    print(f"\n| | {heading} | composition after 1, 10 |\n|---|---|---|---|---|")
    for name, figures in PUBLISHED.items():
        print(f"| {name}, published | {' | '.join(figures)} |")
    own = [" ".join(f"{found.errors[done][name].value:.3f}" for done in DONE) for name in ("thickness", "intensity")]
    right = " ".join(f"{1 - found.errors[done]['digit'].value:.3f}" for done in DONE)
    composition = " ".join(f"{one.value:.2f}" for one in found.composition.values())
    print(f"| this one | {own[0]} | {own[1]} | {right} | {composition} |")
    real = [found.real[name].value for name in ("thickness", "intensity", "digit")]
    print(f"| real pictures | {real[0]:.3f} | {real[1]:.2f} | {1 - real[2]:.3f} | |")
    print(f"\nmeasured on {min(MEASURED, options.n)} pictures: {measured(model, digits, options.seed)}")
    print(options.out / "report.html")


if __name__ == "__main__":
    command.call(main)
