import { t } from "../../i18n";
import { AttributeField } from "../../ui";
import type { Model } from "../../types";
import { commit, setCondition, position } from "./store";

/** The condition of the picture, an attribute a field. */
export function Conditions({ model }: { model: Model }) {
  const attributes = (model.attributes ?? []).filter(({ kind }) => kind !== "caption");
  return (
    <section>
      <h2>{t("explore.conditions")}</h2>
      {attributes.length === 0 && <p class="muted small">{t("explore.conditions.none")}</p>}
      {attributes.map((attribute) => (
        <AttributeField
          key={attribute.name}
          attribute={attribute}
          value={position.value.latent.condition[attribute.name] ?? null}
          freeLabel={t("explore.any")}
          fallback={attribute.mean}
          resetLabel={t("explore.any.reset", { name: attribute.name })}
          onInput={(value) => setCondition(attribute.name, value)}
          onCommit={commit}
        />
      ))}
    </section>
  );
}
