import { useCallback, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { anyMade, receiveOr } from "../../shell/receive";
import { complain, datasets } from "../../state";
import { Button, Dropzone, Progress, Select, useDrop } from "../../ui";
import { SizeHint } from "./Hints";
import { isPicture, ofDrop, ofInput, type Found } from "./collect";
import * as store from "./store";

const SIZES = ["", "32", "64", "96", "128", "192", "256"];

/** The first step: which pictures to learn from. */
export function Pictures() {
  const [size, setSize] = useState("64");
  const folder = useRef<HTMLInputElement>(null);
  const give = (found: Found[]) => void store.prepare(found, size);
  const takeDropped = useCallback(
    (files: File[], dropped?: DataTransfer) => {
      const found = dropped ? ofDrop(dropped) : Promise.resolve(ofInput(files));
      const learn = () => void found.then(give, complain);
      if (files.length === 1 && isPicture(files[0]!)) void receiveOr(files[0]!, anyMade, learn);
      else learn();
    },
    [size],
  );
  useDrop(takeDropped);
  const sending = store.sending.value;
  const all = datasets.value ?? [];
  const chosen = store.dataset.value;

  return (
    <section>
      <h2>{t("train.pictures")}</h2>
      {chosen && (
        <div class="train-data">
          <Select
            label={t("train.data")}
            value={chosen.id}
            options={all.map((one) => ({ value: one.id, label: one.id }))}
            onChange={(id) => {
              store.data.value = id;
              store.looked.value = { data: id };
            }}
          />
          <Button kind="quiet" icon="eye" onClick={() => (store.looked.value = { data: chosen.id })}>
            {t("train.data.look")}
          </Button>
          <p class="muted small">
            {t("train.data.about", { count: chosen.pictures, width: chosen.width, height: chosen.height })}
          </p>
        </div>
      )}
      {sending ? (
        <div role="status">
          <p class="muted">{t("train.sending", { count: sending.count })}</p>
          <Progress share={sending.share < 1 ? sending.share : null} label={t("train.sending", { count: sending.count })} />
        </div>
      ) : (
        <>
          <Select
            label={t("train.size")}
            value={size}
            options={SIZES.map((side) => ({ value: side, label: side ? `${side} × ${side}` : t("train.size.auto") }))}
            onChange={setSize}
          />
          <SizeHint size={size} />
          <input
            ref={folder}
            class="sr-only"
            type="file"
            tabIndex={-1}
            aria-hidden="true"
            multiple
            {...{ webkitdirectory: true }}
            onChange={(event) => give(taken(event.currentTarget))}
          />
          <Button icon="folder" onClick={() => folder.current?.click()}>
            {t("train.pictures.folder")}
          </Button>
          <Dropzone
            label={t("train.pictures.files")}
            accept="image/*,.zip,.tar,.parquet"
            multiple
            onFiles={(files) => give(ofInput(files))}
          />
        </>
      )}
    </section>
  );
}

function taken(input: HTMLInputElement): Found[] {
  const found = ofInput([...(input.files ?? [])]);
  input.value = ""; // so that the same folder can be chosen again
  return found;
}
