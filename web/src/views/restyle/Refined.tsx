import { address, api, type Job } from "../../api";
import { t } from "../../i18n";
import { download, fileName } from "../../files";
import { reportError, openView, waitsForAnother } from "../../state";
import { Badge, Button, Progress } from "../../ui";
import { cancel, look, resultPath } from "./store";

/** The result of the full engine: its progress, and then the picture. */
export function Refined({ job }: { job: Job }) {
  const path = resultPath(job);
  const open = job.state === "queued" || job.state === "running";

  const withResult = async (act: (blob: Blob) => void | Promise<void>) => {
    try {
      if (path) await act(await api.blob(path));
    } catch (error) {
      reportError(error);
    }
  };
  const edit = async (blob: Blob) => {
    const { id } = await api.putPicture(blob);
    openView({ to: "edit", picture: id, model: null, latent: null, edits: [] });
  };

  return (
    <figure class="restyle-picture">
      {path && <img src={address(path)} alt={t("restyle.refined")} />}
      {path && !look.value && <Badge />}
      {open && (
        <div class="restyle-work" role="status">
          <Progress value={job.progress} label={t("restyle.refining")} />
          <p class="muted">{statusOf(job)}</p>
          <Button icon="stop" onClick={() => void cancel()}>
            {t("ui.cancel")}
          </Button>
        </div>
      )}
      {job.state === "failed" && (
        <p class="failure" role="alert">
          {job.error}
        </p>
      )}
      {(job.state === "cancelled" || job.state === "interrupted") && <p class="muted">{t(`restyle.${job.state}`)}</p>}
      <figcaption>{t(look.value ? `restyle.look.${look.value}` : "restyle.refined")}</figcaption>
      {path && (
        <div class="row">
          <Button
            kind="primary"
            icon="save"
            onClick={() => void withResult((blob) => download(blob, fileName("restyled", job.id) + ".png"))}
          >
            {t("ui.save")}
          </Button>
          <Button icon="edit" onClick={() => void withResult(edit)}>
            {t("ui.edit")}
          </Button>
        </div>
      )}
    </figure>
  );
}

function statusOf(job: Job): string {
  if (job.state !== "queued") return job.message || t("restyle.refining");
  return t(waitsForAnother(job) ? "restyle.queued" : "restyle.starting");
}
