import { t, type Key } from "../../i18n";
import { Icon, IconButton, Select, Slider, type IconName } from "../../ui";
import type { Tool } from "./gestures";
import * as store from "./store";

const TOOLS: { tool: Tool; icon: IconName; label: Key }[] = [
  { tool: "hand", icon: "hand", label: "edit.tool.hand" },
  { tool: "object", icon: "object", label: "edit.tool.object" },
  { tool: "box", icon: "box", label: "edit.tool.box" },
  { tool: "lasso", icon: "lasso", label: "edit.tool.lasso" },
  { tool: "brush", icon: "brush", label: "edit.tool.brush" },
  { tool: "colour", icon: "dropper", label: "edit.tool.colour" },
];

const MODES: store.Mode[] = ["replace", "add", "subtract", "intersect"];

/** The tools of the pointer. */
export function Tools() {
  const selected = store.hasSelection.value;
  return (
    <div class="edit-tools" role="toolbar" aria-label={t("edit.tools")} aria-orientation="vertical">
      {TOOLS.map(({ tool, icon, label }) => (
        <button
          key={tool}
          type="button"
          class="icon-button"
          aria-label={t(label)}
          title={t(label)}
          aria-pressed={store.tool.value === tool}
          disabled={tool !== "hand" && store.isMoving.value}
          onClick={() => (store.tool.value = tool)}
        >
          <Icon name={icon} />
        </button>
      ))}
      <hr />
      <IconButton icon="fit" label={t("edit.select.all")} disabled={!selected} onClick={() => choose("select-all")} />
      <IconButton icon="split" label={t("edit.select.rest")} disabled={!selected} onClick={() => choose("select-rest")} />
      <IconButton
        icon={store.showSelection.value ? "eye" : "hidden"}
        label={t("edit.select.show")}
        aria-pressed={store.showSelection.value}
        onClick={() => (store.showSelection.value = !store.showSelection.value)}
      />
    </div>
  );
}

const choose = (name: string) => store.append({ name, fields: {} });

/** Options of the active tool. */
export function ToolOptions() {
  const tool = store.tool.value;
  if (tool === "hand" || tool === "drag") {
    return <p class="muted small">{t(tool === "drag" ? "edit.tool.drag.how" : "edit.tool.hand.how")}</p>;
  }
  const modes = tool === "brush" ? MODES.slice(0, 3) : MODES;
  return (
    <div class="edit-options">
      <Select
        label={t("edit.mode")}
        value={store.mode.value}
        options={modes.map((mode) => ({ value: mode, label: t(`edit.option.${mode}`) }))}
        onChange={(mode) => (store.mode.value = mode)}
      />
      {tool === "brush" ? (
        <Slider
          label={t("edit.brush")}
          value={store.brush.value}
          min={1}
          max={200}
          step={1}
          format={String}
          onInput={(width) => (store.brush.value = width)}
        />
      ) : (
        <Slider
          label={t("edit.field.feather")}
          value={store.feather.value}
          min={0}
          max={40}
          step={0.5}
          reset={0}
          format={String}
          onInput={(pixels) => (store.feather.value = pixels)}
        />
      )}
      {tool === "colour" && (
        <Slider
          label={t("edit.field.tolerance")}
          value={store.tolerance.value}
          min={1}
          max={100}
          step={1}
          reset={20}
          format={String}
          onInput={(distance) => (store.tolerance.value = distance)}
        />
      )}
      <p class="muted small">{t(`edit.tool.${tool}.how`)}</p>
    </div>
  );
}
