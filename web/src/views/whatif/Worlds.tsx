import type { ComponentChildren } from "preact";
import { dataUrl } from "../../files";
import { t } from "../../i18n";
import { Button, IconButton, LiveCanvas, Meter, Picture, Spinner } from "../../ui";
import type { Graph, LiveAsk, Model, Values, World } from "../../types";
import { editOther, restyleOther, saveOther } from "./actions";
import { answer, behind, doing, failure, liveAttributes, unit } from "./world";

/** The unit as it is, as it would have been, and, where that is known, as it truly would have been. */
export function Worlds({ model, graph }: { model: Model; graph: Graph }) {
  const found = answer.value;
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
        <Spinner /> {t("whatif.asking")}
      </p>
    );
  }
  const other = liveAttributes.value ?? found.counterfactual.attributes;
  return (
    <section class="worlds" aria-label={t("whatif.worlds")}>
      <div class="worlds-all">
        <div class="worlds-pictures">
          <Shown title={t("whatif.factual")}>
            <Still world={found.factual} alt={t("whatif.factual")} generated={"seed" in unit.value} />
          </Shown>
          <Shown title={t("whatif.counterfactual")} actions={<OtherActions model={model} />}>
            <Other model={model} />
          </Shown>
          {found.truth && (
            <Shown title={t("whatif.truth")}>
              <Still world={found.truth} alt={t("whatif.truth")} />
            </Shown>
          )}
        </div>
        <AttributeTable
          graph={graph}
          factual={found.factual.attributes}
          other={other}
          truth={found.truth?.attributes ?? null}
        />
      </div>
      {found.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
    </section>
  );
}

function Shown({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="world">
      <h2>{title}</h2>
      <div class="world-picture">{children}</div>
      {actions}
    </div>
  );
}

function Still({ world, alt, generated }: { world: World; alt: string; generated?: boolean }) {
  return <Picture src={dataUrl(world.b64_json)} alt={alt} generated={generated} />;
}

/** Painted live while a cause is moved, and exactly as soon as that is answered. */
function Other({ model }: { model: Model }) {
  const ask: LiveAsk = { kind: "counterfactual", model: model.id, unit: unit.value, do: doing.value };
  return (
    <LiveCanvas
      ask={ask}
      exact={behind.value ? null : answer.value!.counterfactual.b64_json}
      label={t("whatif.counterfactual")}
      onFrame={(header) => (liveAttributes.value = header.attributes ?? null)}
    />
  );
}

function OtherActions({ model }: { model: Model }) {
  const ready = !behind.value;
  return (
    <>
      <div class="row">
        <Button icon="save" disabled={!ready} onClick={() => saveOther(model)}>
          {t("ui.save")}
        </Button>
        <IconButton icon="edit" label={t("ui.edit")} disabled={!ready} onClick={() => void editOther()} />
        <IconButton icon="restyle" label={t("ui.restyle")} disabled={!ready} onClick={() => void restyleOther()} />
      </div>
      <Meter />
    </>
  );
}

interface TableProps {
  graph: Graph;
  factual: Values;
  other: Values;
  truth: Values | null;
}

function AttributeTable({ graph, factual, other, truth }: TableProps) {
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
            <Cell before={factual[name]} now={other[name]} done={name in doing.value} />
            {truth && <Cell before={factual[name]} now={truth[name]} done={name in doing.value} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ before, now, done }: { before: Values[string]; now: Values[string]; done: boolean }) {
  const changed = before !== now;
  return (
    <td class={changed ? "changed" : undefined}>
      {now}
      {done && <span class="mark">{t("whatif.done")}</span>}
      {changed && !done && <span class="mark">{t("whatif.changed")}</span>}
    </td>
  );
}
