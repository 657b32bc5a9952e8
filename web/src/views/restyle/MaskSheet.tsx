import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { reportError } from "../../state";
import { Button, Dialog, Segmented, Slider } from "../../ui";
import { Viewport } from "../edit/viewport";
import { Gestures } from "../edit/gestures";
import { blankMask, loadMask, loadImage, overlay, contextOf, drawStroke, toPng, type Mask } from "../edit/mask";
import { content, mask, upload, url } from "./store";

type BrushMode = "add" | "subtract";
const ignore = () => undefined;

/** A dialog for drawing the mask over the picture with a brush: white where the style applies. */
export function MaskSheet({ onClose }: { onClose: () => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const drawnMask = useRef<Mask | null>(null);
  const gestures = useRef<Gestures | null>(null);
  const viewport = useRef<Viewport | null>(null);
  const [width, setWidth] = useState(60);
  const [mode, setMode] = useState<BrushMode>("add");
  const brush = useRef({ width, mode });
  brush.current = { width, mode };

  useEffect(() => {
    const created = (viewport.current = new Viewport(holder.current!));
    const brushGestures = (gestures.current = new Gestures(created, {
      box: ignore,
      loop: ignore,
      pick: ignore,
      drag: ignore,
      strokeEnd: ignore,
      stroke: (from, to) => {
        if (!drawnMask.current) return;
        drawStroke(drawnMask.current, from, to, brush.current.width, brush.current.mode === "add");
        showMask(created, drawnMask.current);
      },
    }));
    brushGestures.tool = "brush";
    const loadPicture = async () => {
      const image = await loadImage(url(content.value!));
      created.show(image);
      drawnMask.current = mask.value ? await loadMask(url(mask.value)) : blankMask(image.naturalWidth, image.naturalHeight);
      showMask(created, drawnMask.current);
    };
    loadPicture().catch(reportError);
    return () => {
      brushGestures.destroy();
      created.destroy();
    };
  }, []);
  useEffect(() => {
    if (gestures.current) gestures.current.width = width;
  }, [width]);

  const fill = (colour: string) => {
    const target = drawnMask.current;
    if (!target) return;
    contextOf(target).fillStyle = colour;
    contextOf(target).fillRect(0, 0, target.width, target.height);
    if (viewport.current) showMask(viewport.current, target);
  };

  const save = async () => {
    if (drawnMask.current) await upload(await toPng(drawnMask.current), (id) => (mask.value = id));
    onClose();
  };

  return (
    <Dialog title={t("restyle.mask.draw")} onClose={onClose}>
      <div class="stack restyle-mask">
        <div ref={holder} class="restyle-viewport" role="img" aria-label={t("restyle.mask.canvas")} />
        <Segmented
          label={t("restyle.mask.brush")}
          value={mode}
          options={[
            { value: "add", label: t("restyle.mask.add") },
            { value: "subtract", label: t("restyle.mask.subtract") },
          ]}
          onChange={setMode}
        />
        <Slider label={t("restyle.mask.width")} value={width} min={2} max={300} step={1} format={String} onInput={setWidth} />
        <div class="row spread">
          <div class="row">
            <Button onClick={() => fill("#fff")}>{t("restyle.mask.all")}</Button>
            <Button onClick={() => fill("#000")}>{t("restyle.mask.clear")}</Button>
          </div>
          <Button kind="primary" icon="check" onClick={() => void save()}>
            {t("restyle.mask.use")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function showMask(viewport: Viewport, drawn: Mask): void {
  viewport.select(overlay(drawn, 1, { tint: true, edge: false }));
}
