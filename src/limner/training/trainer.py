"""The training loop, from top to bottom."""

import time
from typing import Any

import numpy as np
import torch

from limner import seeds
from limner.conditions.dropout import drop_conditions
from limner.data.augment import DRAWS, augment
from limner.data.dataset import Batch, Dataset
from limner.data.order import PictureOrder
from limner.errors import RunError, UsageError
from limner.methods import StepContext, build_method
from limner.methods.optimisers import learning_rate_factor, load_optimiser
from limner.model import Model, load
from limner.model_card import sample_grid, write_card
from limner.pictures import provenance_record, save
from limner.pictures.palette import usual_colours
from limner.progress import ProgressLine
from limner.training.alarms import ADHERENCE, raised
from limner.training.budget import Budget
from limner.training.checkpoint import Checkpoints
from limner.training.ema import Ema
from limner.training.expectation import advice, expectation
from limner.training.held_out import to_device
from limner.training.history import History, Row, curves
from limner.training.interrupt import Interrupt
from limner.training.memory_estimate import check_memory
from limner.training.processes import Processes
from limner.training.run import Run, command
from limner.training.stopping import EarlyStopping
from limner.training.transfer import find_initial_weights, transfer

LOG_EVERY = 20
"""Steps between rows of the history."""
TIMED_FROM, EXPECTED_AT = 20, 60
"""Steps between which the rate is measured, by which one tells what pictures to expect: the first ones are slower."""
SECONDS_BETWEEN_SAVES = 60.0
"""Between checkpoints, unless steps are asked for."""
MAX_ROLLBACKS = 8
"""How often a run goes back to a checkpoint, at half the learning rate, before it is given up."""
TABLE_ROWS, COLOUR_STRIDE = 4096, 8
"""Training pictures whose conditions a model keeps; every eighth of them says which colours are usual."""


class Trainer:
    """One run: the method, its average, its place in the data, and all that is saved of them.

    Everything random at a step is derived from the seed and the step, so a resumed run computes what an uninterrupted
    one would, bit for bit on a CPU.
    """

    def __init__(self, run: Run, dataset: Dataset, processes: Processes, save_every: int | None = None) -> None:
        self.run, self.recipe, self.processes = run, run.recipe, processes
        self.dataset = dataset = self.recipe.grouped(dataset)
        self.save_every = save_every
        if self.recipe.batch % processes.world:
            raise UsageError(f"a batch of {self.recipe.batch} cannot be shared by {processes.world} processes evenly.")
        self.attributes = self.recipe.attributes(dataset.schema)
        self.names = tuple(a.name for a in self.attributes)
        if processes.device.type == "cpu":
            check_memory(self.recipe, dataset.schema, self.recipe.batch // processes.world)
        train = dataset.split("train")
        self.order = PictureOrder(train, self.recipe.batch, run.seed)
        torch.manual_seed(seeds.derive("weights", run.seed))
        self.method = build_method(
            self.recipe.method, self.recipe.optimiser, dataset.schema, self.attributes, len(train)
        )
        self.method.to(processes.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.method.average_gradients = processes.average_gradients
        self.base_lrs = {name: optimiser.param_groups[0]["lr"] for name, optimiser in self.method.optimisers.items()}
        self.ema = Ema(self.method.generator, self.recipe.ema)
        if processes.device.type == "cuda":
            self.method.compile_networks()
        self.stopping = EarlyStopping(self.recipe, self.method.generator, dataset, run.seed)
        self.colours = usual_colours(dataset.pictures[np.sort(train[:TABLE_ROWS:COLOUR_STRIDE])])
        self.condition_table = {n: v.clone() for n, v in dataset.condition(train[:TABLE_ROWS], self.names).items()}
        self.checkpoints = Checkpoints(run.checkpoints)
        self.step, self.seconds, self.rate_factor, self.rollbacks = 0, 0.0, 1.0, 0
        self.from_base = False
        self.timing_start: float | None = None
        self.pending_scalars: list[dict[str, torch.Tensor]] = []
        self.reported_alarms: set[str] = set()

    def load_initial_weights(self) -> str | None:
        """Copies the weights that a new run starts from, and returns one line about it; ModelError for those that do not fit."""
        if self.checkpoints.steps():
            return None
        weights = find_initial_weights(self.run.init_from, self.recipe)
        if weights is None:
            if self.run.init_from == "none":
                return None
            return (
                f"training starts with random weights: no base fits {self.recipe.name} (--from RUN starts from a model)"
            )
        transferred = transfer(self.method, weights, self.dataset)
        self.from_base = weights.is_base
        self.ema.network.load_state_dict(self.method.generator.state_dict())
        return transferred.in_words(weights)

    @property
    def pictures_seen(self) -> int:
        """Real pictures seen, by all processes."""
        return self.step * self.recipe.batch

    def train(self, budget: Budget) -> bool:
        """Trains until the budget is spent or patience ends, and leaves a model; returns False when interrupted before."""
        warnings = self._continue()
        self.history = History(self.run.folder, self.step) if self.processes.is_main else None
        self.started, self.seconds_at_resume, self.first_step = time.monotonic(), self.seconds, self.step
        done, total, unit = budget.progress(self.step, self.pictures_seen, self.seconds)
        with (
            Interrupt() as interrupt,
            ProgressLine(f"training {self.recipe.name}", total, unit, quiet=not self.processes.is_main) as self.bar,
        ):
            self.bar.start_at(done)
            for warning in warnings:
                self._say(warning)
            self._loop(budget, interrupt)
            self._log()
            self._save()
            if self.history and (line := advice(self.history.rows, len(self.order.indices), command(self.run.folder))):
                self._say(line)
            self._show_progress(budget)
            if self.stopping.ended:
                self._say(
                    f"{self.stopping.wait} measurements without a new best: stopped early, the best model is kept"
                )
        finished = budget.spent(self.step, self.pictures_seen, self.seconds) or self.stopping.ended
        self._write_model()
        return finished

    def _loop(self, budget: Budget, interrupt: Interrupt) -> None:
        """Takes steps until the budget, patience or a signal ends it; logs, measures and saves now and then."""
        saved = time.monotonic()
        while not self._ended(budget, interrupt):
            self.advance()
            self._expect(budget)
            if self.step % LOG_EVERY == 0:
                self._log()
                self._show_progress(budget)
            if self.stopping.due(self.pictures_seen):
                self._measure()
            if self._save_due(saved):
                self._log()
                self._save()
                saved = time.monotonic()

    def advance(self) -> None:
        """One step: the next pictures, the learning rate, one optimisation, the average."""
        context = StepContext(self.step, self.pictures_seen, self.run.seed, self.processes.rank, self.processes.world)
        factor = self.rate_factor * learning_rate_factor(self.recipe.schedule, self.pictures_seen)
        for name, optimiser in self.method.optimisers.items():
            for group in optimiser.param_groups:
                group["lr"] = self.base_lrs[name] * factor
        # for what networks draw themselves (dropout): a generator that each process derives for itself
        torch.manual_seed(seeds.derive("networks", self.run.seed, self.step, self.processes.rank))
        with self.processes.precision():
            self.pending_scalars.append(self.method.step(self._batch(context), context))
        self.step += 1
        self.ema.update(self.pictures_seen, self.recipe.batch)
        self.seconds = self.seconds_at_resume + time.monotonic() - self.started

    def model(self) -> Model:
        """Returns the model as it is now, with averaged weights."""
        data = {
            "name": self.dataset.name,
            "fingerprint": self.dataset.fingerprint,
            "pictures": len(self.order.indices),
            "colours": self.colours,
        }
        training = {"step": self.step, "pictures": self.pictures_seen, "seconds": self.seconds, "seed": self.run.seed}
        return Model(
            self.recipe,
            self.dataset.schema,
            self.ema.network,
            self.condition_table,
            {"data": data, "training": training},
        )

    def state(self) -> dict[str, Any]:
        """Returns all that a checkpoint must hold."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "rate_factor": self.rate_factor,
            "rollbacks": self.rollbacks,
            "method": dict(self.method.state_dict()),
            "ema": dict(self.ema.network.state_dict()),
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.method.optimisers.items()},
            "stopping": self.stopping.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a checkpoint's state."""
        self.step, self.seconds = state["step"], state["seconds"]
        self.rate_factor, self.rollbacks = state["rate_factor"], state["rollbacks"]
        self.method.load_state_dict(state["method"])
        self.ema.network.load_state_dict(state["ema"])
        for name, optimiser in self.method.optimisers.items():
            load_optimiser(optimiser, state["optimisers"][name])
        self.stopping.restore(state["stopping"])

    def _continue(self) -> list[str]:
        state, warnings = self.checkpoints.load(self.restore)
        if state is None and self.processes.is_main:
            # rolling back must always have somewhere to go
            self.checkpoints.save(0, self.state())
        self.processes.wait()
        return warnings

    def _batch(self, context: StepContext) -> Batch:
        local_batch_size = self.recipe.batch // self.processes.world
        indices = self.order.at(self.step)[context.rank * local_batch_size : (context.rank + 1) * local_batch_size]
        batch = to_device(self.dataset.batch(indices, self.names), self.processes.device)
        if self.recipe.augment.active:
            draws = context.uniform("augment data", local_batch_size, DRAWS).to(self.processes.device)
            batch = batch._replace(images=augment(batch.images, self.recipe.augment, draws))
        if self.attributes and self.recipe.condition_dropout:
            draws = context.uniform("drop conditions", local_batch_size, 1 + len(self.attributes)).to(
                self.processes.device
            )
            dropped = drop_conditions(batch.condition, self.attributes, draws, self.recipe.condition_dropout)
            batch = batch._replace(condition=dropped)
        return batch

    def _ended(self, budget: Budget, interrupt: Interrupt) -> bool:
        spent = budget.spent(self.step, self.pictures_seen, self.seconds)
        return self.processes.agree(spent or interrupt.requested or self.stopping.ended)

    def _save_due(self, saved: float) -> bool:
        if self.save_every:
            return self.step % self.save_every == 0
        return self.processes.agree(time.monotonic() - saved > SECONDS_BETWEEN_SAVES)

    def _log(self) -> None:
        if not self.pending_scalars:
            return
        names = list(self.pending_scalars[0])
        values = torch.stack(
            [torch.stack([scalars[name].float() for name in names]) for scalars in self.pending_scalars]
        )
        means = dict(zip(names, self.processes.mean(values.mean(0)).tolist(), strict=True))
        self.pending_scalars = []
        if not all(abs(value) < float("inf") for value in means.values()):
            self._roll_back(means)
            return
        self._record({"step": self.step, "pictures": self.pictures_seen, "seconds": round(self.seconds, 3), **means})
        if self.history:
            alarms = raised(self.history.rows)
            for name in alarms.keys() - self.reported_alarms:
                self._say(f"alarm: {alarms[name]}")
            self.reported_alarms = set(alarms)

    def _record(self, row: Row) -> None:
        if self.history:
            self.history.add(row)

    def _measure(self) -> None:
        measured, better = self.stopping.measure(self.ema.network, self.pictures_seen)
        row = {"step": self.step, "pictures": self.pictures_seen, f"held_out_{self.stopping.name}": measured.value}
        self._record(row | {f"{ADHERENCE}{name}": value for name, value in measured.adherence.items()})
        if better and self.processes.is_main:
            self.model().save(self.run.best)

    def _save(self) -> None:
        if not all(bool(p.isfinite().all()) for p in self.method.parameters()):
            self._roll_back({"weights": float("nan")})
        if self.processes.is_main:
            self.checkpoints.save(self.step, self.state())
            self._save_grid()
        self.method.train()

    def _save_grid(self) -> None:
        model = self.model()
        provenance = provenance_record("training", **model.about["training"])
        save(sample_grid(model, self.run.seed), self.run.grids / f"pictures-{self.pictures_seen:09d}.png", provenance)

    def _roll_back(self, means: dict[str, float]) -> None:
        factor, rollbacks = self.rate_factor / 2, self.rollbacks + 1
        broken = ", ".join(name for name, value in means.items() if not abs(value) < float("inf"))
        if rollbacks > MAX_ROLLBACKS:
            raise RunError(f"{self.run.folder}: {broken} became not-a-number {rollbacks} times; lower lr or raise r1.")
        at = self.step
        state, _ = self.checkpoints.load(self.restore)
        if state is None:
            raise RunError(f"{self.run.folder}: {broken} became not-a-number and no checkpoint is left to go back to.")
        self.rate_factor, self.rollbacks = factor, rollbacks
        self._say(
            f"alarm: {broken} became not-a-number by step {at}: back to step {self.step} with {factor:g} of the rate."
        )
        if self.history:
            self.history.rewind(self.step)

    def _write_model(self) -> None:
        if self.history:
            self._best().save(self.run.model)
            # generated by the model as others will load it: the layout of weights in memory may change the last bit
            write_card(load(self.run.model), self.run.model, curves(self.history.rows), self.run.seed)
            self.history.close()
        self.processes.wait()

    def _best(self) -> Model:
        """The best model measured, or the last one when that is as good; asking leaves no trace in what is resumed."""
        if self.stopping.best is None:
            return self.model()
        last = self.stopping.held_out.measure(self.stopping.name, self.ema.network).value
        return self.model() if last <= self.stopping.best else load(self.run.best)

    def _show_progress(self, budget: Budget) -> None:
        self.bar.update(budget.progress(self.step, self.pictures_seen, self.seconds)[0], self._note())

    def _note(self) -> str:
        row = self.history.rows[-1] if self.history and self.history.rows else {}
        rate = (self.step - self.first_step) * self.recipe.batch / max(self.seconds - self.seconds_at_resume, 1e-9)
        losses = [f"{name} {value:.3g}" for name, value in row.items() if name not in ("step", "pictures", "seconds")]
        return ", ".join([f"{rate:,.0f} pictures/s", *losses])

    def _expect(self, budget: Budget) -> None:
        """Says once, of a new run, what pictures to expect, by the rate since the step TIMED_FROM."""
        if self.step == TIMED_FROM:
            self.timing_start = self.seconds
        if self.step != EXPECTED_AT or self.timing_start is None:
            return
        rate = (EXPECTED_AT - TIMED_FROM) * self.recipe.batch / max(self.seconds - self.timing_start, 1e-9)
        side = max(self.dataset.schema.height, self.dataset.schema.width)
        if line := expectation(self.recipe, self.from_base, side, budget, rate):
            self._say(line)

    def _say(self, line: str) -> None:
        if self.processes.is_main:
            self.bar.say(line)
