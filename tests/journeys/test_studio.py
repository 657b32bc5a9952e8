"""The studio in a real browser, as a person uses it; left out where no Chromium is installed.

With LIMNER_SHOTS, a folder, screenshots are left there; with LIMNER_MODELS, a folder, its `gan`, `vae`, `causes` and `flowers` are
served.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from limner.causal import CausalModel, Graph
from limner.data import garden, prepare
from limner.pictures import read_provenance, save
from small_models import small_model

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
WAIT = 60_000
expect.set_options(timeout=WAIT)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install one to try the studio")
SHOWN = """() => {
  const canvas = document.querySelector("canvas");
  const { width, height } = canvas;
  return canvas.getContext("2d").getImageData(width / 2, height / 2, 1, 1).data[3] > 0;
}"""
"""Whether there is a picture in the middle of the first canvas."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a small GAN and VAE, a causal model and its garden, in a folder of its own."""
    folder = tmp_path_factory.mktemp("studio")
    if trained := os.environ.get("LIMNER_MODELS"):
        (folder / "models").symlink_to(Path(trained).resolve())
    else:
        _make(folder)
    command = [sys.executable, "-m", "limner", "serve", "models", "--home", "home", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        found = re.search(r"http://[\d.:]+/", process.stderr.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _make(folder: Path) -> None:
    """Leaves models too small to generate anything recognisable."""
    for name in ("gan", "vae"):
        small_model(name, side=32).save(folder / "models" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 30)
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 30)
        garden.make(Path("garden"), n=200, size=16)
        data = prepare(Path("garden"), Path("models/flowers"), size=16)
        edges = [(parent, child) for child, parents in garden.GRAPH.items() for parent in parents]
        graph = Graph(nodes={name: {} for name in garden.GRAPH}, edges=edges)
        small = ["method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]", "batch=16"]
        CausalModel.fit(data, graph, Path("models/causes"), minutes=0.02, settings=small)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that asks no other host, and on which nothing fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    asked: list[str] = []
    failed: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    context.close()
    own = urlsplit(address).netloc
    elsewhere = [
        url for url in asked if urlsplit(url).scheme.startswith(("http", "ws")) and urlsplit(url).netloc != own
    ]
    assert asked
    assert not elsewhere
    assert not failed


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pictures") / "photograph.png"
    save(garden.draw(garden.flower(0, 3), 128), file)
    return file


def go(page: Page, address: str, view: str) -> None:
    page.goto(f"{address}#/{view}")
    expect(page.get_by_role("navigation")).to_be_visible()


def shot(page: Page, name: str) -> None:
    """Leaves a screenshot for the documentation, where one is asked for, and holds the page against what all can use."""
    if folder := os.environ.get("LIMNER_SHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}.png")
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert not serious


def pixels(canvas: Locator) -> str:
    """Returns what a canvas shows, as text."""
    text: str = canvas.evaluate("element => element.toDataURL()")
    return text


def changes(canvas: Locator, before: str) -> None:
    """Waits until a canvas shows something else."""
    end = time.monotonic() + WAIT / 1000
    while pixels(canvas) == before:
        assert time.monotonic() < end
        canvas.page.wait_for_timeout(20)


def slide(slider: Locator, share: float) -> None:
    """Drags a slider to a share of its way, in ten steps."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    mouse, middle = slider.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    mouse.move(box["x"] + 8 + (box["width"] - 16) * share, middle, steps=10)
    mouse.up()


def test_explore(page: Page, address: str, tmp_path: Path) -> None:
    go(page, address, "explore")
    page.get_by_role("combobox", name="Model").select_option("gan")
    tile = page.get_by_role("button", name="Open seed 3", exact=True)
    expect(tile).to_be_visible()
    shot(page, "explore-grid")
    tile.click()
    canvas = page.get_by_role("img", name=re.compile("Picture by gan, seed 3"))
    expect(canvas).to_be_visible()
    component = page.get_by_role("slider", name=re.compile("^Component 1"))
    expect(component).to_be_visible()
    page.wait_for_function("() => limnerTimings.length > 0")
    first = pixels(canvas)
    slide(component, 1.0)
    changes(canvas, first)
    page.wait_for_function("() => limnerTimings.length > 2")
    moved = pixels(canvas)
    page.keyboard.press("Control+z")
    changes(canvas, moved)
    page.keyboard.press("Control+Shift+z")
    shot(page, "explore")
    with page.expect_download() as saved:
        page.keyboard.press("s")
    file = tmp_path / "saved.png"
    saved.value.save_as(file)
    made = read_provenance(file)
    assert made["ai_generated"]
    assert made["latent"]["seed"] == 3
    assert made["latent"]["directions"]["pca-1"] > 2
    page.keyboard.press("r")
    expect(page.get_by_role("img", name=re.compile("Picture by gan, seed 3$"))).to_have_count(0)
    drop(page, file)
    expect(page.get_by_role("img", name=re.compile("Picture by gan, seed 3"))).to_be_visible()
    assert float(component.input_value()) > 2


def drop(page: Page, file: Path) -> None:
    """Drops a file on the page."""
    dropped = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.png', {type: 'image/png'}));
            return transfer;
        }""",
        list(file.read_bytes()),
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})


def test_edit_with_a_mask_and_undo(page: Page, address: str, photograph: Path, tmp_path: Path) -> None:
    go(page, address, "edit")
    page.locator("input[type=file]").first.set_input_files(photograph)
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_function(
        SHOWN
    )  # on a busy machine the picture comes later than its canvas, and a stroke beside it is none
    page.get_by_role("button", name="Brush", exact=True).click()
    box = canvas.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] - 40, middle[1])
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1] + 20, steps=8)
    page.mouse.up()
    layers = page.locator(".edit-layers > li")
    expect(layers).to_have_count(1)
    page.get_by_role("button", name="Exposure", exact=True).click()
    page.get_by_label("Stops").first.fill("2")
    page.get_by_role("button", name="Apply").click()
    expect(layers).to_have_count(2)
    shot(page, "edit")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save PNG").click()
    file = tmp_path / "edited.png"
    saved.value.save_as(file)
    assert [next(iter(edit)) for edit in read_provenance(file)["edits"]] == ["select-mask", "exposure"]
    page.keyboard.press("Control+z")
    expect(layers).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(layers).to_have_count(2)
    page.get_by_role("button", name="Close the picture").click()
    expect(layers).to_have_count(0)
    drop(page, file)
    expect(layers).to_have_count(2)
    expect(page.get_by_text("as a photograph")).to_have_count(0)


@pytest.mark.slow
def test_restyle_at_once_and_refined(page: Page, address: str, photograph: Path) -> None:
    go(page, address, "restyle")
    page.locator("input[type=file]").first.set_input_files(photograph)
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_function("() => limnerTimings.length > 0")
    before = pixels(canvas)
    slide(page.get_by_role("slider", name="Colour", exact=True), 0.0)
    changes(canvas, before)
    shot(page, "restyle")
    page.locator("input[type=file]").nth(1).set_input_files(photograph)
    page.get_by_text("Sources, strokes and mask").click()
    page.get_by_role("combobox", name="Longest side, pixels").select_option("256")
    page.get_by_role("button", name="Refine").click()
    expect(page.get_by_role("img", name="Refined")).to_be_visible(timeout=300_000)


def test_what_if(page: Page, address: str) -> None:
    go(page, address, "whatif")
    page.get_by_role("radio", name="Dataset").check(force=True)
    page.get_by_role("button", name=re.compile("^sunlight")).click()
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible()
    expect(page.get_by_role("slider", name="sunlight")).to_be_visible()
    slide(page.get_by_role("slider", name="sunlight"), 0.95)
    expect(page.get_by_role("button", name=re.compile(r"^do\(sunlight = 0\."))).to_be_visible()
    expect(page.get_by_role("img", name="True counterfactual")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^sunlight")).get_by_text("set").first).to_be_visible()
    shot(page, "whatif")


@pytest.mark.slow
def test_train_from_a_zip_to_a_live_slider(page: Page, address: str, tmp_path: Path) -> None:
    archive = tmp_path / "flowers.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(80):
            content = io.BytesIO()
            save_to(content, garden.draw(garden.flower(1, number), 32))
            file.writestr(f"{number}.png", content.getvalue())
    go(page, address, "train")
    page.get_by_role("combobox", name="Size of new datasets").select_option("32")
    page.locator("input[type=file]").last.set_input_files(archive)
    expect(page.get_by_text("80 pictures of 32 × 32")).to_be_visible()
    page.get_by_label("Name").fill("mine")
    page.get_by_label("Minutes", exact=True).fill("0.1")
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="Explore it").click(timeout=300_000)
    expect(page.get_by_role("combobox", name="Model")).to_have_value("mine")
    canvas = page.get_by_role("img", name=re.compile("Picture by mine"))
    component = page.get_by_role("slider", name=re.compile("^Component 1"))
    expect(component).to_be_visible()
    page.wait_for_function("() => limnerTimings.length > 0")
    before = pixels(canvas)
    slide(component, 0.9)
    changes(canvas, before)
    go(page, address, "train")
    shot(page, "train")


def save_to(content: io.BytesIO, picture: np.ndarray) -> None:
    from PIL import Image

    Image.fromarray(picture).save(content, format="PNG")


def test_cancel_a_job(page: Page, address: str) -> None:
    go(page, address, "train")
    page.get_by_label("Name").fill("long")
    page.get_by_label("Minutes", exact=True).fill("50")
    page.get_by_role("button", name="Start training").click()
    row = page.get_by_role("button", name=re.compile("Training · long"))
    expect(row.get_by_text("running")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(row.get_by_text("cancelled")).to_be_visible(timeout=2_000)
    page.reload()
    expect(row.get_by_text("cancelled")).to_be_visible()


def test_language_and_appearance_stay(page: Page, address: str) -> None:
    go(page, address, "explore")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("简体中文").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="探索")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="探索")).to_be_visible()
    assert page.evaluate("document.documentElement.lang").startswith("zh")
    shot(page, "explore-chinese")
    for view in ("edit", "restyle", "whatif", "train", "evaluate"):
        go(page, address, view)
        page.wait_for_timeout(300)
        shot(page, f"{view}-chinese")
