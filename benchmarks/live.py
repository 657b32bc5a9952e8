"""From a slider to a picture on the screen, in a headless browser: what a person feels.

    python benchmarks/live.py MODEL... [--moves 200] [--browser /usr/bin/chromium]

MODEL is the folder of an image model that has directions. Each move of a slider is timed by the studio itself, from the input
to the canvas that is drawn. Transport is what a frame takes beyond model and queue, as a client without a browser sees it.
"""

import argparse
import asyncio
import re
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright
from server import hand, served, spread


async def drag(page: Page, address: str, model: str, moves: int) -> list[dict[str, float]]:
    """Returns the timings of a slider that is dragged to and fro, as the studio measured them."""
    await page.goto("about:blank")  # what the last model left on the page is gone
    await page.goto(f"{address}/#/explore")
    await page.get_by_role("combobox", name="Model").select_option(model)
    await page.get_by_role("button", name="Open seed 3", exact=True).click()
    slider = page.get_by_role("slider", name=re.compile("^Component 1"))
    await slider.wait_for(timeout=120_000)
    await slider.scroll_into_view_if_needed()
    box = await slider.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + box["width"] / 2, middle)
    await page.mouse.down()
    for warming in (True, False):
        if not warming:
            await page.evaluate("limnerTimings.length = 0")
        for move in range(20 if warming else moves):
            share = abs((move % 40) - 20) / 20
            await page.mouse.move(box["x"] + 4 + (box["width"] - 8) * share, middle)
            await page.wait_for_timeout(25)
    await page.mouse.up()
    timings: list[dict[str, float]] = await page.evaluate("limnerTimings")
    return timings


async def first_page(page: Page, address: str) -> float:
    """Returns the seconds until the studio can be used, from nothing kept."""
    began = time.perf_counter()
    await page.goto(address)
    await page.get_by_role("button", name="Open seed 3", exact=True).wait_for()
    return time.perf_counter() - began


async def measure(wanted: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with served(wanted.models, home) as (address, _), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=wanted.browser, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            times = [await first_page(page, address) for _ in range(2)]
            print(f"first page usable: {times[0]:.2f} s, and {times[1]:.2f} s the second time")
            for folder in wanted.models:
                timings = await drag(page, address, folder.name, wanted.moves)
                for part in ("total", "model", "encode", "queue"):
                    print(f"{folder.name}, {part} of {len(timings)} frames: {spread([one[part] for one in timings])}")
                trips = await hand(address, folder.name)
                beyond = [trip.total - trip.model - trip.queue for trip in trips]
                print(f"{folder.name}, transport and encoding: {spread(beyond)}")
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
