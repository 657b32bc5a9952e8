import { beforeEach, describe, expect, it, vi } from "vitest";
import { defaultLatent } from "../../../src/latentSpec";
import * as walk from "../../../src/views/explore/walk";
import { model } from "../../models";

const stop = (seed: number) => ({ ...defaultLatent, seed });

beforeEach(() => {
  walk.pause();
  walk.stops.value = [stop(1), stop(2), stop(3)];
  walk.closed.value = true;
  walk.seconds.value = 1;
});

describe("a walk", () => {
  it("passes its stops in order, and returns to the first", () => {
    expect([0, 1, 2].map((position) => walk.latentAt(position).blend)).toEqual([[[1, 1]], [[2, 1]], [[3, 1]]]);
    const back = new Map(walk.latentAt(2.5).blend);
    expect(back.get(3)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(back.get(1)).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it("draws what no stop asks for as the first one has it, so that its class stays", () => {
    expect([0, 0.5, 1, 2.9].map((position) => walk.latentAt(position).seed)).toEqual([1, 1, 1, 1]);
  });

  it("is played at the speed of the video, in a loop", () => {
    let now = 1000;
    let step: FrameRequestCallback = () => undefined;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    vi.stubGlobal("requestAnimationFrame", (next: FrameRequestCallback) => ((step = next), 1));
    walk.seconds.value = 2;
    walk.play();
    expect(walk.playing.value?.blend).toEqual([[1, 1]]);
    for (const [elapsed, seed] of [[2000, 2], [4000, 3], [6000, 1], [8000, 2]]) {
      now = 1000 + elapsed;
      step(now);
      expect(walk.playing.value?.blend).toEqual([[seed, 1]]);
    }
    walk.closed.value = false; // two legs instead of three
    now = 1000 + 4000;
    step(now);
    expect(walk.playing.value?.blend).toEqual([[1, 1]]);
    walk.pause();
    expect(walk.playing.value).toBeNull();
  });

  it("ends its preview when fewer than two stops are left", () => {
    vi.stubGlobal("requestAnimationFrame", () => 1);
    walk.play();
    walk.removeStop(1);
    expect(walk.stops.value.map(({ seed }) => seed)).toEqual([1, 3]);
    expect(walk.playing.value).not.toBeNull();
    walk.removeStop(0);
    expect(walk.playing.value).toBeNull();
  });

  it("is requested by its latents, without what the model does not have", async () => {
    const sent: { url: string; body: unknown }[] = [];
    vi.stubGlobal("fetch", (url: string, { body }: { body: string }) => {
      sent.push({ url, body: JSON.parse(body) });
      return Promise.resolve(new Response("video"));
    });
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:video");
    walk.stops.value = [{ ...stop(1), condition: { kind: "rose" }, directions: { "pca-1": 2 } }, stop(2)];
    walk.seconds.value = 1.5;
    await walk.saveWalk(model());
    expect(sent).toEqual([
      {
        url: "http://localhost/v1/walks",
        body: { model: "flowers", latents: [stop(1), stop(2)], frames: 36, rate: 24, closed: true },
      },
    ]);
    expect(walk.saving.value).toBe(false);
  });
});
