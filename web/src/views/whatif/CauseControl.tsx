import { t } from "../../i18n";
import { AttributeField, Button, IconButton } from "../../ui";
import type { Graph } from "../../types";
import { counterfactual, selectedNode, interventions, setIntervention } from "./store";

/** The intervention on the selected node, and the list of all interventions. */
export function CauseControl({ graph }: { graph: Graph }) {
  const node = graph.nodes.find(({ name }) => name === selectedNode.value);
  const pinned = Object.entries(interventions.value);
  return (
    <section>
      <h2>{t("whatif.do")}</h2>
      {!node && <p class="muted small">{t("whatif.do.hint")}</p>}
      {node && (
        <AttributeField
          key={node.name}
          attribute={node}
          value={interventions.value[node.name] ?? null}
          freeLabel={t("whatif.do.free")}
          fallback={factualNumber(node.name)}
          resetLabel={t("whatif.do.undo", { name: node.name })}
          onInput={(value) => setIntervention(node.name, value)}
          onCommit={() => {}}
        />
      )}
      <ul class="pins">
        {pinned.map(([name, value]) => (
          <li key={name}>
            <button type="button" class="pin" onClick={() => (selectedNode.value = name)}>
              {`do(${name} = ${typeof value === "number" ? Number(value.toPrecision(3)) : value})`}
            </button>
            <IconButton icon="close" label={t("whatif.do.undo", { name })} onClick={() => setIntervention(name, null)} />
          </li>
        ))}
      </ul>
      {pinned.length > 1 && (
        <Button kind="quiet" icon="reset" onClick={() => (interventions.value = {})}>
          {t("whatif.do.none")}
        </Button>
      )}
    </section>
  );
}

/** The factual value, where the slider of a node without an intervention is. */
function factualNumber(name: string): number | null {
  const value = Number(counterfactual.value?.factual.attributes[name]);
  return Number.isFinite(value) ? value : null;
}
