import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import { models } from "../../state";
import { Button, NumberField, Spinner, TextField } from "../../ui";
import { TimeHints } from "./Hints";
import { freeName } from "./names";
import { parseSettings, recipeAbout } from "./recipes";
import * as store from "./store";

/** The second step: the recipe, the minutes and the name. */
export function Setup() {
  const [name, setName] = useState("");
  const [minutes, setMinutes] = useState(30);
  const [seed, setSeed] = useState(0);
  const [batch, setBatch] = useState("");
  const [rate, setRate] = useState("");
  const [more, setMore] = useState("");
  useEffect(() => void (store.recipes.value ?? store.loadRecipes()), []);

  const data = store.dataset.value;
  const suggested = freeName(data ? `${data.id}-${store.recipe.value}` : store.recipe.value, models.value);
  const settings = { ...parseSettings(more), ...(batch && { batch }), ...(rate && { "optimiser.lr": rate }) };
  const start = () => void store.train({ name: name || suggested, minutes, seed, set: settings });

  return (
    <section>
      <h2>{t("train.recipe")}</h2>
      <Recipes />
      <TextField label={t("train.name")} value={name} placeholder={suggested} onInput={setName} />
      <NumberField label={t("train.minutes")} value={minutes} min={0.1} max={10_000} step={1} onChange={setMinutes} />
      {data && <TimeHints data={data} />}
      <details class="train-settings">
        <summary>{t("train.settings")}</summary>
        <div class="stack">
          <NumberField label={t("train.seed")} value={seed} min={0} onChange={(value) => setSeed(Math.round(value))} />
          <TextField label={t("train.batch")} value={batch} placeholder={t("train.default")} onInput={setBatch} />
          <TextField label={t("train.rate")} value={rate} placeholder={t("train.default")} onInput={setRate} />
          <div class="field">
            <label for="train-more">{t("train.more")}</label>
            <textarea
              id="train-more"
              rows={3}
              value={more}
              placeholder={"ema.half_life=10000\nmethod.latent_dim=64"}
              onInput={(event) => setMore(event.currentTarget.value)}
            />
          </div>
        </div>
      </details>
      <Button kind="primary" icon="play" disabled={!data} onClick={start}>
        {t("train.start")}
      </Button>
      {!data && <p class="muted small">{t("train.start.needs")}</p>}
    </section>
  );
}

const FIRST = ["gan", "vae", "elbo-vae"];

function Recipes() {
  const [all, setAll] = useState(false);
  const recipes = store.recipes.value;
  if (!recipes) return <Spinner />;
  const listed = recipes.filter(({ name }) => all || FIRST.includes(name) || name === store.recipe.value);
  return (
    <div class="train-recipes" role="radiogroup" aria-label={t("train.recipe")}>
      {listed.map((recipe) => (
        <label key={recipe.name} class={store.recipe.value === recipe.name ? "on" : undefined}>
          <input
            type="radio"
            name="recipe"
            checked={store.recipe.value === recipe.name}
            onChange={() => (store.recipe.value = recipe.name)}
          />
          <strong>{recipe.name}</strong>
          <span class="muted small">{recipeAbout(recipe)}</span>
        </label>
      ))}
      {listed.length < recipes.length && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {t("train.recipe.all", { count: recipes.length })}
        </Button>
      )}
    </div>
  );
}
