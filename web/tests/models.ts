import type { Job, Model } from "../src/types";

/** A model as the server describes it. */
export function model(part: Partial<Model> = {}): Model {
  return {
    id: "flowers",
    object: "model",
    created: 0,
    owned_by: "limner",
    kind: "image",
    recipe: "gan",
    sha256: "f".repeat(64),
    width: 64,
    height: 64,
    channels: 3,
    latent_dim: 32,
    attributes: null,
    can: ["sample"],
    styles: null,
    thumbnails: null,
    graph: null,
    problem: null,
    ...part,
  };
}

/** A job as the server describes it. */
export function job(part: Partial<Job> = {}): Job {
  return {
    id: "1",
    kind: "train",
    name: "mine",
    state: "running",
    created: 0,
    started: null,
    ended: null,
    progress: 0.5,
    message: "step 10",
    request: {},
    result: null,
    error: null,
    ...part,
  };
}
