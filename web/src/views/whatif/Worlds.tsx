import type { ComponentChildren } from "preact";
import { dataUrl } from "../../files";
import { t } from "../../i18n";
import { Button, IconButton, LiveCanvas, Meter, Picture, Spinner, Warnings } from "../../ui";
import type { Graph, LiveRequest, Model, Values, World } from "../../types";
import { editCounterfactual, restyleCounterfactual, saveCounterfactual } from "./actions";
import { counterfactual, stale, interventions, failure, liveAttributes, unit } from "./store";

/** The factual picture, the counterfactual one, and, where it is known, the true counterfactual. */
export function Worlds({ model, graph }: { model: Model; graph: Graph }) {
  const found = counterfactual.value;
  if (failure.value !== null) {
    return (
      <p class="failure" role="alert">
        {failure.value}
      </p>
    );
  }
  if (!found) {
    return (
      <p class="row" role="status">
        <Spinner /> {t("whatif.computing")}
      </p>
    );
  }
  const attributes = liveAttributes.value ?? found.counterfactual.attributes;
  return (
    <section class="worlds" aria-label={t("whatif.worlds")}>
      <div class="worlds-all">
        <div class="worlds-pictures">
          <WorldPanel title={t("whatif.factual")}>
            <WorldPicture world={found.factual} alt={t("whatif.factual")} generated={"seed" in unit.value} />
          </WorldPanel>
          <WorldPanel title={t("whatif.counterfactual")} actions={<CounterfactualActions model={model} />}>
            <LiveCounterfactual model={model} />
          </WorldPanel>
          {found.truth && (
            <WorldPanel title={t("whatif.truth")}>
              <WorldPicture world={found.truth} alt={t("whatif.truth")} />
            </WorldPanel>
          )}
        </div>
        <AttributeTable
          graph={graph}
          factual={found.factual.attributes}
          counterfactual={attributes}
          truth={found.truth?.attributes ?? null}
        />
      </div>
      <Warnings found={found.extrapolated} />
    </section>
  );
}

function WorldPanel({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="world">
      <h2>{title}</h2>
      <div class="world-picture">{children}</div>
      {actions}
    </div>
  );
}

function WorldPicture({ world, alt, generated }: { world: World; alt: string; generated?: boolean }) {
  return <Picture src={dataUrl(world.b64_json)} alt={alt} generated={generated} />;
}

/** The counterfactual: live frames while a cause is changed, then the exact picture. */
function LiveCounterfactual({ model }: { model: Model }) {
  const request: LiveRequest = { kind: "counterfactual", model: model.id, unit: unit.value, do: interventions.value };
  return (
    <LiveCanvas
      request={request}
      exact={stale.value ? null : counterfactual.value!.counterfactual.b64_json}
      label={t("whatif.counterfactual")}
      onFrame={(header) => (liveAttributes.value = header.attributes ?? null)}
    />
  );
}

function CounterfactualActions({ model }: { model: Model }) {
  const ready = !stale.value;
  return (
    <>
      <div class="row">
        <Button icon="save" disabled={!ready} onClick={() => saveCounterfactual(model)}>
          {t("ui.save")}
        </Button>
        <IconButton icon="edit" label={t("ui.edit")} disabled={!ready} onClick={() => void editCounterfactual()} />
        <IconButton icon="restyle" label={t("ui.restyle")} disabled={!ready} onClick={() => void restyleCounterfactual()} />
      </div>
      <Meter />
    </>
  );
}

interface TableProps {
  graph: Graph;
  factual: Values;
  counterfactual: Values;
  truth: Values | null;
}

function AttributeTable({ graph, factual, counterfactual, truth }: TableProps) {
  return (
    <table class="attributes">
      <thead>
        <tr>
          <th scope="col">{t("whatif.attribute")}</th>
          <th scope="col">{t("whatif.factual")}</th>
          <th scope="col">{t("whatif.counterfactual")}</th>
          {truth && <th scope="col">{t("whatif.truth")}</th>}
        </tr>
      </thead>
      <tbody>
        {graph.nodes.map(({ name }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{factual[name]}</td>
            <Cell before={factual[name]} now={counterfactual[name]} done={name in interventions.value} />
            {truth && <Cell before={factual[name]} now={truth[name]} done={name in interventions.value} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ before, now, done: isSet }: { before: Values[string]; now: Values[string]; done: boolean }) {
  const changed = before !== now;
  return (
    <td class={changed ? "changed" : undefined}>
      {now}
      {isSet && <span class="mark">{t("whatif.done")}</span>}
      {changed && !isSet && <span class="mark">{t("whatif.changed")}</span>}
    </td>
  );
}
