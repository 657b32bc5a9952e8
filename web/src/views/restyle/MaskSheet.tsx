import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { complain } from "../../state";
import { Button, Dialog, Segmented, Slider } from "../../ui";
import { Easel } from "../edit/easel";
import { Gestures } from "../edit/gestures";
import { blank, fromUrl, loaded, overlay, pen, stroke, toPng, type Mask } from "../edit/mask";
import { content, mask, upload, url } from "./store";

type Way = "add" | "subtract";
const nothing = () => undefined;

/** A sheet on which the mask is painted over the picture: white where the style goes. */
export function MaskSheet({ onClose }: { onClose: () => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const painted = useRef<Mask | null>(null);
  const gestures = useRef<Gestures | null>(null);
  const easel = useRef<Easel | null>(null);
  const [width, setWidth] = useState(60);
  const [way, setWay] = useState<Way>("add");
  const brush = useRef({ width, way });
  brush.current = { width, way };
  if (gestures.current) gestures.current.width = width;

  const show = () => {
    if (painted.current) easel.current?.select(overlay(painted.current, 1, { tint: true, edge: false }));
  };

  useEffect(() => {
    const made = (easel.current = new Easel(holder.current!));
    const own = (gestures.current = new Gestures(made, {
      box: nothing,
      loop: nothing,
      pick: nothing,
      drag: nothing,
      stroked: nothing,
      stroke: (from, to) => {
        if (!painted.current) return;
        stroke(painted.current, from, to, brush.current.width, brush.current.way === "add");
        show();
      },
    }));
    own.tool = "brush";
    own.width = width;
    begin(made).catch(complain);
    return () => {
      own.destroy();
      made.destroy();
    };
  }, []);

  const begin = async (made: Easel) => {
    const image = await loaded(url(content.value!));
    made.show(image);
    painted.current = mask.value ? await fromUrl(url(mask.value)) : blank(image.naturalWidth, image.naturalHeight);
    show();
  };

  const fill = (colour: string) => {
    const target = painted.current;
    if (!target) return;
    pen(target).fillStyle = colour;
    pen(target).fillRect(0, 0, target.width, target.height);
    show();
  };

  const keep = async () => {
    if (painted.current) await upload(await toPng(painted.current), (id) => (mask.value = id));
    onClose();
  };

  return (
    <Dialog title={t("restyle.mask.paint")} onClose={onClose}>
      <div class="stack restyle-mask">
        <div ref={holder} class="restyle-easel" role="img" aria-label={t("restyle.mask.canvas")} />
        <Segmented
          label={t("restyle.mask.brush")}
          value={way}
          options={[
            { value: "add", label: t("restyle.mask.add") },
            { value: "subtract", label: t("restyle.mask.subtract") },
          ]}
          onChange={setWay}
        />
        <Slider label={t("restyle.mask.width")} value={width} min={2} max={300} step={1} format={String} onInput={setWidth} />
        <div class="row spread">
          <div class="row">
            <Button onClick={() => fill("#fff")}>{t("restyle.mask.all")}</Button>
            <Button onClick={() => fill("#000")}>{t("restyle.mask.clear")}</Button>
          </div>
          <Button kind="primary" icon="check" onClick={() => void keep()}>
            {t("restyle.mask.use")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
