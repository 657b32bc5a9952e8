import { useEffect, useState } from "preact/hooks";
import { address, api, modelPath } from "../../api";
import { t } from "../../i18n";
import { Button, Dialog } from "../../ui";
import type { Model } from "../../types";

/** The soundness report of the model, or the command that writes one. */
export function Report({ model }: { model: Model }) {
  const [known, setKnown] = useState(false);
  const [open, setOpen] = useState(false);
  const path = modelPath(model.id, "/report");

  useEffect(() => {
    const controller = new AbortController();
    setKnown(false);
    api.text(path, controller.signal).then(
      () => setKnown(true),
      () => {}, // no report yet: the section names the command
    );
    return () => controller.abort();
  }, [path]);

  return (
    <section>
      <h2>{t("whatif.report")}</h2>
      {known ? (
        <Button icon="external" onClick={() => setOpen(true)}>
          {t("whatif.report.open")}
        </Button>
      ) : (
        <p class="muted small">
          {t("whatif.report.none")} <code>limner causal soundness</code>
        </p>
      )}
      {open && (
        <Dialog title={t("whatif.report")} onClose={() => setOpen(false)} wide>
          <iframe class="report" title={t("whatif.report")} src={address(path)} sandbox="" />
        </Dialog>
      )}
    </section>
  );
}
