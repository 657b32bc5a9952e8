import { useCallback, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { hasProvenance, receiveOr } from "../../shell/receive";
import { reportError, datasets } from "../../state";
import { Button, Dropzone, Progress, Select, useDrop } from "../../ui";
import { SizeHint } from "./Hints";
import { isPicture, filesOfDrop, filesOfInput, type Found } from "./collect";
import * as store from "./store";

const SIZES = ["", "32", "64", "96", "128", "192", "256"];

/** The first step: the pictures to train on. */
export function Pictures() {
  const [size, setSize] = useState("128");
  const folder = useRef<HTMLInputElement>(null);
  const prepare = useCallback((found: Found[]) => void store.prepare(found, size), [size]);
  const onDrop = useCallback(
    (files: File[], dropped?: DataTransfer) => {
      const found = dropped ? filesOfDrop(dropped) : Promise.resolve(filesOfInput(files));
      const prepareFound = () => void found.then(prepare, reportError);
      if (files.length === 1 && isPicture(files[0])) void receiveOr(files[0], hasProvenance, prepareFound);
      else prepareFound();
    },
    [prepare],
  );
  useDrop(onDrop);
  const upload = store.upload.value;
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
              store.opened.value = { data: id };
            }}
          />
          <Button kind="quiet" icon="eye" onClick={() => (store.opened.value = { data: chosen.id })}>
            {t("train.data.look")}
          </Button>
          <p class="muted small">
            {t("train.data.about", { count: chosen.pictures, width: chosen.width, height: chosen.height })}
          </p>
        </div>
      )}
      {upload ? (
        <div role="status">
          <p class="muted">{t("train.sending", { count: upload.count })}</p>
          <Progress value={upload.share < 1 ? upload.share : null} label={t("train.sending", { count: upload.count })} />
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
            onChange={(event) => prepare(chosenFiles(event.currentTarget))}
          />
          <Button icon="folder" onClick={() => folder.current?.click()}>
            {t("train.pictures.folder")}
          </Button>
          <Dropzone
            label={t("train.pictures.files")}
            accept="image/*,.zip,.tar,.parquet"
            multiple
            onFiles={(files) => prepare(filesOfInput(files))}
          />
        </>
      )}
    </section>
  );
}

function chosenFiles(input: HTMLInputElement): Found[] {
  const found = filesOfInput([...(input.files ?? [])]);
  input.value = ""; // so that the same folder can be chosen again
  return found;
}
