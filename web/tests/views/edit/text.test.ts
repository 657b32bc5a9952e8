import { describe, expect, it } from "vitest";
import type { Edit, Operation } from "../../../src/views/edit/catalogue";
import { asCommand, asYaml, FileNames } from "../../../src/views/edit/text";

const operations: Operation[] = [
  { name: "exposure", about: "", fields: { properties: { stops: { type: "number" } }, required: ["stops"] } },
  { name: "fill", about: "", fields: { properties: { by: { type: "string" }, blend: { type: "string", default: "none" } } } },
  { name: "select-mask", about: "", fields: { properties: { file: { type: "string" }, mode: { type: "string", default: "replace" } } } },
  { name: "encode", about: "", fields: { properties: { model: { type: "string" }, condition: { type: "object", default: {} } } } },
  { name: "curves", about: "", fields: { properties: { points: { type: "array" } } } },
  { name: "select-rest", about: "", fields: {} },
];
const mask = "a".repeat(64);
const photo = "b".repeat(64);
const files = () => new FileNames(new Set([mask, photo]));
const yaml = (...edits: Edit[]) => asYaml(edits, operations, files());
const command = (...edits: Edit[]) => asCommand("photo.png", edits, operations, files());

describe("edits as text", () => {
  it("have the fields that differ from their defaults", () => {
    expect(yaml({ name: "exposure", fields: { stops: 0.5 } })).toBe("- exposure: {stops: 0.5}\n");
    expect(yaml({ name: "fill", fields: { by: "mirror", blend: "none" } })).toBe("- fill: {by: mirror}\n");
    expect(yaml({ name: "encode", fields: { model: null, condition: {} } })).toBe("- encode\n");
    expect(yaml({ name: "select-rest", fields: {} })).toBe("- select-rest\n");
  });

  it("quote what YAML would read as something else", () => {
    expect(yaml({ name: "fill", fields: { by: "#ff8000" } })).toBe('- fill: {by: "#ff8000"}\n');
    expect(yaml({ name: "encode", fields: { condition: { colour: "no", kind: "a: b", size: 0.25, name: "rose" } } })).toBe(
      '- encode: {condition: {colour: "no", kind: "a: b", size: 0.25, name: rose}}\n',
    );
  });

  it("write nested lists", () => {
    expect(yaml({ name: "curves", fields: { points: [[0, 0], [0.5, 0.6]] } })).toBe("- curves: {points: [[0, 0], [0.5, 0.6]]}\n");
  });

  it("are a command that a shell passes on unchanged", () => {
    expect(command({ name: "exposure", fields: { stops: 0.5 } })).toBe("limner edit photo.png out.png --op exposure:stops=0.5");
    expect(command({ name: "fill", fields: { by: "#ff8000" } })).toBe("limner edit photo.png out.png --op 'fill:by=#ff8000'");
    expect(command({ name: "encode", fields: { model: "it's" } })).toBe(
      `limner edit photo.png out.png --op 'encode:model="it'\\''s"'`,
    );
  });

  it("name uploaded pictures as files, each once", () => {
    const names = files();
    const edits: Edit[] = [
      { name: "select-mask", fields: { file: mask, mode: "replace" } },
      { name: "fill", fields: { by: photo } },
      { name: "select-mask", fields: { file: mask, mode: "add" } },
    ];
    expect(asYaml(edits, operations, names)).toBe(
      "- select-mask: {file: mask-1.png}\n- fill: {by: picture-2.png}\n- select-mask: {file: mask-1.png, mode: add}\n",
    );
    expect([...names.names]).toEqual([[mask, "mask-1.png"], [photo, "picture-2.png"]]);
  });
});
