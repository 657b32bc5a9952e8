"""Removal and selection of objects whose background is known: fifty are pasted onto photographs, removed, and selected by a box.

    python benchmarks/removal.py [--before CHECKOUT] [--shared FOLDER] [--count 50] [--sheets FOLDER] [--json FILE]

Removal: each object is masked, a little larger than it is, filled, and compared with the photograph within the mask and
`MARGIN` pixels around it: by the distance of a network's features, position by position (Zhang et al. 2018, all weights 1; by
SqueezeNet where its weights are found, and by the embedded network), and by mean squared error. Peers are OpenCV's two methods.
CHECKOUT is an earlier state of Limner (`git worktree add FOLDER COMMIT`), measured in the same run; so are seconds, one
process and one thread each. Selection: IoU of what is selected by the object's box, which is larger by 4% of its side on each
side; seconds at 12 megapixels. Warnings: how many of the worst fifth are told, and how many of the told are of the worst fifth.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import command
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from removal_cases import Case, cases
from removal_sheet import save_sheets
from torch import Tensor

from limner.errors import UsageError
from limner.features import Extractor, load_extractor, weights
from limner.features.likeness import DEPTHS

MARGIN = 4
"""Pixels around a mask that are compared, too: there a seam would be."""
AROUND = 32
"""Pixels around these that a network sees."""
WORST = 0.2
"""The share of removals that are to be warned of."""
STATE = """
import sys, time
from pathlib import Path
import numpy as np
from limner.editing import Canvas, parse
for path in sorted(Path(sys.argv[1]).glob("*.npz")):
    case = np.load(path)
    hole, (left, top, width, height) = case["hole"], case["box"]
    begun = time.perf_counter()
    after = parse("remove").apply(Canvas(case["pixels"], hole.astype(np.float32)))
    removed = time.perf_counter()
    try:
        chosen = parse(f"select-object:left={left},top={top},width={width},height={height}").apply(Canvas(case["pixels"]))
        told, selection = chosen, np.rint(255 * chosen.selection).astype(np.uint8)
    except Exception as error:
        told, selection = None, np.zeros(hole.shape, np.uint8)
    ended = time.perf_counter()
    notes = [next((note.confidence for note in getattr(one, "notes", ())), 1.0) for one in (after, told)]
    warned = [bool(getattr(one, "warnings", ())) for one in (after, told)]
    found = {"filled": after.pixels, "selection": selection, "seconds": [removed - begun, ended - removed]}
    found |= {"confidence": notes, "warned": warned}
    np.savez(Path(sys.argv[2]) / path.name, **found)
    print(path.stem, f"{removed - begun:.1f} s", file=sys.stderr, flush=True)
"""
"""What a state of Limner does, in a process of its own: a folder of cases becomes one of results."""


def run_state(tree: Path, work: Path, name: str) -> list[dict[str, np.ndarray]]:
    """Returns what a checkout makes of all cases in a folder."""
    (work / name).mkdir()
    environment = os.environ | {"PYTHONPATH": str(tree / "src"), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", STATE, str(work / "cases"), str(work / name)], env=environment, check=True)
    return [dict(np.load(path)) for path in sorted((work / name).glob("*.npz"))]


class Distance:
    """The distance of two pictures within a mask, by a network's features."""

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def __call__(self, one: np.ndarray, other: np.ndarray, mask: np.ndarray) -> float:
        """Returns the mean squared distance of unit features (0 to 4) over a mask, bool (H, W), summed over depths."""
        parts = [np.flatnonzero(mask.any(axis)) for axis in (1, 0)]
        where = tuple(slice(max(0, part[0] - AROUND), part[-1] + 1 + AROUND) for part in parts)
        with torch.inference_mode():
            seen = [self.extractor(_tensor(picture[where])) for picture in (one, other)]
        inside = torch.from_numpy(mask[where].astype(np.float32))[None, None]
        total = 0.0
        for depth in DEPTHS:
            first, second = (F.normalize(maps[depth], dim=1, eps=1e-6) for maps in seen)
            weight = F.adaptive_avg_pool2d(inside, first.shape[2:])
            total += float(((first - second).square().sum(1, keepdim=True) * weight).sum() / weight.sum())
        return total


def _tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].float() / 127.5 - 1


def distances(shared: Path) -> dict[str, Distance]:
    """Returns the distances that can be had: SqueezeNet's first where its weights are found."""
    own = shared / "weights" / "squeezenet1_0-imagenet.fp16.safetensors"
    found = own if own.exists() else weights.find("squeezenet")
    names = ([f"squeezenet={found}"] if found else []) + ["limner"]
    return {name.partition("=")[0]: Distance(load_extractor(name)) for name in names}


def measure(case: Case, filled: dict[str, np.ndarray], measures: dict[str, Distance]) -> dict[str, dict[str, float]]:
    """Returns how far each method's picture is from the truth, by each measure."""
    mask = cv2.dilate(case.hole.astype(np.uint8), np.ones((2 * MARGIN + 1,) * 2)) > 0
    found: dict[str, dict[str, float]] = {name: {} for name in [*measures, "mse"]}
    for method, pixels in filled.items():
        for name, distance in measures.items():
            found[name][method] = distance(pixels, case.truth, mask)
        found["mse"][method] = float(((pixels[mask].astype(np.float32) - case.truth[mask]) ** 2).mean())
    return found


def opencv(case: Case) -> dict[str, np.ndarray]:
    """Returns what OpenCV's two methods make of a case, with the radius of its examples."""
    mask = case.hole.astype(np.uint8)
    ways = {"telea": cv2.INPAINT_TELEA, "navier-stokes": cv2.INPAINT_NS}
    return {name: np.asarray(cv2.inpaint(case.pixels, mask, 3, way)) for name, way in ways.items()}


def overlap(selection: np.ndarray, case: Case) -> float:
    """Returns the intersection over union of a selection, uint8 (H, W), and the object."""
    one, other = selection > 127, case.alpha > 0.5
    return float((one & other).sum() / (one | other).sum())


def nearer(rows: list[dict[str, Any]], name: str, others: list[str]) -> float:
    """Returns the share of cases in which the present state is nearer to the truth than all others by a measure."""
    return float(np.mean([all(row[name]["now"] < row[name][other] for other in others) for row in rows]))


def told(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Returns how well warnings tell the worst fifth by a measure: as they were given, and held out.

    Held out: on either half of the cases, by the confidence below which a fifth of the other half is.
    """
    losses = np.array([row[name]["now"] for row in rows])
    given, confidence = (np.array([row[key][0] for row in rows]) for key in ("warned", "confidence"))
    held_out = np.zeros(len(rows), bool)
    for half in (0, 1):
        held_out[half::2] = confidence[half::2] <= np.quantile(confidence[1 - half :: 2], WORST)
    worst = losses >= np.quantile(losses, 1 - WORST)
    found = {}
    for how, warned in {"as given": given, "held out": held_out}.items():
        hits = int((worst & warned).sum())
        found[how] = {"warned": int(warned.sum()), "precision": hits / max(1, int(warned.sum()))}
        found[how] |= {"recall": hits / int(worst.sum())}
    return found


def main() -> None:
    """Measures and prints."""
    parser = command.parser(__doc__)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier state")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("LIMNER_SHARED", "../shared")))
    parser.add_argument("--count", type=int, default=50, help="of cases, the first so many")
    parser.add_argument("--sheets", type=Path, help="a folder for sheets of all pictures")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if not (chosen.shared / "data" / "kodak.zip").exists():
        raise UsageError(f"{chosen.shared}/data/kodak.zip is not there; name its folder with --shared.")
    asked = list(cases(chosen.shared / "data"))[: chosen.count]
    here = Path(__file__).resolve().parent.parent
    states = ({"before": chosen.before} if chosen.before else {}) | {"now": here}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "cases").mkdir()
        for number, case in enumerate(asked):
            np.savez(work / "cases" / f"{number:02}.npz", pixels=case.pixels, hole=case.hole, box=case.box)
        results = {name: run_state(tree, work, name) for name, tree in states.items()}
    rows, pictures = [], []
    measures = distances(chosen.shared)
    for number, case in enumerate(asked):
        filled = opencv(case) | {name: result[number]["filled"] for name, result in results.items()}
        row: dict[str, Any] = {"name": case.name, "kind": case.kind, **measure(case, filled, measures)}
        row["iou"] = {name: overlap(result[number]["selection"], case) for name, result in results.items()}
        row["seconds"] = {name: result[number]["seconds"].tolist() for name, result in results.items()}
        row |= {name: results["now"][number][name].tolist() for name in ("confidence", "warned")}
        rows.append(row)
        pictures.append(filled)
    _print(rows, list(states), list(measures))
    if chosen.sheets:
        save_sheets(asked, pictures, [row["warned"][0] for row in rows], chosen.sheets)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _print(rows: list[dict[str, Any]], states: list[str], measures: list[str]) -> None:
    peers = ["telea", "navier-stokes"]
    for name in [*measures, "mse"]:
        means = {method: np.mean([row[name][method] for row in rows]) for method in [*peers, *states]}
        print(f"{name:12}", "  ".join(f"{method} {value:.4g}" for method, value in means.items()))
        print(f"{'':12} nearer than both of OpenCV's: {nearer(rows, name, peers):.0%}", end="")
        print(f"; than before: {nearer(rows, name, ['before']):.0%}" if "before" in states else "")
    for name in measures:
        print(f"warnings, worst fifth by {name}: {told(rows, name)}")
    for state in states:
        ious = np.array([row["iou"][state] for row in rows])
        seconds = np.array([row["seconds"][state] for row in rows])
        print(f"{state}: removal {np.median(seconds[:, 0]):.1f} s (median), longest {seconds[:, 0].max():.1f} s")
        print(f"{state}: selection {seconds[:, 1].max():.1f} s at most, IoU mean {ious.mean():.3f}", end="")
        print(f", median {np.median(ious):.3f}, at least 0.85 in {np.mean(ious >= 0.85):.0%}", end="")
        for kind in dict.fromkeys(row["kind"] for row in rows):
            print(f"; {kind} {np.mean([row['iou'][state] for row in rows if row['kind'] == kind]):.3f}", end="")
        print()


if __name__ == "__main__":
    command.call(main)
