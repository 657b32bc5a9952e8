import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { ViewName } from "../route";
import { Button, Empty } from "../ui";
import { Loading } from "./Loading";

/** Each view is a separate chunk, loaded when it is first opened. */
const loaders: Record<ViewName, () => Promise<{ default: ComponentType }>> = {
  explore: () => import("../views/explore"),
  edit: () => import("../views/edit"),
  restyle: () => import("../views/restyle"),
  whatif: () => import("../views/whatif"),
  train: () => import("../views/train"),
  evaluate: () => import("../views/evaluate"),
};

const loaded = new Map<ViewName, ComponentType>();

export function ViewFrame({ name }: { name: ViewName }) {
  const [, refresh] = useState(0);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    if (loaded.has(name)) return;
    loaders[name]().then(
      (module) => {
        loaded.set(name, module.default);
        refresh((count) => count + 1);
      },
      (error: Error) => setFailure(error.message),
    );
  }, [name]);

  const View = loaded.get(name);
  if (View) return <View />;
  if (failure === null) return <Loading />;
  return (
    <Empty title={t("shell.failed", { message: failure })}>
      <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>
    </Empty>
  );
}
