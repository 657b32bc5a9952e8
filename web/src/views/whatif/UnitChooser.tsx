import { api, address, picturePath } from "../../api";
import { t } from "../../i18n";
import { randomSeed } from "../../place";
import { ofKind, receiveOr } from "../../shell/receive";
import { complain } from "../../state";
import { AttributeField, Dropzone, IconButton, NumberField, Segmented, Select, useDrop } from "../../ui";
import type { Graph, StoredPicture, Unit, Values } from "../../types";
import { fitting, setUnit, unit, waiting } from "./world";

type Origin = "seed" | "data" | "picture";

function originOf(now: Unit): Origin {
  if (waiting.value) return "picture";
  return "picture" in now ? "picture" : "data" in now ? "data" : "seed";
}

const take = ({ id }: StoredPicture): void => setUnit({ picture: id, attributes: {} });

/** A picture that was saved here comes back with its question; any other is a unit. */
const takeDropped = ([file]: File[]): void => void receiveOr(file, ofKind("studio counterfactual"), take);

const takeChosen = ([file]: File[]): void => void api.putPicture(file).then(take).catch(complain);

/** Whose other world it is. */
export function UnitChooser({ graph }: { graph: Graph }) {
  useDrop(takeDropped);
  const now = unit.value;
  const data = fitting.value;
  const origins: Origin[] = data.length > 0 ? ["seed", "data", "picture"] : ["seed", "picture"];

  const choose = (origin: Origin) => {
    if (origin === "picture") waiting.value = true;
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
          <Dropzone label={t("whatif.unit.drop")} onFiles={takeChosen} />
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
  const all = fitting.value;
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
