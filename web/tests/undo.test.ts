import { beforeEach, describe, expect, it } from "vitest";
import { UndoHistory } from "../src/undo";

let history: UndoHistory<number>;
beforeEach(() => {
  history = new UndoHistory(0);
});

describe("an undo history", () => {
  it("goes back and forth between what was set", () => {
    history.set(1);
    history.set(2);
    history.undo();
    expect(history.current.value).toBe(1);
    history.undo();
    expect(history.current.value).toBe(0);
    history.redo();
    history.redo();
    expect(history.current.value).toBe(2);
  });

  it("makes one step of a drag", () => {
    for (const value of [1, 2, 3]) history.preview(value);
    expect([history.current.value, history.committed.value]).toEqual([3, 0]);
    history.commit();
    expect(history.committed.value).toBe(3);
    history.undo();
    expect(history.current.value).toBe(0);
    expect(history.canUndo.value).toBe(false);
  });

  it("undoes a drag that is not committed yet, and can redo it", () => {
    history.preview(7);
    history.undo();
    expect([history.current.value, history.committed.value]).toEqual([0, 0]);
    history.redo();
    expect(history.current.value).toBe(7);
  });

  it("forgets what was undone when something else is set", () => {
    history.set(1);
    history.undo();
    expect(history.canRedo.value).toBe(true);
    history.set(2);
    expect(history.canRedo.value).toBe(false);
    history.redo();
    expect(history.current.value).toBe(2);
  });

  it("stays where it is at both ends, and makes no step of an unchanged value", () => {
    history.undo();
    history.redo();
    history.set(0);
    expect(history.current.value).toBe(0);
    expect(history.canUndo.value).toBe(false);
  });

  it("keeps the newest 200 steps", () => {
    for (let value = 1; value <= 250; value++) history.set(value);
    for (let step = 0; step < 250; step++) history.undo();
    expect(history.current.value).toBe(50);
  });
});
