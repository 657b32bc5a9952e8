import { t } from "../../i18n";
import { Button } from "../../ui";
import { isComplete, controlOf, visibleFields } from "./catalogue";
import { FieldControl } from "./Controls";
import * as store from "./store";
import { fieldName, operationAbout, operationName } from "./words";

/** The form of the draft, generated from the schema of its operation. */
export function DraftForm() {
  const draft = store.draft.value;
  const operation = draft && store.findOperation(draft.name);
  if (!draft || !operation) return null;
  const size = store.size();

  return (
    <section class="edit-draft" aria-label={operationName(draft.name)}>
      <h2>{operationName(draft.name)}</h2>
      <p class="muted small">{operationAbout(operation)}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          store.apply();
        }}
      >
        {visibleFields(operation).map(([name, schema]) => (
          <FieldControl
            key={name}
            label={fieldName(draft.name, name, schema.title)}
            control={controlOf(draft.name, name, schema, size)}
            value={draft.fields[name]}
            fields={draft.fields}
            onChange={(value) => store.updateDraft({ [name]: value })}
          />
        ))}
        <div class="row">
          <Button kind="primary" icon="check" type="submit" disabled={!isComplete(operation, draft.fields)}>
            {t(draft.layer === null ? "edit.apply" : "edit.update")}
          </Button>
          <Button onClick={store.cancel}>{t("ui.cancel")}</Button>
        </div>
      </form>
    </section>
  );
}
