import { signal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import { api, address, picturePath } from "../../api";
import { t } from "../../i18n";
import { randomSeed } from "../../place";
import { complain, datasets } from "../../state";
import { AttributeField, Dropzone, IconButton, NumberField, Segmented, Select, useDrop } from "../../ui";
import type { Graph, Unit, Values } from "../../types";
import { setUnit, unit } from "./world";

type Origin = "seed" | "data" | "picture";

/** What is chosen but has no unit yet: a picture that has not been dropped. */
const waiting = signal(false);

function originOf(now: Unit): Origin {
  if (waiting.value) return "picture";
  return "picture" in now ? "picture" : "data" in now ? "data" : "seed";
}

async function takePicture(files: File[]): Promise<void> {
  try {
    const { id } = await api.putPicture(files[0]);
    waiting.value = false;
    setUnit({ picture: id, attributes: {} });
  } catch (error) {
    complain(error);
  }
}

/** Whose other world it is. */
export function UnitChooser({ graph }: { graph: Graph }) {
  useDrop(useCallback((files: File[]) => void takePicture(files), []));
  const now = unit.value;
  const data = datasets.value ?? [];
  const origins: Origin[] = data.length > 0 ? ["seed", "data", "picture"] : ["seed", "picture"];

  const choose = (origin: Origin) => {
    waiting.value = origin === "picture";
    if (origin === "seed") setUnit({ seed: 0 });
    if (origin === "data") setUnit({ data: data[0].id, index: 0 });
  };

  return (
    <section>
      <h2>{t("whatif.unit")}</h2>
      <Segmented
        label={t("whatif.unit")}
        value={originOf(now)}
        options={origins.map((value) => ({ value, label: t(`whatif.unit.${value}`) }))}
        onChange={choose}
      />
      {originOf(now) === "seed" && "seed" in now && <Drawn seed={now.seed} />}
      {originOf(now) === "data" && "data" in now && <FromData data={now.data} index={now.index} />}
      {originOf(now) === "picture" && (
        <>
          <Dropzone label={t("whatif.unit.drop")} onFiles={(files) => void takePicture(files)} />
          {"picture" in now && <Dropped graph={graph} picture={now.picture} attributes={now.attributes} />}
        </>
      )}
    </section>
  );
}

function Drawn({ seed }: { seed: number }) {
  const draw = (value: number) => setUnit({ seed: Math.round(value) });
  return (
    <div class="row-field">
      <NumberField label={t("whatif.unit.number")} value={seed} min={0} onChange={draw} />
      <IconButton icon="random" label={t("whatif.unit.random")} onClick={() => draw(randomSeed())} />
    </div>
  );
}

function FromData({ data, index }: { data: string; index: number }) {
  const all = datasets.value ?? [];
  const last = (all.find(({ id }) => id === data)?.pictures ?? 1) - 1;
  const take = (value: number) => setUnit({ data, index: Math.round(value) });
  return (
    <>
      <Select
        label={t("whatif.unit.dataset")}
        value={data}
        options={all.map(({ id }) => ({ value: id, label: id }))}
        onChange={(id) => setUnit({ data: id, index: 0 })}
      />
      <div class="row-field">
        <NumberField label={t("whatif.unit.index", { last })} value={index} min={0} max={last} onChange={take} />
        <IconButton
          icon="random"
          label={t("whatif.unit.random")}
          onClick={() => take(Math.floor(Math.random() * (last + 1)))}
        />
      </div>
    </>
  );
}

interface DroppedProps {
  graph: Graph;
  picture: string;
  attributes: Values;
}

/** A picture of the user's own. What is not told of it is read off it. */
function Dropped({ graph, picture, attributes }: DroppedProps) {
  const tell = (name: string, value: Values[string] | null) => {
    const { [name]: _, ...others } = attributes;
    setUnit({ picture, attributes: value === null ? others : { ...others, [name]: value } });
  };
  return (
    <>
      <img class="dropped" src={address(picturePath(picture))} alt={t("whatif.unit.own")} />
      <details>
        <summary>{t("whatif.unit.known")}</summary>
        <div class="stack">
          {graph.nodes.map((node) => (
            <AttributeField
              key={node.name}
              attribute={node}
              value={attributes[node.name] ?? null}
              freeWords={t("whatif.unit.read")}
              resetLabel={t("whatif.unit.reread", { name: node.name })}
              onInput={(value) => tell(node.name, value)}
              onCommit={() => {}}
            />
          ))}
        </div>
      </details>
    </>
  );
}
