import { t } from "../../i18n";
import { AttributeField, Button, IconButton } from "../../ui";
import type { Graph } from "../../types";
import { answer, cause, doing, setDoing } from "./world";

/** What is done to the chosen cause, and all that is done. */
export function CauseControl({ graph }: { graph: Graph }) {
  const node = graph.nodes.find(({ name }) => name === cause.value);
  const pinned = Object.entries(doing.value);
  return (
    <section>
      <h2>{t("whatif.do")}</h2>
      {!node && <p class="muted small">{t("whatif.do.hint")}</p>}
      {node && (
        <AttributeField
          key={node.name}
          attribute={node}
          value={doing.value[node.name] ?? null}
          freeWords={t("whatif.do.free")}
          fallback={factualNumber(node.name)}
          resetLabel={t("whatif.do.undo", { name: node.name })}
          onInput={(value) => setDoing(node.name, value)}
          onCommit={() => {}}
        />
      )}
      <ul class="pins">
        {pinned.map(([name, value]) => (
          <li key={name}>
            <button type="button" class="pin" onClick={() => (cause.value = name)}>
              {`do(${name} = ${typeof value === "number" ? Number(value.toPrecision(3)) : value})`}
            </button>
            <IconButton icon="close" label={t("whatif.do.undo", { name })} onClick={() => setDoing(name, null)} />
          </li>
        ))}
      </ul>
      {pinned.length > 1 && (
        <Button kind="quiet" icon="reset" onClick={() => (doing.value = {})}>
          {t("whatif.do.none")}
        </Button>
      )}
    </section>
  );
}

/** Where a free slider stands: at what the unit has. */
function factualNumber(name: string): number | null {
  const value = Number(answer.value?.factual.attributes[name]);
  return Number.isFinite(value) ? value : null;
}
