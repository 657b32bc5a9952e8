import { afterEach, expect, it } from "vitest";
import { language } from "../../../src/i18n";
import { freeName, validName } from "../../../src/views/train/names";
import { parseSettings, recipeAbout } from "../../../src/views/train/recipes";

afterEach(() => {
  language.value = "en";
});

it("a common recipe is described in the user's language, another one in the server's words", () => {
  const recipe = (name: string) => ({ name, about: "the server's words", family: "gan" });
  expect(recipeAbout(recipe("elbo-vae"))).toMatch(/how likely a picture is/);
  language.value = "zh";
  expect(recipeAbout(recipe("gan"))).toMatch(/图片/);
  expect(recipeAbout(recipe("r3gan"))).toBe("the server's words");
});

it("settings are read one a line", () => {
  expect(parseSettings("ema.half_life=10000\n  method.latent_dim = 64 \n\nset.path=a=b\nnothing\n=1\nempty=")).toEqual({
    "ema.half_life": "10000",
    "method.latent_dim": "64",
    "set.path": "a=b",
  });
});

it("a name gets a number where it is taken", () => {
  const existing = [{ id: "flowers" }, { id: "flowers-2" }, { id: "gan-7" }];
  expect(freeName("flowers", existing)).toBe("flowers-3");
  expect(freeName("gan", existing)).toBe("gan");
  expect(freeName("gan", null)).toBe("gan");
});

it("a dataset gets a name that the server accepts", () => {
  expect(validName("my flowers/2024: best!")).toBe("my flowers-2024- best-");
  expect(validName("../.hidden")).toBe("hidden");
  expect(validName("花 园")).toBe("花 园");
  expect(validName("***")).toBe("pictures");
  expect(validName("x".repeat(80))).toHaveLength(50);
});
