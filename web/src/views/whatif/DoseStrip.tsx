import { dataUrl } from "../../files";
import { t } from "../../i18n";
import { Badge, shortNumber, Spinner } from "../../ui";
import type { Graph, Value } from "../../types";
import { cause, interventions, doses, dosesFailure, setIntervention } from "./store";

/** The counterfactual pictures for one cause set to values across its range. */
export function DoseStrip({ graph }: { graph: Graph }) {
  const name = cause.value;
  if (name === null || !graph.nodes.some((node) => node.name === name)) return null;
  return (
    <section class="doses" aria-label={t("whatif.doses", { name })}>
      <h2>{t("whatif.doses", { name })}</h2>
      {dosesFailure.value !== null && <p class="failure">{dosesFailure.value}</p>}
      {doses.value === null && dosesFailure.value === null && <Spinner />}
      <ul>
        {doses.value?.data.map(({ value, b64_json }) => (
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
        aria-label={t("whatif.doses.take", { name, value: words })}
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
