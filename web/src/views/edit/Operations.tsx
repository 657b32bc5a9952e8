import { signal } from "@preact/signals";
import { t } from "../../i18n";
import { toast } from "../../state";
import { Button, type IconName } from "../../ui";
import { grouped, type Fields, type Group } from "./catalogue";
import { paintingModels } from "./Controls";
import * as store from "./store";
import { operationAbout, operationName } from "./words";

/** What people come for first, each ready in one press once an object is selected. */
export function Quick() {
  const own = store.source.value?.model;
  const painter = own ? null : (paintingModels()[0]?.id ?? null);
  return (
    <section>
      <h2>{t("edit.quick")}</h2>
      <div class="edit-quick">
        <QuickButton icon="trash" label={t("edit.quick.remove")} act={() => store.begin("remove")} />
        <QuickButton icon="eye" label={t("edit.quick.blur")} act={() => behind("blur")} />
        <QuickButton icon="restyle" label={t("edit.quick.replace")} act={() => behind("fill")} />
        {(own || painter) && (
          <QuickButton
            icon="random"
            label={t("edit.quick.regenerate")}
            act={() => store.begin("regenerate", painter ? { model: painter } : {})}
          />
        )}
      </div>
    </section>
  );
}

function QuickButton({ icon, label, act }: { icon: IconName; label: string; act: () => void }) {
  const press = () => {
    if (!store.withSelection(act)) toast(t("edit.quick.first"));
  };
  return (
    <Button icon={icon} onClick={press}>
      {label}
    </Button>
  );
}

/** Edits the background of what is selected. */
function behind(name: string): void {
  store.append({ name: "select-rest", fields: {} });
  store.begin(name);
}

/** Groups that are open, which stay so while an edit is tuned in their place. */
const opened = signal<ReadonlySet<Group>>(new Set<Group>(["light"]));

function remember(group: Group, open: boolean): void {
  if (opened.value.has(group) === open) return;
  const others = [...opened.value].filter((one) => one !== group);
  opened.value = new Set(open ? [...others, group] : others);
}

/** Every edit, by group. */
export function Operations() {
  return (
    <section>
      <h2>{t("edit.operations")}</h2>
      {grouped(store.operations.value).map(([group, listed]) => (
        <details key={group} open={opened.value.has(group)} onToggle={(event) => remember(group, event.currentTarget.open)}>
          <summary>{t(`edit.group.${group}`)}</summary>
          <div class="edit-operations">
            {listed.map((operation) => (
              <Button key={operation.name} title={operationAbout(operation)} onClick={() => begin(operation.name)}>
                {operationName(operation.name)}
              </Button>
            ))}
          </div>
        </details>
      ))}
    </section>
  );
}

/** An edit with a model needs to be told which, unless a model painted the picture. */
function begin(name: string): void {
  const properties = store.find(name)?.fields.properties ?? {};
  const painter = paintingModels()[0]?.id;
  const told: Fields = "model" in properties && !store.source.value?.model && painter ? { model: painter } : {};
  store.begin(name, told);
}
