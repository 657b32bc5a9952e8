"""How a server holds up: its batch lane against the library, many at once, and a hand on a slider meanwhile.

    python benchmarks/serve.py MODEL [--n 32] [--clients 8] [--seconds 10]

MODEL is the folder of an image model. The library's own rate is that of `Model.sample` at its best batch with all cores, in the
same run. Pictures are asked for by HTTP and come as PNG, which the library's rate is given with and without.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import torch
from server import hand, served, spread

from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.model import load
from limner.pictures import to_bytes
from limner.serving.lanes import BatchLane, InteractiveLane

BATCHES = (1, 4, 8, 16, 32, 64)


def library(folder: Path, seconds: float) -> tuple[float, float, int]:
    """Returns the library's pictures a second at its best batch, the same with writing PNGs, and that batch."""
    best = (0.0, 1)
    for runtime in ("torch", "onnx"):
        model = load(folder, runtime=runtime)
        for batch in BATCHES:
            model.sample(batch, batch=batch)
            began, count = time.perf_counter(), 0
            while time.perf_counter() - began < seconds / 8:
                model.sample(batch, batch=batch)
                count += batch
            best = max(best, (count / (time.perf_counter() - began), batch))
    pictures = model.sample(64)
    began = time.perf_counter()
    for picture in pictures:
        to_bytes(picture, "picture.png", {"seed": 0})
    written = (time.perf_counter() - began) / 64
    return best[0], 1 / (1 / best[0] + written), best[1]


async def lane(folder: Path, n: int, clients: int, seconds: float) -> float:
    """Returns the pictures a second of the batch lane itself, without writing and sending them."""
    torch.set_num_threads(1)
    sampler = LatentSampler.of(load(folder, runtime="auto"), folder)
    batch = BatchLane(os.cpu_count() or 1, 10_000, InteractiveLane())
    end, count = time.perf_counter() + seconds, 0

    async def one(seed: int) -> None:
        nonlocal count
        specs = [LatentSpec(seed=seed, index=index) for index in range(n)]
        while time.perf_counter() < end:
            generated = await batch.generate(sampler, specs, lambda _, picture: picture)
            count += len(generated)

    await asyncio.gather(*map(one, range(clients)))
    batch.close()
    return count / seconds


async def throughput(client: httpx.AsyncClient, asked: dict, clients: int, seconds: float) -> float:
    """Returns how many pictures a second come back to clients that each ask again as soon as they are answered."""
    end, count = time.perf_counter() + seconds, 0

    async def one(number: int) -> None:
        nonlocal count
        step = 0
        while time.perf_counter() < end:
            answer = await client.post("/v1/images/generations", json={**asked, "seed": number, "index": step})
            if answer.status_code == 200 and time.perf_counter() < end:
                count += asked["n"]
            step += asked["n"]

    await asyncio.gather(*map(one, range(clients)))
    return count / seconds


async def burst(client: httpx.AsyncClient, model: str, count: int) -> tuple[Counter, float]:
    """Returns the statuses of requests that come all at once, and the seconds that one more takes right after."""
    ask = [client.post("/v1/images/generations", json={"model": model, "n": 4, "seed": seed}) for seed in range(count)]
    answers = await asyncio.gather(*ask, return_exceptions=True)
    statuses = Counter(
        str(one.status_code) if isinstance(one, httpx.Response) else type(one).__name__ for one in answers
    )
    began = time.perf_counter()
    await client.post("/v1/images/generations", json={"model": model})
    return statuses, time.perf_counter() - began


def resident(process: int) -> float:
    """Returns the memory of a process, in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


async def measure(wanted: argparse.Namespace) -> None:
    best, written, batch = library(wanted.model, wanted.seconds)
    alone = await lane(wanted.model, wanted.n, wanted.clients, wanted.seconds / 2)
    print(f"library: {best:.0f} pictures a second at batches of {batch}; {written:.0f} with writing PNGs")
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    with tempfile.TemporaryDirectory() as home:
        async with (
            served([wanted.model], home) as (address, process),
            httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client,
        ):
            model = (await client.get("/v1/models")).json()["data"][0]["id"]
            asked = {"model": model, "n": wanted.n}
            await client.post("/v1/images/generations", json=asked)
            before = resident(process)
            rate = await throughput(client, asked, wanted.clients, wanted.seconds)
            print(
                f"batch lane: {alone:.0f} pictures a second, {alone / best:.0%} of the library's; by HTTP as PNGs {rate:.0f}, "
                f"{rate / written:.0%} of the library's with PNGs"
            )
            statuses, after = await burst(client, model, 500)
            print(
                f"500 requests at once: {dict(statuses)}; one more right after: {1000 * after:.0f} ms; "
                f"memory {before:.0f} -> {resident(process):.0f} MiB"
            )
            idle = [trip.total for trip in await hand(address, model)]
            load_on = asyncio.create_task(throughput(client, asked, wanted.clients, 20))
            await asyncio.sleep(1)
            busy = [trip.total for trip in await hand(address, model)]
            load_on.cancel()
            for name, times in (("idle", idle), ("batch lane full", busy)):
                print(f"hand, {name}: {spread(times)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--n", type=int, default=32, help="pictures a request")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
