import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { IconButton } from "../../ui";
import type { Fields } from "./catalogue";
import * as store from "./store";
import { operationName, optionName } from "./words";

/** The list of edits, in the order in which they are applied. */
export function Layers() {
  const layers = store.layers.value;
  const [over, setOver] = useState<number | null>(null);
  return (
    <section>
      <h2>{t("edit.layers")}</h2>
      {layers.length === 0 && <p class="muted small">{t("edit.layers.none")}</p>}
      <ol class="edit-layers">
        {layers.map((layer, index) => (
          <li
            key={layer.id}
            draggable
            class={over === index ? "over" : undefined}
            data-tuned={store.draft.value?.layer === layer.id || undefined}
            onDragStart={(event) => event.dataTransfer?.setData(KIND, String(layer.id))}
            onDragOver={(event) => {
              if (!event.dataTransfer?.types.includes(KIND)) return;
              event.preventDefault();
              setOver(index);
            }}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => {
              setOver(null);
              store.reorder(Number(event.dataTransfer?.getData(KIND)), index);
            }}
          >
            <Row layer={layer} index={index} last={index === layers.length - 1} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const KIND = "application/x-limner-layer";

function Row({ layer, index, last }: { layer: store.Layer; index: number; last: boolean }) {
  const name = operationName(layer.name);
  const tunable = Object.keys(store.findOperation(layer.name)?.fields.properties ?? {}).length > 0;
  return (
    <>
      <IconButton
        icon={layer.on ? "eye" : "hidden"}
        label={t("edit.layer.toggle", { name })}
        aria-pressed={layer.on}
        onClick={() => store.toggle(layer.id)}
      />
      <button type="button" class="edit-layer" disabled={!tunable} onClick={() => store.editLayer(layer)}>
        <span>{name}</span>
        <span class="muted small">{summary(layer.fields)}</span>
      </button>
      <div class="edit-layer-menu">
        <IconButton
          icon="up"
          label={t("edit.layer.up", { name })}
          disabled={index === 0}
          onClick={() => store.reorder(layer.id, index - 1)}
        />
        <IconButton
          icon="down"
          label={t("edit.layer.down", { name })}
          disabled={last}
          onClick={() => store.reorder(layer.id, index + 1)}
        />
        <IconButton icon="trash" label={t("edit.layer.delete", { name })} onClick={() => store.remove(layer.id)} />
      </div>
    </>
  );
}

/** The first values of an edit, on one line. */
function summary(fields: Fields): string {
  return Object.entries(fields)
    .filter(([name]) => name !== "mode")
    .flatMap(([, value]) => {
      if (typeof value === "number") return [String(Math.round(100 * value) / 100)];
      return typeof value === "string" && !store.uploaded.has(value) ? [optionName(value)] : [];
    })
    .slice(0, 4)
    .join(" · ");
}
