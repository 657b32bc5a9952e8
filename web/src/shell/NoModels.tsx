import { t } from "../i18n";
import { go } from "../route";
import type { ModelKind } from "../types";
import { Button, Empty } from "../ui";

/** Commands that make a model of each kind. */
const commands: Record<ModelKind, string[]> = {
  image: ["limner prepare pictures dataset --size 64", "limner train dataset --recipe gan --out run", "limner serve run"],
  causal: [
    "limner causal discover DATASET",
    "limner causal fit DATASET --graph GRAPH.yaml --out RUN",
    "limner serve RUN",
  ],
  instant: ["limner style train painting.jpg --out style", "limner serve style"],
};

/** Shown by a view that needs a model where none is served: how to get one. */
export function NoModels({ kind }: { kind: ModelKind }) {
  return (
    <Empty title={t(`shell.none.${kind}`)}>
      <p>{t(`shell.none.about.${kind}`)}</p>
      <pre class="commands">{commands[kind].join("\n")}</pre>
      {kind === "image" && (
        <Button kind="primary" onClick={() => go("train")}>
          {t("shell.none.train")}
        </Button>
      )}
    </Empty>
  );
}
