import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Live } from "../../live";
import { complain } from "../../state";
import { Badge } from "../../ui";
import type { ApiError } from "../../api";
import { content, factors, instant, mixture } from "./store";

const SIDE = 512;

/** The picture as the instant model paints it, at every move of the controls. */
export function LiveCanvas() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const live = useRef<Live | null>(null);
  const [painted, setPainted] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    const refused = (error: ApiError) => (error.type === "offline" ? complain(error) : setProblem(error.message));
    const made = new Live(({ header, bitmap }) => {
      const target = canvas.current;
      if (!target) return;
      if (target.width !== header.width || target.height !== header.height) {
        target.width = header.width;
        target.height = header.height;
      }
      target.getContext("2d")?.drawImage(bitmap, 0, 0);
      setPainted(true);
      setProblem(null);
    }, refused);
    live.current = made;
    return () => made.close();
  }, []);

  useSignalEffect(() => {
    const model = instant();
    const picture = content.value;
    const { colour, line, texture } = factors.value;
    if (!model || !picture) return;
    live.current?.ask({
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
    <figure class="restyle-picture" aria-busy={!painted}>
      <canvas ref={canvas} role="img" aria-label={t("restyle.live")} hidden={!painted} />
      {painted && <Badge />}
      {!painted && !problem && <p class="muted">{t("ui.loading")}</p>}
      {problem && (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
      <figcaption>{t("restyle.live")}</figcaption>
    </figure>
  );
}
