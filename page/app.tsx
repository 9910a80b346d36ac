import type { FunctionComponent, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { address, choose, goTo, linkTo } from "./address.js";
import { connection, models } from "./api.js";
import { Note } from "./parts/note.js";
import { isTable, showAsTable } from "./parts/picture.js";
import { modelsFor } from "./stamps.js";
import { language, strings } from "./strings/strings.js";
import { useAnswer } from "./useAnswer.js";
import type { ViewProps } from "./views/viewProps.js";
import { type View, views } from "./views/views.js";

const viewNow = (): View | undefined => views.find(({ name }) => name === (address.value.view || views[0]!.name));

/** The whole page: what stands around every view. */
export function App(): JSX.Element {
  const view = viewNow();
  const { app, views: titles } = strings.value;
  const title = view ? titles[view.name] : app.title;
  const { about } = address.value;
  useEffect(() => {
    document.documentElement.lang = language.value;
    document.title = [about, title, app.title].filter((part) => part !== "").join(" · ");
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [language.value, title, about]);
  useEffect(listenToKeys, []);
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {app.skip}
      </button>
      <header>
        <a class="brand" href={linkTo("word")}>
          {app.title}
        </a>
        <Search />
        <button type="button" class="quiet" lang={language.value === "en" ? "zh" : "en"} onClick={changeLanguage}>
          {strings.value.otherLanguage}
        </button>
      </header>
      <nav aria-label={app.views}>
        {views.map(({ name, isAboutWord }) => (
          <a
            key={name}
            href={linkTo(name, isAboutWord ? wordNow() : "")}
            aria-current={name === view?.name ? "page" : undefined}
          >
            {titles[name]}
          </a>
        ))}
      </nav>
      <main id="content" tabIndex={-1}>
        <h1>{title}</h1>
        <Connection />
        {view ? <Loaded key={view.name} view={view} /> : <Note>{app.noView}</Note>}
      </main>
      <footer class="by-mouse">{app.tableKey}</footer>
    </>
  );
}

/** A word goes along from view to view. */
const wordNow = (): string => (viewNow()?.isAboutWord ? address.value.about : "");

const changeLanguage = () => choose({ lang: language.value === "en" ? "zh" : "en" });

const skipToContent = () => document.getElementById("content")!.focus();

/** `t` shows pictures as tables and back, except where somebody types. */
function listenToKeys(): () => void {
  const onKey = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (key === "t" && !isTyping && !ctrlKey && !metaKey && !altKey) showAsTable(!isTable());
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function Connection(): JSX.Element | null {
  const { app } = strings.value;
  const state = connection.value;
  if (state === "open") return null;
  return <Note>{app[state]}</Note>;
}

const SUGGESTED = 10;

function Search(): JSX.Element {
  const { app } = strings.value;
  const { about } = address.value;
  const [typed, setTyped] = useState("");
  useEffect(() => {
    if (viewNow()?.isAboutWord) setTyped(about);
  }, [about]);
  const list = useId();
  const [teller] = modelsFor("vocabulary");
  const path = teller && typed !== "" && typed !== about ? "vocabulary" : undefined;
  const { answer } = useAnswer<{ terms: string[] }>(path, { prefix: typed, limit: SUGGESTED, model: teller?.model });
  const show = (event: Event) => {
    event.preventDefault();
    const view = viewNow();
    if (typed.trim() !== "") goTo(linkTo(view?.isAboutWord ? view.name : "word", typed.trim(), choicesNow(view)));
  };
  return (
    <search>
      <form onSubmit={show}>
        <input
          type="search"
          aria-label={app.search}
          placeholder={app.searchHint}
          autocomplete="off"
          spellcheck={false}
          list={list}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <datalist id={list}>
          {answer?.terms.map((term) => (
            <option key={term} value={term} />
          ))}
        </datalist>
        <button type="submit">{app.go}</button>
      </form>
    </search>
  );
}

/** Another word keeps what was chosen in a view about words. */
const choicesNow = (view: View | undefined) => (view?.isAboutWord ? Object.fromEntries(address.value.choices) : {});

/** A view comes when it is first wanted. */
function Loaded({ view }: { readonly view: View }): JSX.Element {
  const [loaded, setLoaded] = useState<{ readonly View: FunctionComponent<ViewProps> } | undefined>();
  const [failure, setFailure] = useState<string | undefined>();
  const isThere = useRef(true);
  useEffect(() => {
    view.load().then(
      (module) => isThere.current && setLoaded(module),
      (error: unknown) => isThere.current && setFailure(String(error)),
    );
    return () => {
      isThere.current = false;
    };
  }, []);
  const { app } = strings.value;
  if (failure !== undefined) return <Note>{app.failed(failure)}</Note>;
  if (!loaded || models.value === undefined) return <Note>{app.waiting}</Note>;
  return <loaded.View about={address.value.about} />;
}
