import { api, address, picturePath } from "../../api";
import { t } from "../../i18n";
import { randomSeed } from "../../latentSpec";
import { hasKind, receiveOr } from "../../shell/receive";
import { reportError } from "../../state";
import { AttributeField, Dropzone, IconButton, NumberField, Segmented, Select, useDrop } from "../../ui";
import type { Graph, StoredPicture, Unit, Values } from "../../types";
import { matchingDatasets, setUnit, unit, awaitingPicture } from "./store";

type Origin = "seed" | "data" | "picture";

function originOf(current: Unit): Origin {
  if (awaitingPicture.value) return "picture";
  return "picture" in current ? "picture" : "data" in current ? "data" : "seed";
}

const setPicture = ({ id }: StoredPicture): void => setUnit({ picture: id, attributes: {} });

/** A saved counterfactual picture restores its unit and interventions; any other picture becomes the unit. */
const onDrop = ([file]: File[]): void => void receiveOr(file, hasKind("studio counterfactual"), setPicture);

const onChoose = ([file]: File[]): void => void api.putPicture(file).then(setPicture).catch(reportError);

/** Chooses the unit. */
export function UnitChooser({ graph }: { graph: Graph }) {
  useDrop(onDrop);
  const now = unit.value;
  const data = matchingDatasets.value;
  const origins: Origin[] = data.length > 0 ? ["seed", "data", "picture"] : ["seed", "picture"];

  const choose = (origin: Origin) => {
    if (origin === "picture") awaitingPicture.value = true;
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
      {originOf(now) === "seed" && "seed" in now && <SeedUnit seed={now.seed} />}
      {originOf(now) === "data" && "data" in now && <DatasetUnit data={now.data} index={now.index} />}
      {originOf(now) === "picture" && (
        <>
          <Dropzone label={t("whatif.unit.drop")} onFiles={onChoose} />
          {"picture" in now && <PictureUnit graph={graph} picture={now.picture} attributes={now.attributes} />}
        </>
      )}
    </section>
  );
}

function SeedUnit({ seed }: { seed: number }) {
  const setSeed = (value: number) => setUnit({ seed: Math.round(value) });
  return (
    <div class="row-field">
      <NumberField label={t("whatif.unit.number")} value={seed} min={0} onChange={setSeed} />
      <IconButton icon="random" label={t("whatif.unit.random")} onClick={() => setSeed(randomSeed())} />
    </div>
  );
}

function DatasetUnit({ data, index }: { data: string; index: number }) {
  const all = matchingDatasets.value;
  const last = (all.find(({ id }) => id === data)?.pictures ?? 1) - 1;
  const setIndex = (value: number) => setUnit({ data, index: Math.round(value) });
  return (
    <>
      <Select
        label={t("whatif.unit.dataset")}
        value={data}
        options={all.map(({ id }) => ({ value: id, label: id }))}
        onChange={(id) => setUnit({ data: id, index: 0 })}
      />
      <div class="row-field">
        <NumberField label={t("whatif.unit.index", { last })} value={index} min={0} max={last} onChange={setIndex} />
        <IconButton
          icon="random"
          label={t("whatif.unit.random")}
          onClick={() => setIndex(Math.floor(Math.random() * (last + 1)))}
        />
      </div>
    </>
  );
}

interface PictureUnitProps {
  graph: Graph;
  picture: string;
  attributes: Values;
}

/** A picture of the user. Attributes that are left unset are predicted from it. */
function PictureUnit({ graph, picture, attributes }: PictureUnitProps) {
  const setAttribute = (name: string, value: Values[string] | null) => {
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
              freeLabel={t("whatif.unit.read")}
              resetLabel={t("whatif.unit.reread", { name: node.name })}
              onInput={(value) => setAttribute(node.name, value)}
              onCommit={() => {}}
            />
          ))}
        </div>
      </details>
    </>
  );
}
