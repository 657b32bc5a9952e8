import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { modelOf, models } from "../../state";
import { Loading } from "../../shell/Loading";
import { NoModels } from "../../shell/NoModels";
import { Empty, ModelPicker } from "../../ui";
import type { Graph, Model } from "../../types";
import { CausalGraph } from "./CausalGraph";
import { CauseControl } from "./CauseControl";
import { DoseStrip } from "./DoseStrip";
import { Report } from "./Report";
import { UnitChooser } from "./UnitChooser";
import { Worlds } from "./Worlds";
import { follow, takeInput } from "./store";
import "./whatif.css";

export default function WhatIf() {
  useSignalEffect(takeInput);
  useEffect(follow, []);
  const model = modelOf("causal");
  if (models.value === null) return <Loading />;
  if (!model) return <NoModels kind="causal" />;
  if (!model.graph) {
    return (
      <Empty title={t("whatif.cannot", { model: model.id })}>
        {model.problem && <p>{model.problem}</p>}
        <ModelPicker kind="causal" />
      </Empty>
    );
  }
  return <WhatIfView model={model} graph={model.graph} />;
}

function WhatIfView({ model, graph }: { model: Model; graph: Graph }) {
  return (
    <div class="workbench two whatif">
      <h1 class="sr-only">{t("shell.view.whatif")}</h1>
      <aside class="panel" aria-label={t("whatif.question")}>
        <ModelPicker kind="causal" />
        <UnitChooser graph={graph} />
        <CauseControl graph={graph} />
        <Report model={model} />
      </aside>
      <div class="stage">
        <CausalGraph graph={graph} />
        <Worlds model={model} graph={graph} />
        <DoseStrip graph={graph} />
      </div>
    </div>
  );
}
