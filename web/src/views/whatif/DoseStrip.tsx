import { dataUrl } from "../../files";
import { t } from "../../i18n";
import { Badge, shortNumber, Spinner } from "../../ui";
import type { Graph, Value } from "../../types";
import { selectedNode, interventions, doseResponse, doseResponseFailure, setIntervention } from "./store";

/** The counterfactual pictures for one cause set to values across its range. */
export function DoseStrip({ graph }: { graph: Graph }) {
  const name = selectedNode.value;
  if (name === null || !graph.nodes.some((node) => node.name === name)) return null;
  return (
    <section class="dose-response" aria-label={t("whatif.dose_response", { name })}>
      <h2>{t("whatif.dose_response", { name })}</h2>
      {doseResponseFailure.value !== null && <p class="failure">{doseResponseFailure.value}</p>}
      {doseResponse.value === null && doseResponseFailure.value === null && <Spinner />}
      <ul>
        {doseResponse.value?.data.map(({ value, b64_json }) => (
          <Dose key={String(value)} name={name} value={value} b64={b64_json} />
        ))}
      </ul>
    </section>
  );
}

function Dose({ name, value, b64 }: { name: string; value: Value; b64: string }) {
  const words = typeof value === "number" ? shortNumber(value) : value;
  return (
    <li>
      <button
        type="button"
        aria-pressed={interventions.value[name] === value}
        aria-label={t("whatif.dose_response.take", { name, value: words })}
        onClick={() => setIntervention(name, value)}
      >
        <span class="dose-picture">
          <img src={dataUrl(b64)} alt="" />
          <Badge />
        </span>
        {words}
      </button>
    </li>
  );
}
