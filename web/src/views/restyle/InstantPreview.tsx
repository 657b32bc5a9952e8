import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { LiveConnection } from "../../live";
import { reportError } from "../../state";
import { Badge } from "../../ui";
import type { ApiError } from "../../api";
import { content, factors, instantModel, mixture } from "./store";

const SIDE = 512;

/** The picture restyled by the instant model, updated on every change of the controls. */
export function InstantPreview() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const live = useRef<LiveConnection | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const [errorMessage, setErrorMessage] = useState<string | null>(null);

  useEffect(() => {
    const onError = (error: ApiError) => (error.type === "offline" ? reportError(error) : setErrorMessage(error.message));
    const connection = new LiveConnection(({ header, bitmap }) => {
      const target = canvas.current;
      if (!target) return;
      if (target.width !== header.width || target.height !== header.height) {
        target.width = header.width;
        target.height = header.height;
      }
      target.getContext("2d")?.drawImage(bitmap, 0, 0);
      setHasPicture(true);
      setErrorMessage(null);
    }, onError);
    live.current = connection;
    return () => connection.close();
  }, []);

  useSignalEffect(() => {
    const model = instantModel();
    const picture = content.value;
    const { colour, line, texture } = factors.value;
    if (!model || !picture) return;
    live.current?.request({
      kind: "stylize",
      model: model.id,
      picture,
      styles: mixture.value,
      colour,
      line,
      texture,
      side: SIDE,
    });
  });

  return (
    <figure class="restyle-picture" aria-busy={!hasPicture}>
      <canvas ref={canvas} role="img" aria-label={t("restyle.live")} hidden={!hasPicture} />
      {hasPicture && <Badge />}
      {!hasPicture && !errorMessage && <p class="muted">{t("ui.loading")}</p>}
      {errorMessage && (
        <p class="failure" role="alert">
          {errorMessage}
        </p>
      )}
      <figcaption>{t("restyle.live")}</figcaption>
    </figure>
  );
}
